"""Runs the commands of docs/first-report.md in an empty folder, and prints what each step took.

python scripts/first_report.py [--python python3.13]
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "first-report.md"
STEP = re.compile(r"^## (\d\. .*?)\n(.*?)(?=^## )", re.MULTILINE | re.DOTALL)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def steps() -> dict[str, str]:
    """The commands of each step of the page."""
    text = PAGE.read_text(encoding="utf-8")
    return {name: "".join(COMMANDS.findall(body)) for name, body in STEP.findall(text)}


def run_step(
    commands: str, folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """One step, in the shell's place and with the variables that the last one left behind."""
    state = folder / ".shell"
    before = f". {state}\n" if state.exists() else ""
    after = f'\n{{ export -p; printf "cd %q\\n" "$PWD"; }} > {state}\n'
    return subprocess.run(
        ["bash", "-c", f"set -e\n{before}{commands}{after}"],
        cwd=folder,
        env=dict(environment),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def main() -> int:
    """Print the table, or what the first step that failed said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default="python3", help="stands for python3")
    python = parser.parse_args().python
    with TemporaryDirectory(prefix="lambda-usage-first-") as name:
        print("| step | seconds |\n|---|---:|")
        for step, commands in steps().items():
            begun = time.monotonic()
            done = run_step(
                commands.replace("python3 -m venv", f"{python} -m venv"),
                Path(name),
                {**os.environ, "REPOSITORY": str(ROOT)},
            )
            print(f"| {step} | {time.monotonic() - begun:.1f} |", flush=True)
            if done.returncode:
                print(done.stdout, file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
