"""LCOV, read by lcov-cobertura's parser, and by genhtml where it is installed."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lcov_cobertura import LcovCobertura

from lambda_usage.evidence.model import DeadCodeReport, Verdict
from lambda_usage.reports.lcov import write_lcov
from tests.forms import made


def lcov(report: DeadCodeReport | None = None, root: str = "src") -> str:
    out = io.StringIO()
    write_lcov(report or made.shop(), root, out)
    return out.getvalue()


def parsed(text: str) -> dict[str, Any]:
    """Files by path, as lcov-cobertura understands them."""
    packages = LcovCobertura(text).parse(timestamp=0)["packages"]
    return {name: file for each in packages.values() for name, file in each["classes"].items()}


def hits(text: str, file: str) -> dict[int, int]:
    return {line: int(each["hits"]) for line, each in parsed(text)[file]["lines"].items()}


def functions(text: str, file: str) -> dict[str, int]:
    return {name: int(each[1]) for name, each in parsed(text)[file]["methods"].items()}


def test_lines_have_the_invocations_that_ran_them_and_one_at_least() -> None:
    assert hits(lcov(), "src/shop/app.py") == {
        1: 1, 3: 1, 4: 120, 5: 0, 6: 120, 8: 1, 9: 0, 11: 1, 13: 7, 14: 1,
    }  # fmt: skip


def test_functions_have_hits_of_their_own_whatever_their_line_has() -> None:
    assert functions(lcov(), "src/shop/app.py") == {
        "price": 120, "legacy": 0, "C.total:13": 7, "C.total:14": 0,
    }  # fmt: skip


def test_a_file_that_was_never_loaded_has_no_hits() -> None:
    assert hits(lcov(), "src/shop/v1.py") == {1: 0, 2: 0}
    assert functions(lcov(), "src/shop/v1.py") == {"convert": 0}


def test_what_is_not_known_is_left_out_and_told() -> None:
    out = io.StringIO()
    notes = write_lcov(made.shop(), "src", out)
    assert set(parsed(out.getvalue())) == {"src/shop/app.py", "src/shop/v1.py"}
    assert 12 not in hits(out.getvalue(), "src/shop/app.py")
    assert notes == (
        "left out 1 file that no deployment package ships: tools/seed.py",
        "left out 1 file of which no deployed version is known to be this source: shop/old.py",
        "left out 1 statement that nobody would have noticed, had they run",
    )


@pytest.mark.parametrize("end", ["\n", "\r", "\x85", "\u2028"])
def test_a_name_cannot_make_up_records(end: str) -> None:
    report = made.shop()
    name = f"shop/a.py{end}end_of_record{end}SF:shop/v1.py{end}DA:1,99{end}"
    hostile = replace(report.files[0], file=name)
    named = replace(report.functions[1], name=f"f{end}DA:1,99")
    changed = replace(
        report,
        files=(hostile, *report.files[1:]),
        functions=(*report.functions, replace(named, file="shop/v1.py")),
    )
    out = io.StringIO()
    notes = write_lcov(changed, "src", out)
    assert set(parsed(out.getvalue())) == {"src/shop/v1.py"}
    assert hits(out.getvalue(), "src/shop/v1.py") == {1: 0, 2: 0}
    assert not [line for line in out.getvalue().splitlines() if line.startswith("DA:1,99")]
    assert f"left out 1 file whose names LCOV has no way to write: {name}" in notes


def test_a_line_that_ran_on_thin_evidence_is_hit() -> None:
    report = made.shop()
    thin = made.statement(12, "unseen", 0.0, Verdict.UNPROVEN, ran=True)
    file = replace(report.files[0], statements=(thin,))
    assert hits(lcov(replace(report, files=(file,))), "src/shop/app.py") == {12: 1}


def test_silence_counts_where_one_lambda_function_would_have_noticed() -> None:
    report = made.shop()
    watched = replace(
        report.functions[3],
        lambda_functions=made.function("a.py", "f", Verdict.UNPROVEN).lambda_functions,
    )
    changed = replace(report, functions=(*report.functions[:3], watched, *report.functions[4:]))
    assert hits(lcov(changed), "src/shop/app.py")[12] == 0
    assert functions(lcov(changed), "src/shop/app.py")["unseen"] == 0


def test_sums_are_those_of_the_records() -> None:
    for record in lcov().split("end_of_record\n")[:-1]:
        lines = record.splitlines()
        counts = [line.partition(":") for line in lines]
        found = {key: int(value) for key, _, value in counts if key in ("LF", "LH", "FNF", "FNH")}
        data = [line for line in lines if line.startswith("DA:")]
        calls = [line for line in lines if line.startswith("FNDA:")]
        assert found["LF"] == len(data)
        assert found["LH"] == sum(not line.endswith(",0") for line in data)
        assert found["FNF"] == len(calls)
        assert found["FNH"] == sum(not line.startswith("FNDA:0,") for line in calls)


def test_without_a_directory_paths_are_those_of_the_package() -> None:
    assert set(parsed(lcov(root=""))) == {"shop/app.py", "shop/v1.py"}


def test_genhtml_makes_pages_of_it(tmp_path: Path) -> None:
    if shutil.which("genhtml") is None:
        pytest.skip("genhtml is not installed: Debian's package lcov brings it")
    source = tmp_path / "src" / "shop"
    source.mkdir(parents=True)
    (source / "app.py").write_text("x\n" * 14)
    (source / "v1.py").write_text("x\n" * 2)
    (tmp_path / "use.lcov").write_text(lcov())
    done = subprocess.run(
        ["genhtml", "--output-directory", "html", "use.lcov"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "lines......: 66.7% (8 of 12 lines)" in done.stdout
    assert "functions..: 40.0% (2 of 5 functions)" in done.stdout
