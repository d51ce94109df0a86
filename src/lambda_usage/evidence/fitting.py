"""Whether a source tree is that of the data, and which of several is the nearest."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lambda_usage.bundle.model import Bundle, Origin
from lambda_usage.evidence.packages import shipments

STILL_RUNS_S = 86_400.0
"""A package counts as running if it was heard of this long before its function's last word."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What one Lambda function runs: of the packages that still run, the newest."""

    lambda_function: str
    first_time: float
    """When it was first heard of, as a Unix time."""
    files: frozenset[tuple[str, str]]
    """Path and hash of each of its files whose content is known."""


def deployments(bundle: Bundle) -> list[Deployment]:
    """What every Lambda function runs, the newest first.

    After a roll-back the newer package falls silent, and a day later counts no more. While a new
    version takes over traffic from an old one, it is the new one that counts.
    """
    first: dict[Origin, float] = {}
    last: dict[Origin, float] = {}
    functions: dict[str, list[Origin]] = defaultdict(list)
    for info in bundle.bundles.values():
        origin = info.origin
        if origin not in first and origin in bundle.origins:
            functions[origin.lambda_function].append(origin)
        first[origin] = min(info.first_time, first.get(origin, info.first_time))
        last[origin] = max(info.last_time, last.get(origin, info.last_time))
    shipped = shipments(bundle)
    found = []
    for name, origins in functions.items():
        latest = max(last[origin] for origin in origins)
        running = [each for each in origins if last[each] >= latest - STILL_RUNS_S]
        newest = max(running, key=lambda each: (first[each], each.version, each.package))
        files = shipped[newest].files.values()
        pairs = frozenset((file.path, file.hash) for file in files if file.hash)
        found.append(Deployment(name, first[newest], pairs))
    return sorted(found, key=lambda each: (-each.first_time, each.lambda_function))


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a source tree fits what is deployed."""

    same: tuple[int, ...]
    """Files that are shipped as in the tree, for each deployment, the newest first."""
    shipped: int
    """Files of the tree that any deployment ships, in whatever version."""
    shipped_same: int
    """Those of them that any deployment ships as in the tree."""

    @property
    def rank(self) -> tuple[tuple[int, ...], bool]:
        """The greater fits better. Equal ones differ in nothing that is deployed."""
        return self.same, self.shipped > 0


def fit(hashes: Mapping[str, str], deployed: Sequence[Deployment]) -> Fit:
    """Compare a source tree with what is deployed.

    The newest deployment decides; the next one only between trees that fit it equally well.

    Args:
        hashes: Of the tree's files, by path.
        deployed: As :func:`deployments` gave it.
    """
    tree = set(hashes.items())
    shipped = {path for each in deployed for path, _ in each.files}
    everywhere: set[tuple[str, str]] = set().union(*(each.files for each in deployed))
    return Fit(
        tuple(len(tree & each.files) for each in deployed),
        len(hashes.keys() & shipped),
        len(tree & everywhere),
    )


@dataclass(frozen=True, slots=True)
class Misfit:
    """A source tree and data that have no path in common."""

    shipped: str
    """A path that Lambda functions ship."""
    folder: str | None
    """The folder of the tree whose files they seem to be."""


def misfit(paths: Collection[str], bundle: Bundle) -> Misfit | None:
    """Tell if none of a tree's paths is one that the Lambda functions ship."""
    shipped = {path for usage in bundle.origins.values() for path in usage.files}
    if not shipped or not shipped.isdisjoint(paths):
        return None
    above = Counter(
        path.removesuffix(f"/{each}")
        for path in paths
        for each in shipped
        if path.endswith(f"/{each}")
    )
    below = next(iter(above.most_common(1)), None)
    return Misfit(min(shipped), below[0] if below else None)
