"""What a process pays for parts that load or upload: `python benchmarks/imports.py`.

Each part is imported in fresh interpreters, by turns; the medians of wall time and of added peak
memory are printed. Ratios within one run are what counts. Needs the `dev` extra.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

ROUNDS = 7
MEASURE = """
import resource, sys, time
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before, start = peak(), time.perf_counter()
{code}
print(time.perf_counter() - start, peak() - before)
"""
PARTS = {
    "import dataclasses": "import dataclasses",
    "our half, until the handler is imported": (
        "import lambda_usage.attach.starting; "
        "import lambda_usage.recording.choice as c; "
        "c.make_recorder(branches=True, relative=lambda path: None)"
    ),
    "import coverage": "import coverage",
    "coverage.py's C tracer alone": (
        "from lambda_usage.recording.ctracer import load_ctracer; load_ctracer()"
    ),
    "boto3 and an S3 client": (
        "import boto3; boto3.session.Session().client('s3', region_name='us-east-1')"
    ),
    "our upload, with a TLS context": (
        "import ssl; from lambda_usage.delivery import s3; ssl.create_default_context()"
    ),
}


def measure(code: str) -> tuple[float, float]:
    """Seconds, and MB of added peak memory, of *code* in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE.format(code=code)],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


def main() -> None:
    """Print one row for each part."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in PARTS}
    for _ in range(ROUNDS):
        for name, code in PARTS.items():
            found[name].append(measure(code))
    for name, rounds in found.items():
        times, sizes = zip(*rounds, strict=True)
        print(
            f"{name:40} {statistics.median(times) * 1000:7.1f} ms "
            f"{statistics.median(sizes):6.1f} MB"
        )


if __name__ == "__main__":
    main()
