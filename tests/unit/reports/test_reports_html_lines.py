"""A letter for each line of a file, and for no more."""

from __future__ import annotations

from dataclasses import replace

from lambda_usage.evidence.model import (
    DeadCodeReport,
    FileEvidence,
    FileState,
    FunctionEvidence,
    Verdict,
)
from lambda_usage.reports._lines import letters


def test_nothing_lies_beyond_the_end_of_a_file(dead_code: DeadCodeReport) -> None:
    file = FileEvidence("a.py", FileState.LOADED, (), lines=3)
    dead = FunctionEvidence(
        "a.py", "f", 2, Verdict.DEAD, 9.0, 0.1, None, None, None, (), last_line=2**31
    )
    report = replace(dead_code, files=(file,), functions=(dead,), keeps=())
    assert letters(report) == {"a.py": ".dd"}
    beyond = replace(dead, line=2**31)
    assert letters(replace(report, functions=(beyond,))) == {"a.py": "..."}
