"""docs/operations.md names every log line and every field of the health check, and no others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lambda_usage import health
from lambda_usage.attach import starting
from tests.unit.fakes import make_agent

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
LEVELS = {"DEBUG", "INFO", "WARNING", "ERROR"}
COMMON = {"timestamp", "level", "logger", "message"}


def section(heading: str) -> str:
    return PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def rows(heading: str) -> list[list[str]]:
    table = [line for line in section(heading).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def words(node: ast.expr) -> Iterator[str]:
    """What a message begins with; both, where it is one of two."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield from words(node.values[0])
    elif isinstance(node, ast.IfExp):
        yield from words(node.body)
        yield from words(node.orelse)


def calls() -> Iterator[tuple[str, set[str]]]:
    """The message and the further fields of each line that is logged."""
    for file in sorted((ROOT / "src" / "lambda_usage").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("say", "once")
                and len(node.args) == 2
                and "log" in ast.unparse(node.func.value).lower()
            ):
                fields = {each.arg for each in node.keywords if each.arg}
                for message in words(node.args[1]):
                    yield message, fields


def test_every_log_line_is_explained_with_its_fields() -> None:
    explained = {re.sub(r" ?…?`$", "", row[1].lstrip("`")): row[2] for row in rows("Log lines")}
    logged = dict(calls())
    assert len(logged) >= 14
    for message, fields in logged.items():
        (row,) = [told for begin, told in explained.items() if message.startswith(begin)]
        assert set(re.findall(r"`(\w+)`", row)) == fields, message
    for begin in explained:
        if not begin.startswith("names a"):
            assert any(message.startswith(begin) for message in logged), begin


def test_every_field_of_the_health_check_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    explained = {
        name for row in rows("The health check") for name in re.findall(r"`(\w+)`", row[0])
    }
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    agent, _, _ = make_agent(tmp_path)
    agent.dispatch._courier = None
    monkeypatch.setattr(starting, "_agent", agent)
    found = set(health.health_check_handler())
    agent.active = False
    found |= set(health.health_check_handler())
    assert explained == found


def test_the_fields_that_all_lines_have_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    import json

    from lambda_usage.telemetry.logs import Log

    Log().say("ERROR", "x")
    assert set(json.loads(capsys.readouterr().err)) == COMMON
    assert all(f"`{name}`" in section("Log lines") for name in COMMON)
