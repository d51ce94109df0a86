"""``--source-function``: one folder for each Lambda function, and one store for all."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lambda_usage.reports.json import json_schema

Cli = Callable[..., Any]

HANDLERS = {
    "orders": """\
from money import total


def handler(event, context):
    return total([event["amount"]])


def legacy(event):
    return total([])
""",
    "inventory": """\
from money import cents


def handler(event, context):
    return cents(event["amount"])
""",
}
MONEY = """\
def total(amounts):
    return sum(amounts)


def cents(amount):
    return round(100 * amount)
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two functions, each recorded from a folder of its own by ``lambda-usage run``."""
    root = tmp_path_factory.mktemp("folders")
    clean = {n: v for n, v in os.environ.items() if not n.startswith(("COVERAGE_", "COV_", "AWS_"))}
    runs = []
    for name, handler in HANDLERS.items():
        folder = root / name
        folder.mkdir()
        (folder / "app.py").write_text(handler)
        (folder / "money.py").write_text(MONEY)
        events = root / f"{name}.jsonl"
        events.write_text('{"amount": 2}\n')
        command = ["run", "app.handler", "--events", events, "--store", root / "usage"]
        runs.append(
            subprocess.Popen(
                [sys.executable, "-m", "lambda_usage.cli", *command, "--repeat", "1000"],
                cwd=folder,
                env={**clean, "AWS_LAMBDA_FUNCTION_NAME": name},
                stdout=subprocess.DEVNULL,
            )
        )
    assert [each.wait(120) for each in runs] == [0, 0]
    return root


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from this project's own settings."""
    monkeypatch.chdir(tmp_path)


def asked(folders: Path, *options: object) -> tuple[object, ...]:
    return folders / "usage", "--source", folders / "orders", "--min-days", 0, *options


def flowing(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_the_code_of_a_folder_is_judged_by_its_own_function(cli: Cli, folders: Path) -> None:
    named = asked(folders, "--source-function", "orders", "--format", "json")
    report = json.loads(cli("report", "dead-code", *named).out)
    Draft202012Validator(json_schema("dead-code")).validate(report)
    verdicts = {f"{each['file']}:{each['name']}": each["verdict"] for each in report["functions"]}
    assert verdicts["app.py:legacy"] == "dead"
    assert verdicts["money.py:cents"] == "used"  # by inventory, from the same bytes
    assert report["thresholds"]["source_functions"] == ["orders"]
    assert {each["file"]: each["left_out"] for each in report["files"]} == {
        "app.py": ["inventory"],
        "money.py": [],
    }


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_each_form_says_what_was_taken_on_trust(cli: Cli, folders: Path, form: str) -> None:
    named = asked(folders, "--source-function", "orders", "--format", form)
    result = cli("report", "dead-code", *named)
    assert result.code == 0
    words = "On your word, 1 other Lambda function ships other files of the same names"
    assert words in flowing(result.out)
    assert "What that version ran proves nothing" not in flowing(result.out)


def test_without_the_option_nothing_of_the_file_is_dead_and_explain_names_the_option(
    cli: Cli, folders: Path
) -> None:
    text = flowing(cli("explain", *asked(folders)[:1], "app.py:legacy", *asked(folders)[1:]).out)
    assert text.startswith("legacy unproven")
    assert "inventory would have to ship this very file." in text
    assert "If inventory ships another file of that name: name the functions of this source" in text


def test_explain_leaves_out_what_others_ran_of_their_own_file(cli: Cli, folders: Path) -> None:
    store, *options = asked(folders, "--source-function", "orders")
    text = flowing(cli("explain", store, "app.py:handler", *options).out)
    assert "1 of the 2 ways through the code that were recorded runs it." in text
    assert "of the invocations of inventory" not in text
    assert "On your word, 1 other Lambda function ships other files" in text
    assert flowing(cli("explain", store, "legacy", *options).out).startswith("legacy dead")


def test_check_fails_where_a_named_function_never_reported(cli: Cli, folders: Path) -> None:
    limits = "--require-exposure", 1000, "--source-function"
    assert cli("check", *asked(folders, *limits, "orders")).code == 0
    result = cli("check", *asked(folders, *limits, "ordres"))
    assert (result.code, "ordres" in result.out) == (8, True)


def test_exports_of_verdicts_follow_the_word_and_others_refuse_it(
    cli: Cli, folders: Path, tmp_path: Path
) -> None:
    store, source, output = folders / "usage", folders / "orders", tmp_path / "out"
    named = "--source-function", "orders"
    given = "export", store, "--source", source, "--output", output, *named
    assert cli(*given, "--format", "lcov").code == 0
    result = cli(*given)
    assert result.code == 2
    assert "--source-function goes with --format lcov and cobertura only" in result.err
