"""``lambda-usage explain``."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from this project's own settings."""
    monkeypatch.chdir(tmp_path)


def flowing(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_a_dead_function_is_explained(cli: Cli, store: Path, source: Path) -> None:
    result = cli("explain", store, "app.py:legacy", "--source", source)
    assert (result.code, result.err) == (0, "")
    text = flowing(result.out)
    assert text.startswith("legacy dead app.py:11-13 May I delete it? On this evidence, yes")
    assert "The one way through the code that was recorded does not run it." in text
    assert "2,000 invocations on 20 days would have noticed it (1,000 on 14 needed)" in text
    assert "Ships this very file." in text
    assert "At most about 1 in 668 invocations runs it (95 % confidence)." in text


def test_a_used_function_is_explained(cli: Cli, store: Path, source: Path) -> None:
    text = flowing(cli("explain", store, "price", "--source", source).out)
    assert text.startswith("price used app.py:7-8 May I delete it? No: run in about 100 %")
    assert "The one way through the code that was recorded runs it." in text


def test_a_line_is_explained(cli: Cli, store: Path, source: Path) -> None:
    text = flowing(cli("explain", store, "app.py:3", "--source", source).out)
    assert text.startswith("handler used app.py:1-4 Line 3 line 3 dead Never ran.")


def test_a_file_is_explained(cli: Cli, store: Path, source: Path) -> None:
    text = flowing(cli("explain", store, "app.py", "--source", source).out)
    assert text.startswith("module body used app.py:1-14 May I delete it?")
    assert "1 handler used runs in 100 % of invocations" in text
    assert "11 legacy dead" in text


@pytest.mark.parametrize(
    ("option", "wanted"),
    [
        (("--min-exposure", 2360), "360 more invocations of orders without a run of it."),
        (("--min-days", 29), "9 more days of orders without a run of it."),
        (("--expect-function", "nightly"), "nightly was expected and would have to report."),
    ],
)
def test_what_is_missing_depends_on_the_thresholds(
    cli: Cli, store: Path, source: Path, option: tuple[object, ...], wanted: str
) -> None:
    text = flowing(cli("explain", store, "legacy", "--source", source, *option).out)
    assert f"What would make it dead? {wanted}" in text


def test_what_is_kept_says_so(cli: Cli, store: Path, source: Path) -> None:
    (source / "pyproject.toml").write_text(
        '[[tool.lambda-usage.keep]]\npattern = "app.py:leg*"\nreason = "year-end job"\n'
    )
    text = flowing(cli("explain", store, "legacy", "--source", source).out)
    assert "No: it is kept on purpose for good (year-end job)." in text
    assert "Suppressions pyproject.toml: app.py:leg* Is kept on purpose for good" in text


def test_an_uploaded_inventory_stands_for_the_source(cli: Cli, store: Path, source: Path) -> None:
    assert cli("inventory", source, "--store", store, "--name", "orders").code == 0
    result = cli("explain", store, "app.py:legacy")
    assert result.code == 0
    assert result.out == cli("explain", store, "app.py:legacy", "--source", source).out


def test_the_answer_can_be_written_to_a_file(
    cli: Cli, store: Path, source: Path, tmp_path: Path
) -> None:
    result = cli("explain", store, "legacy", "--source", source, "--output", tmp_path / "why.txt")
    assert (result.code, result.out) == (0, "")
    assert "May I delete it?" in (tmp_path / "why.txt").read_text()


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("legcy", "the report knows no legcy: did you mean app.py:legacy?"),
        ("app.py:legcy", "the report knows no app.py:legcy: did you mean app.py:legacy?"),
        ("ap.py:legacy", "the report knows no file ap.py: did you mean app.py?"),
        ("app.py:99", "app.py has 14 lines: there is no line 99"),
    ],
)
def test_a_place_that_is_not_there_is_one_line_and_2(
    cli: Cli, store: Path, source: Path, place: str, message: str
) -> None:
    result = cli("explain", store, place, "--source", source)
    assert (result.code, result.out) == (2, "")
    assert result.lines == [f"lambda-usage: {message}"]
