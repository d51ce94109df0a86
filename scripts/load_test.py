"""Loads three functions, checks every answer, and says what came back how fast.

Without an ARN they run here: in AWS's own emulator, with the built layer, beside the same functions
without it, and with a real S3 server for their bundles. With ARNs, deployed ones are called.
Exit code 0 where all is as it must be, 1 where an answer was wrong or an invocation is missing in
the bundles, 3 where it could not run.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.load.recorded import recorded  # noqa: E402
from scripts.load.running import Bounds, Load, Ran  # noqa: E402
from scripts.load.summary import show  # noqa: E402
from scripts.load.targets import Deployed, Emulated, with_layer  # noqa: E402
from scripts.load.traffic import KINDS, MAIN, calls  # noqa: E402
from tests.support import pythons  # noqa: E402
from tests.support.emulator import EmulatorError  # noqa: E402
from tests.support.layer import unpacked_layer  # noqa: E402
from tests.support.paths import Unavailable  # noqa: E402
from tests.support.pythons import PythonEnv  # noqa: E402
from tests.support.s3_server import S3Server  # noqa: E402

MOST_LANES = 2
_ARN = re.compile(r"arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_:$-]+$")


class LoadTestError(Exception):
    """It cannot run; says why."""


def main(arguments: list[str] | None = None, console: Console | None = None) -> int:
    """Runs it; see the module's docstring."""
    console = console or Console(highlight=False)
    try:
        options = _options(arguments)
        bounds = Bounds(options.seconds, options.invocations)
        if options.arn:
            return _deployed(_arns(options.arn), bounds, options, console)
        return _here(bounds, options, console)
    except (LoadTestError, EmulatorError, Unavailable) as reason:
        console.print(f"[bold red]The load test cannot run:[/] {reason}", soft_wrap=True)
        return 3


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="most seconds; default: 60")
    parser.add_argument(
        "--invocations", type=int, default=200_000, help="most invocations; default: 200000"
    )
    parser.add_argument("--lanes", type=int, help="so many at once; default: one a processor")
    parser.add_argument("--seed", type=int, default=1, help="of the traffic")
    parser.add_argument(
        "arn", nargs="*", metavar="[KIND=]ARN",
        help="a deployed function; KIND is main (the default), simple or error",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    if options.seconds <= 0 or options.invocations <= 0:
        parser.error("--seconds and --invocations are more than 0")
    options.lanes = max(1, min(options.lanes or os.cpu_count() or 1, MOST_LANES))
    return options


def _arns(words: list[str]) -> dict[str, str]:
    arns = {}
    for each in words:
        kind, _, arn = each.rpartition("=")
        kind = kind or MAIN
        if kind not in KINDS or not _ARN.match(arn):
            raise LoadTestError(f"{each} is no ARN of a function, nor KIND=ARN with {KINDS}")
        if kind in arns:
            raise LoadTestError(f"there are two ARNs of {kind}: name their kinds, as KIND=ARN")
        arns[kind] = arn
    return arns


def _here(bounds: Bounds, options: argparse.Namespace, console: Console) -> int:
    console.print("Building the layer, and starting an S3 server (some seconds)")
    env = pythons.environment(pythons.running())
    with tempfile.TemporaryDirectory() as name, S3Server() as server:
        opt = unpacked_layer(Path(name))
        return emulated(env, opt, server, bounds, options.lanes, options.seed, console)


def emulated(
    env: PythonEnv,
    opt: Path,
    server: S3Server,
    bounds: Bounds,
    lanes: int,
    seed: int,
    console: Console,
) -> int:
    """Loads functions in the emulator; 0 where all is as it must be, else 1.

    Raises:
        EmulatorError: A function did not answer.
    """
    bucket = server.bucket()
    with ExitStack() as stack:
        both = [(with_layer(env, opt, server, bucket), Emulated(env)) for _ in range(lanes)]
        for lane in both:
            for each in lane:
                each.start()
                stack.callback(each.stop)
        with _progress(bounds, console) as tell:
            ran = Load(calls(seed), bounds, tell).run(both)
    found = recorded(server, bucket)  # the last bundles have left when the functions had stopped
    return 0 if show(console, ran, found, compared=True) else 1


def _deployed(
    arns: Mapping[str, str], bounds: Bounds, options: argparse.Namespace, console: Console
) -> int:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    regions = {arn.split(":")[3] for arn in arns.values()}
    if len(regions) != 1:
        raise LoadTestError(f"the functions are in several regions: {', '.join(sorted(regions))}")
    try:
        client = boto3.client(
            "lambda", region_name=regions.pop(), config=Config(max_pool_connections=options.lanes)
        )
        target = Deployed(arns, client)
        kinds = tuple(kind for kind in KINDS if kind in arns)
        with _progress(bounds, console) as tell:
            load = Load(calls(options.seed, kinds), bounds, tell)
            ran: Ran = load.run([(target, None)] * options.lanes)
    except (BotoCoreError, ClientError) as error:
        raise LoadTestError(
            f"{error}. It takes AWS credentials (aws configure, or AWS_PROFILE) that may "
            "lambda:InvokeFunction"
        ) from error
    return 0 if show(console, ran, None, compared=False) else 1


@contextmanager
def _progress(bounds: Bounds, console: Console) -> Iterator[_Tell]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[number]:,} invocations"),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Tell(progress, bounds)


class _Tell:
    """Moves the bar: by time or by number, whichever is further."""

    def __init__(self, progress: Progress, bounds: Bounds) -> None:
        self._progress, self._bounds = progress, bounds
        self._number = 0
        self._task = progress.add_task("Loading", total=1.0, number=0)

    def __call__(self) -> None:
        self._number += 1
        elapsed = self._progress.tasks[0].elapsed or 0.0
        done = max(elapsed / self._bounds.seconds, self._number / self._bounds.invocations)
        self._progress.update(self._task, completed=min(done, 1.0), number=self._number)


if __name__ == "__main__":
    sys.exit(main())
