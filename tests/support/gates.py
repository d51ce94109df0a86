"""The gate, each way that there is to build it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING

import pytest

from lambda_usage.gate import Gate

if TYPE_CHECKING:
    from lambda_usage.gate import Passage

KINDS = ("C", "Python")


def make_gate(
    kind: str, inside: ContextVar[bool], current_group: Callable[[], int] = lambda: 0
) -> Passage:
    """A gate that is written in *kind*, and shut."""
    if kind == "C":
        native = pytest.importorskip("lambda_usage._gate", reason="run `make setup`")
        made: Passage = native.Gate(inside, sys.modules, current_group)
        return made
    return Gate(inside, sys.modules, current_group)
