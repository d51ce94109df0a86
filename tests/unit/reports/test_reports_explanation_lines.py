"""What is told of its lines."""

from __future__ import annotations

from dataclasses import replace

import pytest
from explanation_cases import (
    CLASS,
    DEAD,
    FILE,
    KEEP,
    LOADED,
    USED,
    explained,
)

from lambda_usage.evidence.model import (
    DeadCodeReport,
    DeadRange,
    FileEvidence,
    FileState,
    RangeKind,
    StatementEvidence,
    Verdict,
)


def test_silent_error_handling_is_not_said_to_be_proven(dead_code: DeadCodeReport) -> None:
    kind = RangeKind.ERROR_HANDLING
    statement = StatementEvidence(45, 45, "legacy", Verdict.DEAD, kind, 0.0)
    file = FileEvidence(FILE, LOADED, (), 90, statements=(statement,))
    (line,) = explained(dead_code, DEAD, file=file, line=45)["Line 45"]
    assert line.endswith("that nothing failed proves nothing.")


def test_lines_that_never_ran_are_told_with_their_kind(dead_code: DeadCodeReport) -> None:
    kept = replace(USED, dead_lines=(*USED.dead_lines, DeadRange(52, 53, RangeKind.STUB, KEEP)))
    assert explained(dead_code, kept)["Lines of it that never ran"] == [
        "lines 44-46 Never ran.",
        "line 50 Error handling that never ran: that nothing failed proves nothing.",
        "lines 52-53 A stub that never ran: it was never meant to. Is kept on purpose until "
        "2027-03-01 (year-end job).",
    ]


def test_lines_on_too_thin_evidence_are_told_apart(dead_code: DeadCodeReport) -> None:
    statements = tuple(
        StatementEvidence(first, last, "price", verdict, RangeKind.CODE, 0.0)
        for first, last, verdict in (
            (41, 41, Verdict.USED),
            (42, 42, Verdict.UNPROVEN),
            (43, 44, Verdict.UNPROVEN),
            (45, 45, Verdict.USED),
            (47, 47, Verdict.UNPROVEN),
        )
    )
    file = FileEvidence(FILE, FileState.LOADED, (), 90, (), statements)
    found = explained(dead_code, replace(USED, dead_lines=()), file=file)
    thin = "Never noticed to run, on too thin evidence to call it dead."
    assert found["Lines of it that never ran"] == [f"lines 42-44 {thin}", f"line 47 {thin}"]


@pytest.mark.parametrize(
    ("verdict", "invocations", "words"),
    [
        (Verdict.USED, 1_200.4, "It ran in about 1,200 invocations or more."),
        (Verdict.USED, 0.0, "It ran, though in no window."),
        (Verdict.STARTUP, 0.0, "It ran while processes started, never in an invocation."),
        (Verdict.DEAD, 0.0, "Never ran. The evidence is enough to say so."),
        (Verdict.UNPROVEN, 0.0, "It was never noticed to run, on too thin evidence"),
        (Verdict.NOT_DEPLOYED, 0.0, "No Lambda function that reported ships it."),
    ],
)
def test_a_line_is_answered_for(
    dead_code: DeadCodeReport, verdict: Verdict, invocations: float, words: str
) -> None:
    around = StatementEvidence(43, 47, "price", Verdict.USED, RangeKind.CODE, 9.0)
    asked = StatementEvidence(44, 45, "price", verdict, RangeKind.CODE, invocations)
    file = FileEvidence(FILE, FileState.LOADED, (), 90, (), (around, asked))
    (found,) = explained(dead_code, USED, file=file, line=45)["Line 45"]
    assert found.startswith(f"lines 44-45 {words}")


def test_a_line_of_a_body_ran_on_loading(dead_code: DeadCodeReport) -> None:
    asked = StatementEvidence(40, 41, "Coupons", Verdict.USED, RangeKind.CODE, 0.0)
    file = FileEvidence(FILE, FileState.LOADED, (), 90, (), (asked,))
    found = explained(dead_code, CLASS, file=file, line=41)
    assert found["Line 41"] == ["lines 40-41 It ran when its module was loaded."]


def test_a_line_without_code_is_told_to_have_none(dead_code: DeadCodeReport) -> None:
    (found,) = explained(dead_code, USED, line=45)["Line 45"]
    assert found.startswith("It has no code of its own")
