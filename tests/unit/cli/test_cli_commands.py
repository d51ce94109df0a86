"""What the commands do when all is well."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from jsonschema import Draft202012Validator
from moto import mock_aws

from lambda_usage import __version__
from lambda_usage.bundle.reader import bundle_kind
from lambda_usage.reports.json import json_schema

Cli = Callable[..., Any]
DAYS = ("--min-exposure", 1000, "--min-days", 14)


def verdicts(text: str) -> dict[str, str]:
    return {each["name"]: each["verdict"] for each in json.loads(text)["functions"]}


def test_combine_writes_one_file_and_says_of_how_many(
    cli: Cli, store: Path, tmp_path: Path
) -> None:
    result = cli("combine", store, "--output", tmp_path / "all.coverage")
    assert result.code == 0
    assert "Combined 20 bundles of 1 Lambda function into" in result.out
    assert result.err == ""
    assert bundle_kind(tmp_path / "all.coverage") == "combined"


def test_combine_takes_a_prefix(cli: Cli, store: Path, tmp_path: Path) -> None:
    result = cli("combine", store, "--prefix", "2026/11/0", "--output", tmp_path / "o.coverage")
    assert "Combined 9 bundles" in result.out


def test_combine_into_json_writes_the_summary(cli: Cli, store: Path, tmp_path: Path) -> None:
    assert cli("combine", store, "--output", tmp_path / "all.json").code == 0
    summary = json.loads((tmp_path / "all.json").read_text())["summary"]
    assert (summary["status"], summary["invocations"]) == ("success", 2000)


def test_combine_says_what_it_left_out(cli: Cli, store: Path, tmp_path: Path) -> None:
    first = next(store.rglob("*.coverage"))
    (store / "again.coverage").write_bytes(first.read_bytes())
    cli("combine", store, "--output", store / "combined.coverage")
    result = cli("combine", store, "--output", store / "combined.coverage")
    assert "(left out: 1 found twice, 1 combined already)" in result.out


def test_dead_code_tells_dead_from_used(cli: Cli, store: Path, source: Path) -> None:
    result = cli("report", "dead-code", store, "--source", source, *DAYS, "--format", "json")
    assert result.code == 0
    Draft202012Validator(json_schema("dead-code")).validate(json.loads(result.out))
    found = verdicts(result.out)
    assert (found["handler"], found["price"], found["legacy"]) == ("used", "used", "dead")


def test_dead_code_reads_well_as_text(cli: Cli, store: Path, source: Path) -> None:
    result = cli("report", "dead-code", store, "--source", source)
    assert result.code == 0
    assert "2,000 invocations" in result.out
    assert "legacy" in result.out.partition("Dead:")[2]
    assert "used in less than 0.15 % of invocations (95 %)" in result.out
    assert "\x1b" not in result.out


@pytest.mark.parametrize("option", [("--min-exposure", 2001), ("--min-days", 21)])
def test_too_little_evidence_proves_nothing(
    cli: Cli, store: Path, source: Path, option: tuple[str, int]
) -> None:
    result = cli("report", "dead-code", store, "--source", source, *option, "--format", "json")
    assert verdicts(result.out)["legacy"] == "unproven"


def test_a_function_that_was_expected_and_not_seen_keeps_code_alive(
    cli: Cli, store: Path, source: Path
) -> None:
    result = cli(
        "report", "dead-code", store, "--source", source, "--format", "json",
        "--expect-function", "orders", "--expect-function", "nightly",
    )  # fmt: skip
    assert verdicts(result.out)["legacy"] == "unproven"
    assert json.loads(result.out)["thresholds"]["expected_functions"] == ["orders", "nightly"]


def test_hot_paths_with_and_without_source(cli: Cli, store: Path, source: Path) -> None:
    for extra in ((), ("--source", source)):
        result = cli("report", "hot-paths", store, "--format", "json", *extra)
        assert result.code == 0
        content = json.loads(result.out)
        Draft202012Validator(json_schema("hot-paths")).validate(content)
        assert content["paths"][0]["share"] == 1.0
        assert "app.py:price" in content["paths"][0]["functions"]
    assert "way through the code" in cli("report", "hot-paths", store).out


def test_a_report_on_a_combined_file_equals_the_one_on_its_bundles(
    cli: Cli, store: Path, source: Path, tmp_path: Path
) -> None:
    cli("combine", store, "--output", tmp_path / "all.coverage")
    for report in ("dead-code", "hot-paths"):
        common = ("--source", source, "--format", "json")
        from_bundles = cli("report", report, store, *common)
        from_combined = cli("report", report, tmp_path / "all.coverage", *common)
        assert from_bundles.out == from_combined.out


def test_a_report_goes_to_a_file_when_asked(
    cli: Cli, store: Path, source: Path, tmp_path: Path
) -> None:
    target = tmp_path / "new" / "dead.json"
    result = cli(
        "report", "dead-code", store, "--source", source, "--format", "json", "--output", target
    )
    assert result.code == 0
    assert result.out == ""
    assert str(target) in result.err
    assert json.loads(target.read_text())["report"] == "dead-code"


def test_all_of_it_works_on_s3(
    cli: Cli, store: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="bucket")
        for path in store.rglob("*.coverage"):
            key = f"coverage/{path.relative_to(store).as_posix()}"
            s3.upload_file(str(path), "bucket", key)
        combined = "s3://bucket/coverage/combined.coverage"
        assert cli("combine", "s3://bucket/coverage", "--output", combined).code == 0
        for address in ("s3://bucket/coverage", combined):
            result = cli("report", "dead-code", address, "--source", source, "--format", "json")
            assert result.code == 0
            assert verdicts(result.out)["legacy"] == "dead"


def test_the_version_is_told(cli: Cli) -> None:
    result = cli("--version")
    assert (result.code, result.out) == (0, f"lambda-usage {__version__}\n")


@pytest.mark.parametrize(
    "command",
    [(), ("combine",), ("report",), ("report", "dead-code"), ("report", "hot-paths"), ("run",)],
)
def test_help_fits_80_columns(cli: Cli, command: tuple[str, ...]) -> None:
    result = cli(*command, "--help")
    assert result.code == 0
    assert max(map(len, result.out.splitlines())) <= 80


@pytest.mark.parametrize(
    "command", [("combine",), ("report", "dead-code"), ("report", "hot-paths"), ("run",)]
)
def test_help_shows_examples(cli: Cli, command: tuple[str, ...]) -> None:
    assert (
        f"lambda-usage {' '.join(command)}" in cli(*command, "--help").out.partition("Examples")[2]
    )


def test_help_documents_every_exit_code(cli: Cli) -> None:
    from lambda_usage.cli.errors import MEANINGS, ExitCode

    text = cli("--help").out
    assert set(MEANINGS) == set(ExitCode)
    for code, meaning in MEANINGS.items():
        assert f"{code:d}  {meaning}" in text


def test_help_and_version_load_nothing_heavy() -> None:
    program = (
        "import sys; from lambda_usage.cli.app import app; "
        "print([n for n in ('boto3', 'scipy', 'numpy', 'coverage') if n in sys.modules])"
    )
    # Without the environment's own coverage: a .pth file may start it in every process.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=clean
    )
    assert done.stdout == "[]\n"
