"""Whatever a program looks like: what ran is used, what never ran is dead, to the line.

The truth is the program's own ledger, and the way is the whole one: recorder, bundle file,
reading the source, verdicts.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from lambda_usage.bundle.model import Origin
from lambda_usage.bundle.reader import read_bundle
from lambda_usage.bundle.writer import write_bundle
from lambda_usage.delivery.batch import Batch
from lambda_usage.evidence.dead_code import dead_code_report
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.model import DeadCodeReport, Thresholds, Verdict
from lambda_usage.flush import BundleMaker
from lambda_usage.recording.scope import Scope
from lambda_usage.recording.tally import Tally
from tests.support.recorders import make_recorder

from .programs import programs
from .test_recorders import ALWAYS_SEES, PHASES

NOW = 1_790_000_000.0
EXACT = ALWAYS_SEES
"""On 3.11 what cleans up after a ``finally`` that raises has the line of its last statement, so
that line counts as run: the tracer cannot tell, and errs on the safe side."""


class Process:
    """Loads one program and invokes it; every invocation is a window."""

    def __init__(self, root: Path, source: str) -> None:
        self.root = root
        self.ran: set[int] = set()
        self.spins = 0
        self.recorder = make_recorder()
        self.recorder.start(record_init=True)
        origin = Origin("orders", recorder=self.recorder.name, root=str(root))
        self.maker = BundleMaker(self.recorder, Scope(str(root)), origin)
        self.tally = Tally()
        self.tally.inits = 1
        self.names: dict[str, Any] = {
            "_": self.note,
            "again": self.again,
            "call": call,
            "deco": lambda function: function,
            "hop": hop,
            "suppress": suppress,
            "__name__": "app",
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # 3.14 has doubts about `return` in `finally`
            code = compile(source, str(root / "app.py"), "exec")
        self.recorder.add(code, "app.py")
        exec(code, self.names)
        self.recorder.end_init()

    def note(self, line: int, value: object) -> object:
        self.ran.add(line)
        return value

    def again(self) -> bool:
        """Ends every loop, nested ones too."""
        self.spins += 1
        return self.spins % 3 != 0 and self.spins < 200

    def invoke(self, name: str, n: int) -> None:
        self.tally.invocation(n % 64, NOW, sampled=True)
        self.spins = 0
        found: Any = self.names
        for part in name.split("."):
            found = found[part] if isinstance(found, dict) else getattr(found, part)
        self.recorder.open_window()
        call(found, n)
        hits = self.recorder.close_window()
        self.tally.window(hits, 1.0, n % 64, 0.001, error=False)

    def report(self) -> DeadCodeReport:
        bundle = self.maker.make(Batch({"": self.tally}), final=True)
        assert bundle is not None
        path = self.root.parent / "b.coverage"
        write_bundle(bundle, path)
        inventory = read_inventory(self.root)
        return dead_code_report(read_bundle(path), inventory, Thresholds(1, 0))


def call(function: Callable[[int], Any], n: int) -> None:
    """Runs a function of any kind to its end; what it raises is its own business."""
    with suppress(ValueError):
        result = function(n)
        if isinstance(result, Iterator):
            for _ in result:
                pass
        elif hasattr(result, "send"):
            with suppress(StopIteration):
                result.send(None)


async def hop(n: int) -> int:
    return n


@settings(
    max_examples=150,
    deadline=None,
    phases=PHASES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(programs(), st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60)), max_size=8))
def test_what_ran_is_used_and_what_never_ran_is_not(
    program: tuple[str, list[str]], calls: list[tuple[int, int]]
) -> None:
    source, names = program
    note("\n".join(f"{n:3} {line}" for n, line in enumerate(source.splitlines(), 1)))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "task"
        root.mkdir()
        (root / "app.py").write_text(source)
        process = Process(root, source)
        try:
            for which, n in calls:
                process.invoke(names[which % len(names)], n)
            report = process.report()
        finally:
            process.recorder.stop()
    (file,) = report.files
    logging = {n for n, line in enumerate(source.splitlines(), 1) if f"_({n}, " in line}
    # a lambda shares its line with the statement that makes it, and may never be called
    named = [each for each in report.functions if not each.name.endswith("<lambda>")]
    parts = [part for each in named for part in each.dead_lines]
    dead = {n for part in parts for n in range(part.first, part.last + 1)}
    assert not dead & process.ran, "a line that ran is called dead"
    for each in file.statements:
        if each.first not in logging or each.function.endswith("<lambda>"):
            continue
        ran = each.first in process.ran
        if not ran and not EXACT:
            continue
        assert (each.verdict is Verdict.USED) == ran, f"line {each.first}: {each.verdict}"
        assert bool(each.invocations) == ran, f"line {each.first}: {each.invocations} invocations"
    judged = {each.first for each in file.statements}
    assert logging <= judged, "a line that could run is not reported"
