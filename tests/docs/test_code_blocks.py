"""What the documents tell to write is what it says, and what they tell to type is there."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from lambda_usage._light import fields
from lambda_usage.cli.app import app
from lambda_usage.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = [
    *ROOT.glob("*.md"),
    *ROOT.glob("*/README.md"),
    *ROOT.glob("examples/*/README.md"),
    *(ROOT / "docs").rglob("*.md"),
]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(*languages: str) -> list[Any]:
    found = []
    for page in sorted(PAGES):
        text = page.read_text(encoding="utf-8")
        for number, (language, body) in enumerate(BLOCK.findall(text)):
            if language in languages:
                found.append(pytest.param(body, id=f"{page.relative_to(ROOT)}:{number}"))
    return found


@pytest.mark.parametrize("body", blocks("python"))
def test_python_is_python(body: str) -> None:
    compile(body, "block", "exec", flags=ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


@pytest.mark.parametrize("body", blocks("json"))
def test_json_is_json(body: str) -> None:
    assert json.loads(body)


@pytest.mark.parametrize("body", blocks("toml"))
def test_toml_is_toml(body: str) -> None:
    assert tomllib.loads(body)


@pytest.mark.parametrize("body", blocks("yaml"))
def test_yaml_is_yaml(body: str) -> None:
    assert yaml.compose(body)  # tags may be CloudFormation's


@pytest.mark.parametrize("body", blocks("sh"))
def test_commands_are_what_a_shell_understands(body: str) -> None:
    done = subprocess.run(["bash", "-n"], input=body, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def typed() -> Iterator[tuple[str, list[str]]]:
    """Each command of ours in a block, as words."""
    for page in sorted(PAGES):
        for language, body in BLOCK.findall(page.read_text(encoding="utf-8")):
            if language == "python":  # its docstrings may begin with our name
                continue
            joined = body.replace("\\\n", " ")
            for line in joined.splitlines():
                command = re.search(r"(?:^|[ $])(lambda-usage [a-z].*)", line)
                if command:
                    text = re.split(r" [|#] |  #", command[1].replace("…", ""))[0]
                    yield str(page.relative_to(ROOT)), shlex.split(text, comments=True)


def options(words: list[str]) -> tuple[str, set[str]]:
    """What the command is called, and the options that it has; empty where it has none."""
    command, name = typer.main.get_command(app), words[0]
    for word in words[1:]:
        below = getattr(command, "commands", {})
        if word not in below:
            break
        command, name = below[word], f"{name} {word}"
    return name, {option for each in command.params for option in each.opts} | {"--help"}


def test_each_command_in_the_documents_has_the_options_that_it_is_given() -> None:
    commands = list(typed())
    assert len(commands) > 40
    for page, words in commands:
        name, known = options(words)
        assert name != "lambda-usage", f"{page}: {words}"
        given = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert given <= known, f"{page}: {words}"


def test_variables_and_targets_that_the_documents_name_are_there() -> None:
    variables = {each.metadata.get("variable") for each in fields(Settings)}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        named = set(re.findall(r"\bCOVERAGE_[A-Z0-9_]*[A-Z0-9]\b", text))
        assert named <= variables | {"COVERAGE_NEXT_WRAPPER"}, page.name
        for target in re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE):
            rule = rf"^(?:[a-z-]+ )*{target}(?: [a-z-]+)*:"
            assert re.search(rule, makefile, re.MULTILINE), f"{page.name}: make {target}"


def test_what_the_documents_name_in_the_repository_is_there() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for name in re.findall(r"`((?:tests|scripts|benchmarks|layer|dashboards)/[\w./]*)`", text):
            assert (ROOT / name).exists(), f"{page.name}: {name}"
        for name in re.findall(r"python -m ((?:tests|benchmarks)(?:\.\w+)+)", text):
            path = ROOT.joinpath(*name.split("."))
            assert path.is_dir() or path.with_suffix(".py").exists(), f"{page.name}: {name}"
        for name in re.findall(r"python ((?:scripts|benchmarks)/[\w/]+\.py)", text):
            assert (ROOT / name).exists(), f"{page.name}: {name}"
