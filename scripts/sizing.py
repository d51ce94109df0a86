"""Prints the tables of docs/sizing.md: how large bundles are, and what S3 takes for them.

python scripts/sizing.py bundles    runs made-up functions, each in a process of its own
python scripts/sizing.py months     the PUTs of the accepted simulation, in dollars
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results.json"
HOURS = 24 * 30
PUT_DOLLARS = LIST_DOLLARS = 0.005 / 1000
GET_DOLLARS = 0.0004 / 1000
GB_MONTH_DOLLARS = 0.023
"""List prices of Amazon S3 Standard in us-east-1."""
NAMES_IN_A_LISTING = 1000
BUNDLE_BYTES = 100_000
"""What the table of months takes a bundle to be; see the table of bundles."""
DAYS_KEPT = 90

FUNCTION = """
def step_{0}(event):
    total = 0
    for number in event["numbers"]:
        if number > {0}:
            total += number
        else:
            total -= number
    if total < 0:
        return -total
    return total
"""
HANDLER = """
def handler(event, context):
    way = event["way"]
    ran = [each for n, each in enumerate(STEPS) if n % 10 == way % 10 or n == way]
    return sum(step(event) for step in ran)
"""
FUNCTIONS_IN_A_FILE = 20


def main(arguments: list[str]) -> int:
    """Print the table that is asked for."""
    tables = {"bundles": bundles, "months": months}
    if len(arguments) != 1 or arguments[0] not in tables:
        print(__doc__, file=sys.stderr)
        return 2
    print("\n".join(tables[arguments[0]]()))
    return 0


def bundles() -> Iterator[str]:
    """Rows of a table, header first."""
    yield "| functions | lines | ways through the code | bundle, bytes |"
    yield "|---:|---:|---:|---:|"
    for functions, ways in ((1, 1), (20, 5), (200, 5), (200, 64), (2000, 64)):
        lines, size = bundle(functions, ways)
        yield f"| {functions:,} | {lines:,} | {ways:,} | {size:,} |"


def bundle(functions: int, ways: int) -> tuple[int, int]:
    """Lines, and the bytes of the one bundle of a process that went all ways."""
    with TemporaryDirectory(prefix="lambda-usage-sizing-") as name:
        folder = Path(name)
        lines = _write_function(folder, functions)
        events = [json.dumps({"way": each, "numbers": [1, 5000]}) for each in range(ways)]
        (folder / "events.jsonl").write_text("\n".join(events), encoding="utf-8")
        command = ["-m", "lambda_usage.cli", "run", "app.handler"]
        options = ["--events", "events.jsonl", "--store", "usage"]
        subprocess.run(
            [sys.executable, *command, *options], cwd=folder, check=True, capture_output=True
        )
        (bundle,) = folder.glob("usage/**/*.coverage")
        return lines, bundle.stat().st_size


def _write_function(folder: Path, functions: int) -> int:
    """A handler, and files of twenty functions each; of each way a tenth of them is run."""
    steps = [f"step_{each}" for each in range(functions)]
    files = {"app": f"\nSTEPS = [{', '.join(steps)}]\n{HANDLER}"}
    for first in range(0, functions, FUNCTIONS_IN_A_FILE):
        here = range(first, min(first + FUNCTIONS_IN_A_FILE, functions))
        files[f"steps_{first}"] = "".join(FUNCTION.format(each) for each in here)
        files["app"] = f"from steps_{first} import *\n" + files["app"]
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return sum(len(text.splitlines()) for text in files.values())


def months() -> Iterator[str]:
    """Rows of a table, header first."""
    yield (
        "| requests a second | PUTs a month | PUTs, $ | stored, GB | stored, $ "
        "| combined daily, $ | hourly, $ | each 5 min, $ |"
    )
    yield "|---:|---:|---:|---:|---:|---:|---:|---:|"
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    (fleet,) = (part["facts"]["fleet"] for part in results["parts"] if "fleet" in part["facts"])
    for each in fleet["functions"]:
        puts = each["ours"]["puts_per_hour"] * HOURS
        stored = puts * DAYS_KEPT / 30 * BUNDLE_BYTES / 1e9
        read = " | ".join(_dollars(_reading(puts, times)) for times in (1, 24, 288))
        yield (
            f"| {each['rate']:g} | {puts:,.0f} | {_dollars(puts * PUT_DOLLARS)} | {stored:,.1f} "
            f"| {_dollars(stored * GB_MONTH_DOLLARS)} | {read} |"
        )


def _reading(bundles: float, times_a_day: int) -> float:
    """Each time, all of the day so far is listed and read; on average half of it is there."""
    reads = bundles * (times_a_day + 1) / 2
    listings = reads / NAMES_IN_A_LISTING + times_a_day * 30
    return reads * GET_DOLLARS + listings * LIST_DOLLARS


def _dollars(amount: float) -> str:
    return f"{amount:,.2f}" if amount >= 0.005 else "< 0.01"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
