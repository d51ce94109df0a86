"""What X-Ray's SDK sends to its daemon: a UDP socket on the loopback interface that keeps it.

with Daemon() as daemon:
    ...  # AWS_XRAY_DAEMON_ADDRESS=daemon.address, until the process has ended
    daemon.documents()
"""

from __future__ import annotations

import json
import socket
from types import TracebackType
from typing import Any, Self

_LARGEST = 65_536


def header(trace: str, parent: str, *, sampled: bool) -> str:
    """As Lambda has it in ``_X_AMZN_TRACE_ID``."""
    return f"Root={trace};Parent={parent};Sampled={int(sampled)}"


class Daemon:
    """For as long as the ``with`` block lasts."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()

    def documents(self) -> list[dict[str, Any]]:
        """Segments and subsegments that were sent since this was last asked: none is on its way."""
        found: list[dict[str, Any]] = []
        while True:
            try:
                _format, document = self._socket.recv(_LARGEST).split(b"\n", 1)
            except BlockingIOError:
                return found
            found.append(json.loads(document))
