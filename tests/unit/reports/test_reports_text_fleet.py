"""The text form's sections on suppressions, dependencies and single Lambda functions."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest

from lambda_usage.evidence.model import (
    DeadCodeReport,
    DeadRange,
    DependencyEvidence,
    FunctionEvidence,
    Keep,
    KeepEvidence,
    KeepState,
    LambdaFunctionVerdict,
    RangeKind,
    Verdict,
)
from lambda_usage.reports import renderer_for

KEEP = Keep("orders/pricing.py:39", "winter sale", "2027-03-01", expired=False)


def said(name: str, verdict: Verdict) -> LambdaFunctionVerdict:
    return LambdaFunctionVerdict(
        name, verdict, 41_377.0, 16, None, None, None, None, None, None, ""
    )


def text(report: DeadCodeReport) -> str:
    out = io.StringIO()
    renderer_for("text").dead_code(report, out)
    return out.getvalue()


def section(report: DeadCodeReport, heading: str) -> str:
    found = text(report)
    return found[found.index(f"\n{heading}") + 1 :].partition("\n\n")[0]


def changed(report: DeadCodeReport, name: str, **fields: object) -> DeadCodeReport:
    def change(function: FunctionEvidence) -> FunctionEvidence:
        return replace(function, **fields) if function.name == name else function  # type: ignore[arg-type]

    return replace(report, functions=tuple(map(change, report.functions)))


def test_what_is_kept_stands_apart_with_its_reason(dead_code: DeadCodeReport) -> None:
    report = changed(dead_code, "legacy_discount", keep=KEEP)
    found = section(report, "Kept on purpose: 1 piece")
    assert re.search(r"40-58\s+legacy_discount\s+until 2027-03-01", found)
    assert "orders/pricing.py:39: winter sale" in found
    assert "legacy_discount" not in section(report, "Dead:")
    assert re.search(r"dead\s+5 ", text(report))
    assert re.search(r"kept\s+1 ", text(report))


def test_kept_lines_of_a_module_are_not_told_to_be_all_of_it(dead_code: DeadCodeReport) -> None:
    line = DeadRange(3, 3, RangeKind.CODE, KEEP)
    functions = tuple(
        replace(each, dead_lines=(line,))
        if (each.file, each.name) == ("orders/v1.py", "<module>")
        else each
        for each in dead_code.functions
    )
    found = section(replace(dead_code, functions=functions), "Kept on purpose: 1 piece")
    assert re.search(r"3\s+module body\s+until 2027-03-01", found)


def test_suppressions_that_do_nothing_are_told(dead_code: DeadCodeReport) -> None:
    old = replace(KEEP, until="2026-01-31", expired=True)
    needless = replace(KEEP, place="pyproject.toml: orders/handler.py")
    report = replace(
        dead_code,
        keeps=(
            KeepEvidence(old, KeepState.EXPIRED, ("orders/pricing.py:legacy_discount",)),
            KeepEvidence(needless, KeepState.NEEDLESS, ("orders/handler.py:handler",)),
            KeepEvidence(KEEP, KeepState.HOLDS, ()),
        ),
    )
    found = section(report, "Suppressions to look at: 1 expired, 1 needless")
    assert re.search(r"pricing.py:39\s+expired 2026-01-31:\s+orders/pricing.py:legacy_disc", found)
    assert "pyproject.toml: orders/handler.py" in found


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_suppression_that_matches_nothing_is_told_to_be_a_mistake(
    dead_code: DeadCodeReport, form: str
) -> None:
    typo = replace(KEEP, place="pyproject.toml: orders/handlers.py")
    keeps = (KeepEvidence(typo, KeepState.MATCHES_NOTHING, ()),)
    out = io.StringIO()
    renderer_for(form).dead_code(replace(dead_code, keeps=keeps), out)
    words = out.getvalue()
    assert "orders/handlers.py" in words
    assert "a mistake: it matches nothing" in words
    assert "needless" not in words


def test_what_is_kept_is_dead_for_no_lambda_function(dead_code: DeadCodeReport) -> None:
    says = said("orders-api:live", Verdict.USED), said("orders-nightly", Verdict.DEAD)
    report = changed(dead_code, "price", lambda_functions=says)
    assert "1 function used by some, dead for others" in text(report)
    report = changed(dead_code, "price", lambda_functions=says, keep=KEEP)
    assert "dead for others" not in text(report)


@pytest.mark.parametrize("state", [KeepState.HOLDS, None])
def test_good_suppressions_need_no_line(dead_code: DeadCodeReport, state: KeepState | None) -> None:
    keeps = (KeepEvidence(KEEP, state, ()),) if state else ()
    assert "Suppressions" not in text(replace(dead_code, keeps=keeps))


def test_a_dependency_that_is_never_imported_is_told_with_who_ships_it(
    dead_code: DeadCodeReport,
) -> None:
    shipped = (said("orders-api:live", Verdict.DEAD), said("orders-nightly", Verdict.DEAD))
    dead = DependencyEvidence("numpy", "2.3.4", Verdict.DEAD, 41_377.0, 16, shipped, "")
    used = replace(dead, name="pydantic", verdict=Verdict.USED)
    report = replace(dead_code, dependencies=(dead, used))
    found = section(report, "Never imported: 1 dependency")
    assert re.search(r"numpy 2.3.4\s+shipped by orders-api:live, orders-nightly", found)
    assert "pydantic" not in text(report)


def test_lambda_functions_that_differ_are_told_apart(dead_code: DeadCodeReport) -> None:
    report = changed(
        dead_code,
        "handler",
        lambda_functions=(
            said("orders-api:live", Verdict.USED),
            said("orders-nightly", Verdict.DEAD),
        ),
    )
    found = section(report, "By Lambda function: 1 function used by some, dead for others")
    assert re.search(r"used\s+startup\s+dead\s+unproven", found)
    assert re.search(r"orders-nightly\s+0\s+0\s+1\s+0\s+orders/handler.py\s+orders-api:live", found)


def test_lambda_functions_that_agree_are_not_told_apart(dead_code: DeadCodeReport) -> None:
    names = ("orders-api:live", "orders-nightly")
    agreed = tuple(said(name, Verdict.USED) for name in names)
    assert "By Lambda function" not in text(changed(dead_code, "handler", lambda_functions=agreed))
