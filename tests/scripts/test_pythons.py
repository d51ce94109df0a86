"""Which Pythons are found by the variables that name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import pythons


def command(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_pythons_of_the_other_architecture_are_those_that_say_so_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = [
        command(tmp_path / "fails", "exit 1"),
        command(tmp_path / "ours", "echo 3.13 x86_64"),
        command(tmp_path / "theirs", "echo 3.13 aarch64"),
        command(tmp_path / "old", "echo 3.9 aarch64"),
        str(tmp_path / "nowhere"),
    ]
    monkeypatch.setenv(pythons.FOREIGN, ":".join(named))
    assert pythons.foreign("arm64") == {"3.13": pythons.Python("3.13", tmp_path / "theirs")}
    assert pythons.foreign("x86_64") == {"3.13": pythons.Python("3.13", tmp_path / "ours")}


def test_where_there_is_none_it_says_which_variable_names_one() -> None:
    assert "no Python 3.13 found; name one in LAMBDA_USAGE_PYTHONS" in pythons.missing("3.13")
    assert (
        "no Python 3.13 for arm64 found; name one in LAMBDA_USAGE_FOREIGN_PYTHONS"
        in pythons.missing("3.13", "arm64")
    )
