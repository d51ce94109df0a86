"""Lambda functions of which some is in bundles alone that were too large to be read.

Such a bundle may be sound. What it holds is not a random part of what ran: processes that ran more
than others, or imported more, have the larger ones. So what the others do not tell of may well be
used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lambda_usage.bundle.model import TOO_LARGE, Bundle

_KEY = re.compile(r"(?:.*/)?(.+)-([0-9a-f]{16})-(\d{6,})\.coverage", re.DOTALL)


def unread(bundle: Bundle, broken: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Their names, or those of files that are not named as bundles are.

    A later bundle of the same process holds all that was in an earlier one.

    Args:
        bundle: What could be read.
        broken: What could not: name and reason.
    """
    last: dict[str, int] = {}
    for process, sequence in bundle.bundles:
        last[process] = max(sequence, last.get(process, sequence))
    found = set()
    for name, reason in broken:
        if reason.endswith(TOO_LARGE):
            key = _KEY.fullmatch(name)
            if key is None:
                found.add(name)
            elif last.get(key[2], -1) < int(key[3]):
                found.add(key[1])
    return tuple(sorted(found))


def own(names: Sequence[str], lambda_function: str) -> tuple[str, ...]:
    """Those of *names* that are the Lambda function, with whatever alias."""
    return tuple(each for each in names if each == lambda_function.partition(":")[0])
