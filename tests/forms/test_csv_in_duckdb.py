"""CSV, read by DuckDB and by Python's csv module: a table with types, and no formula in it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_usage.evidence.model import (
    DeadCodeReport,
    DeadRange,
    Keep,
    LambdaFunctionVerdict,
    RangeKind,
    Verdict,
)
from lambda_usage.reports import renderer_for
from lambda_usage.reports.csv import FUNCTION_COLUMNS, PATH_COLUMNS, guarded
from tests.forms import made

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

anything = st.sampled_from(made.HOSTILE) | made.names


def dead_code_csv(report: DeadCodeReport) -> str:
    out = io.StringIO()
    renderer_for("csv").dead_code(report, out)
    return out.getvalue()


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def asked(text: str, folder: Path, query: str) -> list[tuple[Any, ...]]:
    """What DuckDB answers of the table, which it finds out by itself how to read."""
    (folder / "report.csv").write_text(text, "utf-8", newline="")
    with duckdb.connect() as database:
        return database.execute(query.format(f"'{folder / 'report.csv'}'")).fetchall()


def report() -> DeadCodeReport:
    kept = made.function(
        "a.py", "kept", keep=Keep("a.py:9", "=cmd|' /C calc'!A0", "2027-03-01", expired=False)
    )
    said = replace(kept.lambda_functions[0], lambda_function="nightly", verdict=Verdict.DEAD)
    mixed = replace(
        made.function("a.py", "mixed", Verdict.USED, line=20),
        first_seen="2026-11-01T00:00:12Z",
        lambda_functions=(*made.function("a.py", "f", Verdict.USED).lambda_functions, said),
        dead_lines=(
            DeadRange(3, 4, RangeKind.CODE),
            DeadRange(7, 7, RangeKind.ERROR_HANDLING),
        ),
    )
    return made.dead_code([made.function("a.py", "dead"), kept, mixed])


def test_duckdb_finds_columns_and_types_by_itself(tmp_path: Path) -> None:
    query = "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {})"
    types = dict(asked(dead_code_csv(report()), tmp_path, query))
    assert tuple(types) == FUNCTION_COLUMNS
    assert types["line"] == types["last_line"] == "BIGINT"
    assert types["exposure"] == types["use_upper_bound"] == types["frequency"] == "DOUBLE"
    assert types["kept"] == "BOOLEAN"
    assert types["keep_until"] == "DATE"
    assert types["first_seen"].startswith("TIMESTAMP")
    assert types["file"] == types["dead_lines"] == "VARCHAR"


def test_duckdb_answers_what_may_be_deleted(tmp_path: Path) -> None:
    text = dead_code_csv(report())
    query = "SELECT name FROM {} WHERE verdict = 'dead' AND NOT kept ORDER BY line"
    assert asked(text, tmp_path, query) == [("dead",)]
    query = "SELECT name FROM {} WHERE 'nightly' IN (SELECT unnest(string_split(dead_in, ';')))"
    assert asked(text, tmp_path, query) == [("mixed",)]


def test_what_is_kept_is_dead_in_no_column_but_the_verdict() -> None:
    keep = Keep("a.py:9", "audit", None, expired=False)
    lines = DeadRange(3, 4, RangeKind.CODE), DeadRange(7, 7, RangeKind.CODE, keep)
    held = replace(made.function("a.py", "held"), dead_lines=lines)
    used = replace(made.function("a.py", "used", Verdict.USED), dead_lines=lines)
    nightly = replace(held.lambda_functions[0], lambda_function="nightly")
    used = replace(used, lambda_functions=(nightly,))
    found = rows(dead_code_csv(made.dead_code([held, used])))
    columns = ("verdict", "standing", "kept", "dead_lines", "kept_lines", "dead_in")
    assert [[row[name] for name in columns] for row in found] == [
        ["dead", "kept", "true", "", "L3-L4;L7", ""],
        ["used", "used", "false", "L3-L4", "L7", ""],
    ]
    assert found[1]["kept_in"] == "nightly"


def test_what_was_not_estimated_is_null(tmp_path: Path) -> None:
    query = "SELECT frequency, use_upper_bound FROM {} ORDER BY line DESC, name LIMIT 2"
    assert asked(dead_code_csv(report()), tmp_path, query) == [(0.25, None), (None, 0.00015)]


def test_lines_cannot_be_taken_for_dates() -> None:
    assert rows(dead_code_csv(report()))[2]["dead_lines"] == "L3-L4;L7"


def test_a_formula_becomes_text_and_numbers_stay_numbers(tmp_path: Path) -> None:
    found = rows(dead_code_csv(report()))[1]
    assert found["keep_reason"] == "'=cmd|' /C calc'!A0"
    assert float(found["exposure"]) == 20_000


@given(anything)
def test_no_cell_begins_as_a_formula_and_every_text_can_be_had_back(text: str) -> None:
    functions = [replace(each, file=text, name=text) for each in report().functions]
    keep = Keep(text, text, None, expired=False)
    functions.append(made.function(text, text, Verdict.UNPROVEN, reason=text, keep=keep))
    document = dead_code_csv(made.dead_code(functions))
    found = rows(document)
    assert len(found) == len(functions)
    for cell in (cell for each in found for cell in each.values()):
        assert not cell.startswith(FORMULA)
    for name in ("file", "name", "reason", "keep_reason"):
        assert found[-1][name].removeprefix("'") == text.removeprefix("'") or text[:1] == "'"
        assert found[-1][name] == guarded(text)
    assert guarded(text)[guarded(text)[:1] == "'" :] == text


@given(st.lists(anything, min_size=1, max_size=5))
def test_every_line_ends_as_rfc_4180_has_it(texts: list[str]) -> None:
    document = dead_code_csv(made.dead_code([made.function("a.py", text) for text in texts]))
    read = list(csv.reader(io.StringIO(document, newline=""), strict=True))
    assert len(read) == 1 + len(texts)
    assert {len(each) for each in read} == {len(FUNCTION_COLUMNS)}
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(read)
    assert written.getvalue() == document


def test_a_path_is_a_row(tmp_path: Path) -> None:
    out = io.StringIO()
    paths = [made.path("0bd4", ["a.py:f", "b.py:g"]), made.path("1c", ["a.py:f"], seconds=None)]
    renderer_for("csv").hot_paths(made.hot_paths(paths), out)
    query = (
        "SELECT id, invocations, duration_mean_s, string_split(functions, ';') FROM {} ORDER BY id"
    )
    assert asked(out.getvalue(), tmp_path, query) == [
        ("0bd4", 100.0, 0.2, ["a.py:f", "b.py:g"]),
        ("1c", 100.0, None, ["a.py:f"]),
    ]
    assert tuple(rows(out.getvalue())[0]) == PATH_COLUMNS


@pytest.mark.parametrize("form", ["dead_code", "hot_paths"])
def test_a_report_of_nothing_is_a_heading(form: str) -> None:
    out = io.StringIO()
    empty: Any = made.dead_code([]) if form == "dead_code" else made.hot_paths([])
    getattr(renderer_for("csv"), form)(empty, out)
    assert out.getvalue().count("\r\n") == 1


def test_names_of_lambda_functions_are_listed_by_what_they_say() -> None:
    said = LambdaFunctionVerdict(
        "-nightly", Verdict.UNPROVEN, 1.0, 1, None, None, None, None, None, None, ""
    )
    function = replace(made.function("a.py", "f", Verdict.UNPROVEN), lambda_functions=(said, said))
    (found,) = rows(dead_code_csv(made.dead_code([function])))
    assert found["unproven_in"] == "'-nightly;-nightly"
    assert found["used_in"] == ""
