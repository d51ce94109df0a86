"""The last step of the GitHub action, run by bash with what GitHub would give it.

What it cannot show: the steps before it, which only GitHub's runner knows, and GitHub's own syntax.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
PROGRAM = Path(sys.executable).parent / "lambda-usage"

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")


@pytest.fixture
def action() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    return found


def run(action: dict[str, Any], folder: Path, **inputs: object) -> tuple[int, str, str]:
    step = action["runs"]["steps"][-1]
    assert set(step["env"].values()) == {f"${{{{ inputs.{name} }}}}" for name in action["inputs"]}
    bin_folder = folder / "lambda-usage" / "bin"
    bin_folder.mkdir(parents=True)
    (bin_folder / "lambda-usage").symlink_to(PROGRAM)
    summary = folder / "summary"
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env={
            "PATH": os.environ["PATH"],
            "RUNNER_TEMP": str(folder),
            "GITHUB_STEP_SUMMARY": str(summary),
            **{name.upper(): str(inputs.get(name, "")) for name in action["inputs"]},
        },
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout, summary.read_text()


@pytest.mark.parametrize(("share", "code", "word"), [("0.5", 0, "ok  "), ("0", 8, "FAIL")])
def test_the_step_ends_as_the_check_does_and_shows_its_answers(
    share: str, code: int, word: str, action: dict[str, Any], store: Path, source: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    options = f"--max-dead-share {share}"
    found, out, summary = run(action, tmp_path / "r", store=store, source=source, options=options)
    begin, *answers, end = out.splitlines()
    assert (found, answers[0][:4]) == (code, word)
    assert "\n".join(answers) in summary
    # in between the runner takes no line for a command of its own
    assert begin == f"::stop-commands::{end.strip(':')}"
    assert len(end) > 20


def test_options_may_stand_on_lines_of_their_own(
    action: dict[str, Any], store: Path, source: Path, tmp_path: Path
) -> None:
    options = "--max-age 100000\n--max-dead-share 0\n"
    code, out, _ = run(action, tmp_path / "r", store=store, source=source, options=options)
    assert code == 8, out
    assert ("data age" in out, "dead share" in out) == (True, True)


def test_options_are_words_and_never_code(
    action: dict[str, Any], store: Path, source: Path, tmp_path: Path
) -> None:
    target = tmp_path / "made"
    options = f"--max-age 100000 --expect-function $(touch${{IFS}}{target})"
    code, out, _ = run(action, tmp_path / "r", store=store, source=source, options=options)
    assert code == 8, out
    assert not target.exists()
