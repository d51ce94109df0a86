"""What stored bundles are called."""

from __future__ import annotations

import re
import time

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


def bundle_key(prefix: str, function: str, process_id: str, sequence: int, first: float) -> str:
    """``<prefix>YYYY/MM/DD/<function>-<process>-<sequence>.coverage``.

    Args:
        prefix: Empty, or ending in ``/``.
        function: Name of the Lambda function.
        process_id: Of the process that wrote the bundle.
        sequence: Of the bundle in its process.
        first: Time of the bundle's first invocation; its day in UTC is the key's.
    """
    day = time.strftime("%Y/%m/%d", time.gmtime(first))
    name = _UNSAFE.sub("_", function) or "function"
    return f"{prefix}{day}/{name}-{process_id}-{sequence:06d}.coverage"
