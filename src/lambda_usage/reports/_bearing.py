"""Which blind spots bear on one piece of code."""

from __future__ import annotations

from collections.abc import Iterable

from lambda_usage.evidence.model import BlindSpot, FunctionEvidence, Verdict

_OF_SHARES = frozenset({"windows_voided", "unsampled", "no_windows", "context_blocks"})
_OF_LAMBDA_FUNCTIONS = frozenset({"package_unknown", "ctrace", "context_blocks"})
_OF_FILES = frozenset({"source_differs", "other_files", "keep_mistakes"})
_OF_BODIES = frozenset({"body_not_seen"})
_OF_OTHERS = frozenset({"not_parsed"})


def bears(spot: BlindSpot, function: FunctionEvidence) -> bool:
    """Whether what the data cannot show may matter for a function; where in doubt, it does."""
    if spot.kind in _OF_OTHERS or (spot.kind in _OF_BODIES and function.unit != "inits"):
        return False
    if spot.kind in _OF_SHARES and function.verdict is not Verdict.USED:
        return False
    named: Iterable[str]
    if spot.kind in _OF_LAMBDA_FUNCTIONS:
        named = (each.lambda_function for each in function.lambda_functions)
    elif spot.kind in _OF_FILES:
        named = (function.file,)
    else:
        return True
    # long lists are cut short in the message
    return any(name in spot.message for name in named) or " more" in spot.message
