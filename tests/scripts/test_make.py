"""What `make` promises by its targets' names; nothing here installs or builds anything."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from lambda_usage.version import __version__
from tests.support.paths import ROOT

KNOWN = {
    "help", "install-deps", "dev-setup", "build", "validate", "clean", "test", "dev-test",
    "deploy", "version", "bump-patch", "bump-minor", "bump-major", "dev-build", "release-patch",
    "load-test", "load-test-quick", "load-test-full", "test-all",
}  # fmt: skip
"""Those that users of lambda-coverage-layer know, but for the CDK's."""


def make(*arguments: str, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=cwd, env={**environment, **variables}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_help_names_every_target_that_is_known_and_fits_a_terminal() -> None:
    text = make("help").stdout
    listed = {
        name
        for line in text.splitlines()
        if re.match(r"  [a-z]", line)
        for name in (line[2:18] if line[18:19] == " " else line).split()
    }
    assert listed >= KNOWN
    assert max(map(len, text.splitlines())) <= 80


def test_every_target_that_help_names_is_one_of_make() -> None:
    text = (ROOT / "Makefile").read_text()
    targets = {
        name for names in re.findall(r"^([a-z -]+):.*## ", text, re.M) for name in names.split()
    }
    assert targets >= KNOWN
    phony = {name for names in re.findall(r"^\.PHONY: (.*)$", text, re.M) for name in names.split()}
    assert targets <= phony, "a file of that name would hide them"
    done = make("--dry-run", *sorted(targets - {"clean", "test-all"}))
    assert done.returncode == 0, done.stderr


def test_a_checkout_may_lie_below_a_folder_with_a_space_in_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "my projects"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    done = make("--dry-run", "lint", "build", "docs", cwd=folder)
    words = shlex.split(done.stdout, comments=True)
    assert [word for word in words if word.startswith(f"{folder}/")]
    assert not [word for word in words if word.startswith("projects")]


def test_version_is_told_without_an_environment() -> None:
    assert make("version").stdout.strip() == __version__


@pytest.mark.parametrize("target", ["version", "bump-patch", "release-patch"])
def test_a_python_that_is_too_old_is_told(target: str, tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2\nexit 1\n')
    old.chmod(0o755)
    done = make(target, f"PYTHON={old}")
    assert done.returncode == 2
    assert f"lambda-usage needs Python 3.11 or later; {old} is Python 3.9.2" in done.stderr


@pytest.mark.parametrize(
    ("target", "asked"),
    [
        ("load-test-quick", "--seconds 15 "),
        ("load-test", "--seconds 60 "),
        ("load-test-full", "--seconds 300 "),
    ],
)
def test_load_tests_differ_in_their_time_and_take_functions(target: str, asked: str) -> None:
    told = make("--dry-run", target, "ARN=arn:main simple=arn:simple").stdout
    assert told.rstrip().endswith(f"load_test.py {asked}arn:main simple=arn:simple")


def test_what_is_built_for_oneself_is_not_among_what_is_deployed() -> None:
    told = make("--dry-run", "dev-build").stdout
    assert "dist/" not in told
    assert told.count("build/dev") == 3
