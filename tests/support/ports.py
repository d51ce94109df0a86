"""Free ports on the loopback interface."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator


@contextlib.contextmanager
def free_ports(count: int) -> Iterator[tuple[int, ...]]:
    """``count`` different ports, held until the block ends, then free to be listened on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        yield tuple(each.getsockname()[1] for each in sockets)
