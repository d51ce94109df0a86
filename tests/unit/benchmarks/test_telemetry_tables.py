"""What telemetry costs is shown, judged, and compared with what was accepted."""

from __future__ import annotations

from typing import Any

from benchmarks.check import regressions
from benchmarks.document import page
from benchmarks.results import Part, Results
from benchmarks.targets import targets
from benchmarks.telemetry import IMPORTS, INVOCATIONS, RATES, SENDS
from tests.unit.benchmarks.runs import ABOUT, MACHINE


def about(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.5, "high": value + 0.5}


def measured(off: float = 0.0, on: float = 9.0, waits: float = 0.1) -> Results:
    cells = [cell("import", name) for name in IMPORTS]
    for without, told in INVOCATIONS.values():
        for rate in RATES:
            cells.append(cell("invocation", f"{rate}, {without}", 1.0))
            cells.append(cell("invocation", f"{rate}, {told}", off if told == "off" else on))
    cells += [cell("send", each, 5.0 if each == "collection, ours" else None) for each in SENDS]
    rows = [
        {
            "python": "3.13",
            "endpoint": name,
            "exports": 3,
            "differed": 0,
            **{f"{each}_ms": about(4) for each in ("median", "p99")},
            **{f"{each}_added_ms": about(waits) for each in ("median", "p99")},
        }
        for name in ("bare function", "hangs")
    ]
    parts = (
        Part("telemetry", "3.13", ABOUT, facts={"telemetry": cells}),
        Part("faults", "3.13", ABOUT, facts={"faults": rows}),
    )
    return Results(MACHINE, parts)


def cell(kind: str, what: str, added: float | None = None) -> dict[str, Any]:
    return {
        "python": "3.13",
        "kind": kind,
        "what": what,
        "cpu_us": about(100),
        "added_us": None if added is None else about(added),
        "over_bare_us": about(2),
        "bare_us": about(40),
    }


def verdict(results: Results, words: str) -> str:
    (found,) = (each.verdict for each in targets(results) if words in each.promise)
    return found


def test_the_document_has_every_row_with_its_command() -> None:
    text = page(measured())
    assert "| window; X-Ray's SDK, a trace sampled | 40.0 [39.5, 40.5] |" in text
    assert "(`python -m benchmarks.run --only telemetry --python 3.13`)" in text
    assert "| hangs | 4.00 [3.50, 4.50] |" in text
    assert "results that differed: 0" in text
    for name in IMPORTS:
        assert f"| import: {name} |" in text


def test_off_is_held_against_an_agent_without_telemetry() -> None:
    assert verdict(measured(off=0.1), "telemetry off, window") == "met"
    assert verdict(measured(off=5.0), "telemetry off, window") == "missed"


def test_a_failing_endpoint_is_held_against_the_bare_function() -> None:
    assert verdict(measured(waits=-0.1), "endpoint fails, median") == "met"
    assert verdict(measured(waits=9), "endpoint fails, p99") == "missed"


def test_telemetry_that_has_become_dearer_is_a_regression() -> None:
    accepted = measured()
    assert list(regressions(measured(), accepted)) == []
    found = list(regressions(measured(on=30), accepted))
    assert "telemetry, window, X-Ray, 3.13: +30.0 µs (was +9.0)" in found
