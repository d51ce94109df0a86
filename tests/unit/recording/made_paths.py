"""Windows and paths of code that was compiled here."""

from __future__ import annotations

from lambda_usage.bundle.model import CodeKey, OriginUsage
from lambda_usage.recording.codes import LINE_BITS, CodeRegistry
from lambda_usage.recording.snapshot import Snapshots
from lambda_usage.recording.tally import Tally


def hits_of(code: object, *lines: int) -> frozenset[int]:
    return frozenset(id(code) << LINE_BITS | line for line in lines)


PROPERTY = """\
class C:
    @property
    def x(self):
        return 1
    @x.setter
    def x(self, v):
        self.v = v
"""


def filled(registry: CodeRegistry, tally: Tally, callback_cost: float | None = 0.0) -> OriginUsage:
    snapshots = Snapshots(registry)
    usage = OriginUsage(codes=snapshots.codes())
    snapshots.fill(usage, tally, callback_cost)
    return usage


def key(name: str, first: int, path: str = "app.py", ordinal: int = 0) -> CodeKey:
    return CodeKey(path, name, first, ordinal)
