"""A whole explanation: each Lambda function, the blind spots that bear on it, and its text form."""

from __future__ import annotations

import io
import re
from dataclasses import replace

from explanation_cases import (
    API,
    CLASS,
    DEAD,
    FILE,
    NIGHTLY,
    UNPROVEN,
    USED,
    explained,
)

from lambda_usage.evidence.model import (
    BlindSpot,
    DeadCodeReport,
    FileEvidence,
    FileState,
    FunctionEvidence,
)
from lambda_usage.evidence.shipped import Edition, Shipped
from lambda_usage.reports._explanation import Explanation, explain
from lambda_usage.reports._places import Place
from lambda_usage.reports.text import TextRenderer


def test_each_lambda_function_tells_what_it_ships_and_saw(dead_code: DeadCodeReport) -> None:
    shipped = (
        Shipped(API, {Edition.SAME: ("9", "41", "42", "100")}),
        Shipped(NIGHTLY, {Edition.OTHER: ("$LATEST",), Edition.SAME: ()}),
    )
    said = explained(dead_code, UNPROVEN, None, shipped)["In each Lambda function"]
    assert said == [
        "orders-api:live Ships this very file (version 100, 42, 41 and 1 more). "
        "2,000,000 invocations on 16 days would have noticed it (1,000 on 14 needed). "
        "At most about 1 in 666,000 invocations runs it (95 % confidence).",
        "orders-nightly Ships another version of this file (version $LATEST) and ships this very "
        "file. 640 invocations on 5 days would have noticed it (1,000 on 14 needed). "
        "At most about 1 in 214 invocations runs it (95 % confidence).",
    ]


def test_only_blind_spots_that_bear_on_it_are_told(dead_code: DeadCodeReport) -> None:
    spots = (
        BlindSpot("bundles_missing", "3 bundles are missing."),
        BlindSpot("unsampled", "5 invocations could not have become a window."),
        BlindSpot("ctrace", "reports-api runs on Python 3.11."),
        BlindSpot("source_differs", f"1 file is shipped in another version: {FILE}."),
        BlindSpot("keep_mistakes", "Suppressions to be mended: a.py:1, b.py:1 and 4 more."),
        BlindSpot("body_not_seen", "2 modules had been loaded before recording began."),
        BlindSpot("not_parsed", "Not understood, so not judged: old.py."),
    )
    report = replace(dead_code, blind_spots=spots)
    heading = "What the data cannot show here"

    def told(function: FunctionEvidence) -> list[str]:
        found = explained(report, function)[heading]
        return [each.kind for each in spots if each.message in found]

    assert told(DEAD) == ["bundles_missing", "source_differs", "keep_mistakes"]
    assert told(USED) == ["bundles_missing", "unsampled", "source_differs", "keep_mistakes"]
    assert "body_not_seen" in told(CLASS)


def test_the_text_form_tells_all_of_it(dead_code: DeadCodeReport) -> None:
    report = replace(
        dead_code,
        functions=(UNPROVEN,),
        files=(FileEvidence(FILE, FileState.LOADED, (), 90),),
    )
    explanation: Explanation = explain(report, Place(UNPROVEN))
    out = io.StringIO()
    TextRenderer().explanation(explanation, out)
    text = re.sub(r"\s+", " ", out.getvalue())
    assert text.startswith("legacy unproven orders/pricing.py:40-58 May I delete it? Not on this")
    for part in explanation.parts:
        assert part.heading in text
    assert "orders-nightly unproven 640 invocations on 5 days" in text
    assert "\x1b" not in out.getvalue()
    assert not re.search(r" $", out.getvalue(), re.MULTILINE)
