"""What an export leaves out, in words: to other tools, 0 would claim what nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lambda_usage.evidence.model import FileState
from lambda_usage.reports._wording import count

MAX_NAMES = 5

_REASONS = {
    FileState.NOT_DEPLOYED: "that no deployment package ships",
    FileState.ELSEWHERE: "that are shipped under another path",
    FileState.DIFFERS: "of which no deployed version is known to be this source",
}


def left_out(files: Sequence[str], why: str) -> str:
    """``left out 3 files that no deployment package ships: a.py, b.py, c.py``."""
    names = ", ".join(files[:MAX_NAMES])
    more = f" and {len(files) - MAX_NAMES:,} more" if len(files) > MAX_NAMES else ""
    return f"left out {count(len(files), 'file')} {why}: {names}{more}"


def by_state(states: Mapping[str, FileState]) -> list[str]:
    """A sentence for each state whose files say nothing about use.

    Args:
        states: By path of the file.
    """
    found = ((_of(states, state), why) for state, why in _REASONS.items())
    return [left_out(files, why) for files, why in found if files]


def tells(state: FileState) -> bool:
    """Whether lines of such a file are known to run, or not to."""
    return state not in _REASONS


def _of(states: Mapping[str, FileState], state: FileState) -> list[str]:
    found: Iterable[str] = (path for path, each in states.items() if each is state)
    return sorted(found)
