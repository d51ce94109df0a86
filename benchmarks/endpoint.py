"""The servers that workloads and contenders talk to, in a process of their own.

S3's PutObject and codecov's upload API over TLS, each of which takes everything and keeps nothing,
and a server that answers after 2 ms. Loopback only.

    with Endpoint() as endpoint:
        run(..., env=endpoint.variables)
"""

from __future__ import annotations

import json
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.emulator import ACCESS_KEY, REGION, SECRET_KEY
from tests.support.paths import ROOT

WAIT_S = 0.002


class Endpoint:
    """The servers, for as long as the ``with`` block lasts."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="bench-endpoint-")
        self._process: subprocess.Popen[str] | None = None
        self.variables: Mapping[str, str] = {}

    def __enter__(self) -> Self:
        certificate = Path(self._folder.name) / "ca.pem"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.endpoint", self._folder.name],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        ports = json.loads(self._process.stdout.readline())
        url = f"https://127.0.0.1:{ports['tls']}"
        self.variables = {
            "AWS_ENDPOINT_URL_S3": url,
            "AWS_CA_BUNDLE": str(certificate),
            "REQUESTS_CA_BUNDLE": str(certificate),
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "BENCH_CODECOV": url,
            "BENCH_WAITING_PORT": str(ports["waiting"]),
        }
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.communicate()  # it ends with its standard input
        self._folder.cleanup()


class _Uploads(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def do_PUT(self) -> None:
        self._read()
        self._answer(b"", "application/xml", ETag='"0"')

    def do_POST(self) -> None:
        self._read()
        where = f"https://{self.headers['Host']}/raw"
        self._answer(json.dumps({"raw_upload_location": where}).encode(), "application/json")

    def _read(self) -> None:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                self.rfile.read(size + 2)
            while self.rfile.readline().strip():
                pass
        else:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, body: bytes, kind: str, **headers: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Waiting(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        while question := self.request.recv(1):
            time.sleep(WAIT_S)
            self.request.sendall(question)


class _WaitingServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64


def main(folder: Path) -> None:
    """Serve until standard input ends; prints the ports."""
    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    tls = ThreadingHTTPServer(("127.0.0.1", 0), _Uploads)
    tls.daemon_threads = True
    tls.socket = context.wrap_socket(tls.socket, server_side=True, do_handshake_on_connect=False)
    waiting = _WaitingServer(("127.0.0.1", 0), _Waiting)
    for server in (tls, waiting):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    ports = {"tls": tls.server_address[1], "waiting": waiting.server_address[1]}
    print(json.dumps(ports), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
