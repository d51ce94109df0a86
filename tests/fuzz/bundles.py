"""Reads damaged and hostile bundles by the thousand: ``python -m tests.fuzz.bundles --help``.

Of each file only two things may become: a bundle, which every report can tell of, or a
``BundleError``. Neither may take a second of CPU time, nor 200 MB, and no report a second.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from lambda_usage.bundle.model import Bundle, BundleError
from lambda_usage.bundle.reader import read_bundle

from . import limits
from .limits import limit_memory, limited
from .mutations import damaged
from .sound import sound_files

Case = Callable[[Random, Path], None]
"""Writes a file."""
Judge = Callable[[Bundle], None]
"""Raises if a bundle that could be read is not well taken."""


def cases_of_damage(folder: Path) -> Case:
    """Sound bundles with random damage."""
    sound = sound_files(folder)

    def write(random: Random, path: Path) -> None:
        path.write_bytes(damaged(sound, random))

    return write


def try_one(case: Case, name: str, path: Path, judge: Judge) -> str:
    """What became of one file: ``read`` or ``refused``.

    Raises:
        Exception: Anything else that became of it.
    """
    case(Random(name), path)
    with limited():
        try:
            bundle = read_bundle(path)
        except BundleError as error:
            if "\n" in str(error):
                raise ValueError("a reason of several lines") from error
            return "refused"
    judge(bundle)
    return "read"


def run(kind: str, count: int, seed: str, folder: Path, say: Callable[[str], None]) -> int:
    """Try *count* files; the number of those that went wrong."""
    case, judge = _parts(kind, folder)
    limit_memory()
    fates: Counter[str] = Counter()
    start, wrong, slowest = time.monotonic(), 0, 0.0
    path = folder / "case.coverage"
    for number in range(count):
        name = f"{seed}:{number}"
        before = time.process_time()
        try:
            fates[try_one(case, name, path, judge)] += 1
        except Exception:
            wrong += 1
            say(f"{kind} {name}: {traceback.format_exc()}")
        slowest = max(slowest, time.process_time() - before)
        if (number + 1) % 10_000 == 0 or number + 1 == count:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            say(
                f"{number + 1:,} {kind} files in {time.monotonic() - start:.0f} s: "
                f"{fates['read']:,} read, {fates['refused']:,} refused, {wrong} wrong; "
                f"slowest {slowest:.2f} s of CPU (with its making and its reports), "
                f"peak {peak:.0f} MB"
            )
    return wrong


def _parts(kind: str, folder: Path) -> tuple[Case, Judge]:
    if kind == "damaged":
        return cases_of_damage(folder), lambda bundle: None
    from .full import cases_of_fullness
    from .hostile import cases_of_malice
    from .judging import Reports

    cases = cases_of_fullness if kind == "full" else cases_of_malice
    return cases(folder), Reports(folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=["damaged", "hostile", "full"], default="damaged")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", default="1", help="the same seed makes the same files")
    parser.add_argument("--seconds", type=float, default=1.0, help="of CPU that are a hang")
    wanted = parser.parse_args()
    limits.SECONDS = wanted.seconds
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory, prefix="lambda-usage-fuzz-") as folder:
        wrong = run(
            wanted.kind, wanted.count, wanted.seed, Path(folder), lambda x: print(x, flush=True)
        )
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
