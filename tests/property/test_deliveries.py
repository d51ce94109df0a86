"""Whatever becomes of a process's bundles, what ran is never called dead.

A real recorder, tally and bundle maker; the truth is the ledger that the programs keep.
"""

from __future__ import annotations

import tempfile
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_usage.bundle.model import Bundle, Origin
from lambda_usage.bundle.reader import read_bundle
from lambda_usage.bundle.writer import write_bundle
from lambda_usage.combine.merge import merge_into
from lambda_usage.delivery.batch import Batch
from lambda_usage.evidence.dead_code import dead_code_report
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.model import Thresholds, Verdict
from lambda_usage.flush import BundleMaker
from lambda_usage.recording.scope import Scope
from lambda_usage.recording.tally import Tally

from .test_recorders import ALWAYS_SEES, FUNCTIONS, MODULE, PHASES, World


@dataclass
class Sent:
    """A bundle, and what its process had run by then (on 3.11: in windows)."""

    bundle: Bundle
    ran: set[tuple[str, int]]
    invocations: int
    windows: int
    weight: float


class Process(World):
    """A process that sends bundles."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        origin = Origin("orders", recorder=self.recorder.name, root=str(root))
        self.maker = BundleMaker(self.recorder, Scope(str(root)), origin)
        self.tally = Tally()
        self.seen: set[tuple[str, int]] = set()
        code = compile(MODULE, str(root / "app.py"), "exec")
        self.recorder.add(code, "app.py")
        names: dict[str, Any] = {"_": self.note, "__name__": "app"}
        exec(code, names)
        self.modules.append(names)
        self.learn()
        self.recorder.end_init()

    def learn(self, start: int = 0) -> None:
        """Add what ran since *start* to what ought to be known."""
        entries = self.recorder.registry.entries
        self.seen |= {
            (entries[code].code.co_qualname, line) for _, (code, line) in self.ledger[start:]
        }

    def invoke(self, which: int, n: int, probability: float, *, window: bool) -> None:
        self.tally.invocation(n % 64, 1_790_000_000.0, sampled=True)
        start = len(self.ledger)
        if window:
            self.recorder.open_window()
        self.call(which, n)
        if window:
            hits = self.recorder.close_window()
            self.tally.window(hits, 1 / probability, n % 64, 0.001, error=False)
        if window or ALWAYS_SEES:
            self.learn(start)

    def send(self, *, final: bool) -> Sent | None:
        tally, self.tally = self.tally, Tally()
        bundle = self.maker.make(Batch({"": tally} if tally.first_time else {}), final=final)
        if bundle is None:
            return None
        path = self.root.parent / "b.coverage"
        write_bundle(bundle, path)
        counts = tally.exposure()
        return Sent(
            read_bundle(path), set(self.seen), counts.invocations, counts.windows, counts.weight
        )


step = st.one_of(
    st.tuples(
        st.just("invoke"),
        st.integers(0, len(FUNCTIONS) - 1),
        st.integers(0, 20),
        st.sampled_from([1.0, 0.5, 0.125]),
        st.booleans(),
    ),
    st.just(("send",)),
)


def live(root: Path, steps: list[Any]) -> list[Sent]:
    process = Process(root)
    try:
        sent = []
        for each in steps:
            if each[0] == "send":
                sent.append(process.send(final=False))
            else:
                process.invoke(*each[1:4], window=each[4])
        sent.append(process.send(final=True))
        return [each for each in sent if each is not None]
    finally:
        process.close()


@settings(max_examples=60, deadline=None, phases=PHASES)
@given(st.lists(st.lists(step, max_size=12), min_size=1, max_size=3), st.data())
def test_what_ran_is_never_dead_whatever_is_lost_repeated_or_reordered(
    lives: list[list[Any]], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "task"
        root.mkdir()
        (root / "app.py").write_text(MODULE)
        sent = [each for steps in lives for each in live(root, steps)]
        kept = data.draw(st.lists(st.sampled_from(sent), min_size=1, max_size=2 * len(sent)))
        combined = Bundle()
        for each in kept:
            merge_into(combined, deepcopy(each.bundle))
        once = list({id(each): each for each in kept}.values())
        found = [e for usage in combined.origins.values() for e in usage.exposures.values()]
        assert sum(e.invocations for e in found) == sum(each.invocations for each in once)
        assert sum(e.windows for e in found) == sum(each.windows for each in once)
        assert sum(e.weight for e in found) == sum(each.weight for each in once)
        report = dead_code_report(
            combined, read_inventory(root), Thresholds(min_exposure=0, min_days=0)
        )
        ran = set().union(*(each.ran for each in once))
        for function in report.functions:
            lines = {line for name, line in ran if name == function.name}
            dead = {n for part in function.dead_lines for n in range(part.first, part.last + 1)}
            assert not lines & dead
            if lines:
                assert function.verdict in (Verdict.USED, Verdict.STARTUP, Verdict.UNPROVEN)
