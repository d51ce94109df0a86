"""A handler that asks a server on the loopback interface and waits about 2 ms for its answer."""

import os
import socket
from typing import Any

SERVER = socket.create_connection(("127.0.0.1", int(os.environ["BENCH_WAITING_PORT"])))
SERVER.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def handler(event: Any, context: Any) -> int:
    SERVER.sendall(b"?")
    answer = SERVER.recv(64)
    if not answer:
        raise ConnectionError("the server has gone")
    return len(answer)
