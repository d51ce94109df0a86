"""``check``: what a pipeline asks, and the exit code that answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lambda_usage.bundle.model import BundleId
from lambda_usage.bundle.reader import read_bundle
from lambda_usage.bundle.rows import MOST_ROWS
from lambda_usage.bundle.writer import write_bundle
from lambda_usage.reports.json import json_schema

Cli = Callable[..., Any]

PASSED, USAGE, BROKEN, FAILED = 0, 2, 6, 8


@pytest.fixture
def baseline(cli: Cli, store: Path, source: Path, tmp_path: Path) -> Path:
    """A report on the very data that is checked."""
    file = tmp_path / "baseline.json"
    done = cli("report", "dead-code", store, "--source", source, "--format", "json",
               "--output", file)  # fmt: skip
    assert done.code == PASSED, done.err
    return file


@pytest.fixture
def check(cli: Cli, store: Path, source: Path) -> Cli:
    def run(*options: object) -> Any:
        return cli("check", store, "--source", source, *options)

    return run


def test_what_was_dead_before_is_not_new(check: Cli, baseline: Path) -> None:
    done = check("--baseline", baseline)
    assert done.code == PASSED, done.out
    assert done.out.startswith("ok    new dead functions: 0 functions")


def test_what_is_dead_now_and_was_not_fails_by_name(check: Cli, baseline: Path) -> None:
    report = json.loads(baseline.read_text())
    for each in report["functions"]:
        each["verdict"] = "unproven"
    baseline.write_text(json.dumps(report))
    done = check("--baseline", baseline)
    assert done.code == FAILED
    assert done.out.splitlines()[1].split() == ["app.py:11", "legacy"]
    assert check("--baseline", baseline, "--max-new-dead", "1").code == PASSED


def test_code_that_was_to_be_kept_is_new_once_nobody_keeps_it(check: Cli, baseline: Path) -> None:
    report = json.loads(baseline.read_text())
    for each in report["functions"]:
        each["keep"] = {"place": "app.py:11", "reason": "", "until": None, "expired": False}
    baseline.write_text(json.dumps(report))
    assert check("--baseline", baseline).code == FAILED


@pytest.mark.parametrize(("most", "code"), [("0.5", PASSED), ("0.1", FAILED), ("0", FAILED)])
def test_the_share_of_dead_lines_is_held_against_its_limit(
    most: str, code: int, check: Cli
) -> None:
    done = check("--max-dead-share", most)
    assert done.code == code
    assert "29 % of the shipped lines are dead" in done.out


@pytest.mark.parametrize(("days", "code"), [("100000", PASSED), ("1", FAILED)])
def test_old_data_fails_by_the_lambda_function(days: str, code: int, check: Cli) -> None:
    done = check("--max-age", days)
    assert done.code == code
    assert ("orders:" in done.out) is (code == FAILED)


@pytest.mark.parametrize(("least", "code"), [("2000", PASSED), ("2001", FAILED)])
def test_thin_exposure_fails_by_the_lambda_function(least: str, code: int, check: Cli) -> None:
    done = check("--require-exposure", least)
    assert done.code == code
    assert ("orders: 2,000" in done.out) is (code == FAILED)


def test_a_lambda_function_that_never_reported_fails(check: Cli, tmp_path: Path) -> None:
    names = tmp_path / "functions.txt"
    names.write_text("# all of ours\norders\npayments  # new\n\n")
    done = check("--expect-functions", names)
    assert done.code == FAILED
    assert "1 of 2 expected Lambda functions never reported" in done.out
    assert done.out.splitlines()[1].strip() == "payments"
    names.write_text("orders\n")
    assert check("--expect-functions", names).code == PASSED
    assert check("--expect-function", "payments").code == FAILED


def test_each_answer_is_told_and_one_failure_is_enough(check: Cli, baseline: Path) -> None:
    done = check("--baseline", baseline, "--max-age", "1", "--format", "json")
    assert done.code == FAILED
    answers = json.loads(done.out)
    Draft202012Validator(json_schema("check")).validate(answers)
    assert answers["passed"] is False
    assert {each["name"]: each["passed"] for each in answers["checks"]} == {
        "data age": False,
        "new dead functions": True,
    }


@pytest.mark.parametrize("option", ["--max-age", "--max-dead-share"])
def test_a_limit_that_is_no_number_is_wrong_usage(option: str, check: Cli) -> None:
    done = check(option, "nan")
    assert done.code == USAGE
    assert f"'{option}'" in done.err


def test_nothing_to_check_is_wrong_usage(check: Cli) -> None:
    done = check()
    assert done.code == USAGE
    assert "nothing to check" in done.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        ("no JSON", "it is no JSON"),
        ("[]", "it is no dead-code report"),
        ('{"report": "hot-paths"}', "it is no dead-code report"),
        ('{"report": "dead-code", "schema": 99}', "schema 99"),
        ('{"report": "dead-code", "schema": 1, "functions": [1]}', "not as the report's schema"),
    ],
)
def test_what_is_no_baseline_costs_one_clear_line(
    content: str | None, words: str, check: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "other.json"
    if content is not None:
        file.write_text(content)
    done = check("--baseline", file)
    assert done.code == USAGE
    assert len(done.lines) == 1
    assert words in done.err


def test_a_file_that_names_no_lambda_function_is_wrong_usage(check: Cli, tmp_path: Path) -> None:
    names = tmp_path / "functions.txt"
    names.write_text("# none\n")
    assert check("--expect-functions", names).code == USAGE


def test_new_dead_code_is_counted_from_a_baseline_only(check: Cli) -> None:
    done = check("--max-age", "100000", "--max-new-dead", "1")
    assert done.code == USAGE
    assert "--baseline" in done.err


def test_code_that_ran_in_a_bundle_too_large_to_be_read_is_not_dead(
    cli: Cli, check: Cli, store: Path, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (usage,) = (bundle := read_bundle(max(store.rglob("*.coverage")))).origins.values()
    (info,) = bundle.bundles.values()
    most = len(usage.codes)
    for key, code in list(usage.codes.items()):
        lazily = key._replace(path="large.py")
        usage.codes |= {key: replace(code, invoke_lines=code.executable)}
        usage.codes |= {lazily: replace(code, key=lazily)}
    name = BundleId("0123456789abcdef", 0)
    bundle.bundles = {name: replace(info, id=name)}
    write_bundle(bundle, store / f"orders-{name.process_id}-000000.coverage")
    assert check("--max-dead-share", "0").code == PASSED
    monkeypatch.setitem(MOST_ROWS, "usage_code", most)
    done = check("--max-dead-share", "0")
    assert done.code == BROKEN, done.out
    assert "COVERAGE_INCLUDE_PATTERNS" in done.err
    combined = tmp_path / "combined.coverage"
    assert cli("combine", store, "--output", combined).code == BROKEN
    # whoever reads the combined file knows no longer what was set aside
    assert cli("check", combined, "--source", source, "--max-dead-share", "0").code == PASSED


@pytest.mark.parametrize("form", ["text", "markdown", "csv", "json", "html"])
def test_every_form_tells_of_code_that_only_an_unseen_function_may_ship(
    form: str, cli: Cli, store: Path, source: Path
) -> None:
    (source / "cron.py").write_text("def task():\n    return 1\n")
    first = min(store.rglob("*.coverage"))
    bundle = read_bundle(first)
    bundle.bundles = {n: replace(i, lists_package=True) for n, i in bundle.bundles.items()}
    write_bundle(bundle, first)
    asked = ("report", "dead-code", store, "--source", source, "--format", form)
    done = cli(*asked, "--expect-function", "cron")
    assert done.code == PASSED, done.err
    assert "cron was expected and has not been seen" in done.out or form in ("text", "html")
    why = cli("explain", store, "cron.py:task", "--source", source, "--expect-function", "cron")
    assert why.code == PASSED, why.err
    assert "cron was expected and has not been seen" in why.out
