"""What the commands say when something is wrong: one line, and a documented exit code."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

Cli = Callable[..., Any]


def only_line(result: Any) -> str:
    """The single line on stderr, which says whose it is."""
    assert len(result.lines) == 1, result.err
    assert result.out == ""
    line: str = result.lines[0]
    assert line.startswith("lambda-usage: ")
    return line


def commands(store: object, source: object, output: object) -> list[tuple[object, ...]]:
    return [
        ("combine", store, "--output", output),
        ("report", "dead-code", store, "--source", source),
        ("report", "hot-paths", store),
    ]


def test_a_missing_folder_is_3(cli: Cli, source: Path, tmp_path: Path) -> None:
    for command in commands(tmp_path / "nowhere", source, tmp_path / "out"):
        result = cli(*command)
        assert result.code == 3
        assert "there is no folder" in only_line(result)


def test_a_missing_bucket_is_3(
    cli: Cli, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        for command in commands("s3://wrong-bucket/coverage", source, tmp_path / "out"):
            result = cli(*command)
            assert result.code == 3
            assert "there is no bucket 'wrong-bucket': check the name" in only_line(result)


def test_an_unreachable_store_is_3(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    result = cli("combine", "s3://bucket/coverage", "--output", tmp_path / "out")
    assert result.code == 3
    assert "cannot reach S3" in only_line(result)


def test_an_output_that_cannot_be_written_is_3(cli: Cli, store: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = cli("combine", store, "--output", tmp_path / "file" / "out")
    assert result.code == 3
    assert "cannot write" in only_line(result)


def test_an_empty_store_is_4(cli: Cli, source: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for command in commands(tmp_path / "empty", source, tmp_path / "out"):
        result = cli(*command)
        assert result.code == 4
        assert "no bundles in" in only_line(result)
        assert "COVERAGE_S3_BUCKET" in only_line(result)
    assert not (tmp_path / "out").exists()


def test_a_prefix_that_nothing_has_is_4(cli: Cli, store: Path, tmp_path: Path) -> None:
    result = cli("combine", store, "--prefix", "2031/", "--output", tmp_path / "out")
    assert result.code == 4
    assert "begins with '2031/': check --prefix" in only_line(result)


def test_a_store_of_combined_files_only_is_4_and_says_how(
    cli: Cli, store: Path, tmp_path: Path
) -> None:
    cli("combine", store, "--output", tmp_path / "combined" / "all.coverage")
    result = cli("report", "hot-paths", tmp_path / "combined")
    assert result.code == 4
    assert "name the file itself, all.coverage say" in only_line(result)


def test_a_store_of_broken_bundles_only_is_4(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s/x.coverage").write_bytes(b"junk")
    result = cli("combine", tmp_path / "s", "--output", tmp_path / "out")
    assert result.code == 4
    assert result.lines == [
        "lambda-usage: set aside x.coverage: not a SQLite file",
        f"lambda-usage: no bundle in {tmp_path / 's'} can be read, for the reasons above",
    ]


def test_a_missing_source_is_5(cli: Cli, store: Path, tmp_path: Path) -> None:
    for report in ("dead-code", "hot-paths"):
        result = cli("report", report, store, "--source", tmp_path / "nowhere")
        assert result.code == 5
        assert "there is no source directory" in only_line(result)


def test_a_source_of_something_else_is_5(cli: Cli, store: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "unrelated.py").write_text("x = 1\n")
    for report in ("dead-code", "hot-paths"):
        result = cli("report", report, store, "--source", tmp_path / "other")
        assert result.code == 5
        assert "check --source" in only_line(result)


def test_a_source_that_lies_deeper_is_5_and_named(
    cli: Cli, store: Path, source: Path, tmp_path: Path
) -> None:
    (tmp_path / "project").mkdir()
    source.rename(tmp_path / "project" / "src")
    result = cli("report", "dead-code", store, "--source", tmp_path / "project")
    assert result.code == 5
    assert f"did you mean --source {tmp_path / 'project' / 'src'}?" in only_line(result)


def test_a_source_without_python_is_5(cli: Cli, store: Path, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    result = cli("report", "dead-code", store, "--source", tmp_path / "docs")
    assert result.code == 5
    assert "holds no Python" in only_line(result)


def test_a_source_that_no_python_can_parse_is_5_and_says_why(
    cli: Cli, store: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad/app.py").write_text("def :")
    result = cli("report", "dead-code", store, "--source", tmp_path / "bad")
    assert result.code == 5
    assert "app.py: " in only_line(result)


def test_a_corrupt_bundle_among_good_ones_is_6_and_the_work_is_done(
    cli: Cli, store: Path, source: Path, tmp_path: Path
) -> None:
    (store / "x.coverage").write_bytes(b"SQLite format 3\0 and then nothing")
    for command in commands(store, source, tmp_path / "out"):
        result = cli(*command)
        assert result.code == 6
        assert len(result.lines) == 1
        assert result.lines[0].startswith("lambda-usage: set aside x.coverage: ")
        assert result.out
    assert (tmp_path / "out").exists()


def test_many_broken_bundles_do_not_flood_the_terminal(
    cli: Cli, store: Path, tmp_path: Path
) -> None:
    for number in range(50):
        (store / f"x-{number:02}.coverage").write_bytes(b"")
    result = cli("combine", store, "--output", tmp_path / "out")
    assert result.code == 6
    assert len(result.lines) == 21
    assert result.lines[-1] == "lambda-usage: set aside 30 more broken bundles"


def test_an_address_without_sense_is_2(cli: Cli, tmp_path: Path) -> None:
    result = cli("combine", "ftp://host/x", "--output", tmp_path / "out")
    assert result.code == 2
    assert "a store is a folder, file:///folder or s3://bucket/prefix" in only_line(result)


@pytest.mark.parametrize(
    "command",
    [
        ("bogus",),
        ("combine", "x"),
        ("report", "dead-code"),
        ("report", "dead-code", "x", "--source", ".", "--min-days", "-1"),
        ("report", "hot-paths", "x", "--format", "pdf"),
        ("run", "app.handler"),
    ],
)
def test_wrong_usage_is_2(cli: Cli, command: tuple[str, ...]) -> None:
    result = cli(*command)
    assert result.code == 2
    assert "Traceback" not in result.err


def test_an_error_of_ours_is_1_and_says_how_to_report_it(
    cli: Cli, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise KeyError("one\ntwo")

    monkeypatch.setattr("lambda_usage.cli._loading.combine_store", fail)
    result = cli("combine", store, "--output", tmp_path / "out")
    assert result.code == 1
    assert "bug of lambda-usage: please report it with what LAMBDA_USAGE_DEBUG=1" in only_line(
        result
    )
    monkeypatch.setenv("LAMBDA_USAGE_DEBUG", "1")
    with pytest.raises(KeyError):
        cli("combine", store, "--output", tmp_path / "out")


def test_without_the_extra_the_command_says_what_to_install() -> None:
    program = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"rich", "typer"}:
            raise ModuleNotFoundError(name)
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name in {"rich", "typer"} else real(name)
sys.meta_path.insert(0, Refuse())
from lambda_usage.cli.main import main
sys.exit(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "lambda-usage: the command line needs rich, typer, which this installation lacks: "
        'pip install "lambda-usage[cli]"\n'
    )


def test_the_installed_command_ends_with_its_exit_code(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lambda_usage.cli", "report", "hot-paths", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1


def test_a_reader_that_has_had_enough_is_no_error(store: Path, source: Path) -> None:
    command = [
        sys.executable, "-m", "lambda_usage.cli", "report", "dead-code", str(store),
        "--source", str(source), "--format", "json",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_no_name_in_a_store_reaches_the_terminal_as_a_command(
    cli: Cli, source: Path, tmp_path: Path
) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "a\x1b[2J\nb.coverage").write_bytes(b"no bundle")
    result = cli("report", "dead-code", tmp_path / "store", "--source", source)
    assert "\x1b" not in result.err
    assert "a\\x1b[2J\\x0ab.coverage" in result.err


def test_settings_that_leave_open_what_is_kept_are_5(cli: Cli, store: Path, source: Path) -> None:
    (source / "pyproject.toml").write_text(
        '[[tool.lambda-usage.keep]]\npattern = "app.py"\nuntil = 2026-13-01\n'
    )
    for command in (
        ("report", "dead-code", store, "--source", source),
        ("explain", store, "app.py", "--source", source),
        ("inventory", source, "--store", store),
    ):
        result = cli(*command)
        assert result.code == 5
        line = only_line(result)
        assert "pyproject.toml" in line
        assert "what it keeps is unknown, so nothing can be called dead: mend it" in line
