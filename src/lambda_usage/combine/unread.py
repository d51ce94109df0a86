"""What is missing where bundles were refused for their size: stated with all else that was lost.

Such a bundle may be sound. What it holds is not a random part of what ran: processes that ran more
than others, or imported more, have the larger ones. So what the others do not tell of may well be
used.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from lambda_usage.bundle.model import TOO_LARGE, UNREAD, Bundle

_KEY = re.compile(r"(?:.*/)?(.+)-([0-9a-f]{16})-(\d{6,})\.coverage", re.DOTALL)


def state_unread(bundle: Bundle, broken: Iterable[tuple[str, str]]) -> None:
    """Count them among the losses of *bundle*, so that reports on a combined file know, too.

    A later bundle of the same process holds all that was in an earlier one.

    Args:
        bundle: What could be read.
        broken: What could not: name and reason.
    """
    last: dict[str, int] = {}
    for process, sequence in bundle.bundles:
        last[process] = max(sequence, last.get(process, sequence))
    found: Counter[str] = Counter()
    for name, reason in broken:
        if reason.endswith(TOO_LARGE):
            key = _KEY.fullmatch(name)
            if key is None or last.get(key[2], -1) < int(key[3]):
                found[UNREAD + (key[1] if key else name)] += 1
    usages = list(bundle.origins.values())
    for loss, number in found.items():
        missing = number - sum(usage.losses[loss] for usage in usages)
        if usages and missing > 0:  # what was combined before has stated it already
            usages[0].losses[loss] += missing  # whose does not matter: the loss names a function
