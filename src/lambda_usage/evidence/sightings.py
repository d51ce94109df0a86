"""What was seen of each scope, by origin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from lambda_usage.bundle.model import (
    Bundle,
    Code,
    CodeKey,
    Counts,
    Origin,
    OriginUsage,
    Path,
    SourceFile,
)
from lambda_usage.evidence.exposure import Observed, sum_groups
from lambda_usage.evidence.matching import Matcher
from lambda_usage.evidence.model import FileState
from lambda_usage.evidence.packages import Shipment, shipments, without_idle
from lambda_usage.evidence.qualnames import is_comprehension
from lambda_usage.evidence.scopes import MODULE, Inventory, Scope, ScopeKind, SourceUnit

FORKS = "forked processes"
"""As the agent counts them among its losses."""


@dataclass(frozen=True, slots=True)
class View:
    """One origin, indexed for looking things up."""

    origin: Origin
    usage: OriginUsage
    shipment: Shipment
    codes: dict[str, list[Code]]
    """By path of the file."""
    paths: dict[CodeKey, list[Path]]
    """Paths that ran a code object."""

    @property
    def inits(self) -> int:
        """Inits that were observed."""
        return sum(each.inits for each in self.usage.exposures.values())

    def ships(self, path: str) -> bool:
        """Whether it ships a file of that path, or may."""
        return path in self.shipment.files or not self.shipment.complete

    def file(self, path: str) -> SourceFile | None:
        """The file of that path as it ships it, if that is known."""
        return self.shipment.files.get(path)

    @property
    def observed(self) -> Observed:
        """The origin and what it saw."""
        return self.origin, self.usage

    def counts(self, keys: Iterable[CodeKey]) -> Counts:
        """The windows that ran any of some code objects, which make up one scope."""
        keys = list(keys)
        paths = {path.id: path.counts for key in keys for path in self.paths.get(key, ())}
        found = list(paths.values())
        others = [self.usage.other[key] for key in keys if key in self.usage.other]
        if others:
            # A comprehension runs in the windows of what it stands in: counting both is double.
            found.append(max(others, key=lambda each: each.weight))
        return total(found)


def views(bundle: Bundle) -> list[View]:
    """Index all origins of a bundle that can say something."""
    shipped = shipments(bundle)
    origins = without_idle(bundle.origins)
    return [_view(origin, usage, shipped[origin]) for origin, usage in origins.items()]


def shipped_beyond(
    origins: Iterable[View], inventory: Inventory
) -> dict[str, list[tuple[str, str]]]:
    """By hash: which Lambda functions ship a file under a path that the source has no such file."""
    units = inventory.units
    hashes = {unit.hash for unit in units.values()}
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for view in origins:
        for path, file in view.shipment.files.items():
            if file.hash in hashes and not (path in units and units[path].hash == file.hash):
                found[file.hash].add((view.origin.lambda_function, path))
    return {key: sorted(each) for key, each in found.items()}


def total(counts: Iterable[Counts]) -> Counts:
    """Counts, added up."""
    counts = [each for each in counts if each.windows]
    if len(counts) == 1:
        return counts[0]
    return Counts(
        sum(each.windows for each in counts),
        sum(each.weight for each in counts),
        sum_groups(each.groups for each in counts),
    )


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one origin recorded of one scope."""

    view: View
    codes: tuple[Code, ...]
    """Its own code object, and those of the comprehensions in it."""

    @property
    def recorded(self) -> bool:
        """Whether the origin knows the scope's own code object."""
        return any(not is_comprehension(code.key.qualname) for code in self.codes)

    @property
    def in_init(self) -> bool:
        """Whether it ran before the handler's module had loaded."""
        return any(code.init_lines for code in self.codes)

    @property
    def in_invocations(self) -> bool:
        """Whether it ran after that."""
        return any(code.invoke_lines for code in self.codes)

    @property
    def ran(self) -> bool:
        """Whether it ran at all."""
        return self.in_init or self.in_invocations

    @property
    def first_seen(self) -> float:
        """Unix time of the first noticed run; 0 where there was none."""
        return min((code.first_seen for code in self.codes if code.first_seen), default=0.0)

    @property
    def last_seen(self) -> float:
        """Unix time of the latest noticed run; 0 where there was none."""
        return max((code.last_seen for code in self.codes), default=0.0)

    @property
    def counts(self) -> Counts:
        """The windows that ran it."""
        return self.view.counts(code.key for code in self.codes)


@dataclass
class FileSightings:
    """What was seen of one source file."""

    unit: SourceUnit
    shipping: list[View]
    """Origins that ship a file of this path."""
    elsewhere: tuple[tuple[str, str], ...] = ()
    """Lambda functions that ship the very source under another path, and that path."""
    perhaps: bool = False
    """Whether a Lambda function may ship it that should have been heard of, and was not."""
    left_out: tuple[str, ...] = ()
    """Lambda functions that on the user's word ship another file of this path."""
    unclaimed: bool = False
    """Whether none ships it of those that are deployed from this source, on the user's word."""

    @cached_property
    def _scopes(self) -> dict[CodeKey, list[Sighting]]:
        """What was recorded of each scope."""
        found: dict[CodeKey, list[Sighting]] = defaultdict(list)
        matcher = Matcher(self.unit)
        for view in self.equal:
            for key, codes in _matched(matcher, view, self.unit.path).items():
                found[key].append(Sighting(view, tuple(codes)))
        return found

    @cached_property
    def by_lambda_function(self) -> dict[str, FileSightings]:
        """What each Lambda function that ships the file saw of it, by name."""
        names = sorted({view.origin.lambda_function for view in self.shipping})
        return (
            {name: self._alone(name) for name in names}
            if len(names) > 1
            else dict.fromkeys(names, self)
        )

    def _alone(self, name: str) -> FileSightings:
        mine = [view for view in self.shipping if view.origin.lambda_function == name]
        alone = FileSightings(self.unit, mine)
        own = {id(view) for view in mine}
        # what was found once need not be looked for again
        alone._scopes = {
            key: [each for each in seen if id(each.view) in own]
            for key, seen in self._scopes.items()
        }
        return alone

    @cached_property
    def equal(self) -> list[View]:
        """Origins that ship the very source."""
        return [view for view in self.shipping if self.file(view).hash == self.unit.hash]

    @cached_property
    def state(self) -> FileState:
        """What became of the file in the fleet."""
        if not self.shipping:
            unknown = FileState.SHIPPED if self.perhaps else FileState.NOT_DEPLOYED
            return FileState.ELSEWHERE if self.elsewhere else unknown
        if not self.equal:
            return FileState.DIFFERS
        loaded = any(self.file(view).loaded for view in self.equal)
        return FileState.LOADED if loaded else FileState.SHIPPED

    @cached_property
    def unrecorded(self) -> bool:
        """Whether it is shipped, but nothing is recorded of it anywhere."""
        return all(not self.file(view).hash for view in self.shipping)

    def file(self, view: View) -> SourceFile:
        """The file as an origin ships it."""
        return view.file(self.unit.path) or SourceFile(self.unit.path, "", 0, loaded=False)

    def of(self, scope: Scope) -> list[Sighting]:
        """What was recorded of a scope, wherever the source is the same."""
        return self._scopes.get(scope.key, [])

    def noticing(self, scope: Scope) -> list[View]:
        """Origins that would have noticed the scope, had it run."""
        recorded = {id(each.view) for each in self.of(scope) if each.recorded}
        if self.state is FileState.LOADED and not recorded:
            return []
        return [view for view in self.equal if self._notices(view, scope, recorded)]

    def runs_on_loading(self, scope: Scope) -> bool:
        """Whether the scope must have run, since its module was loaded, though unseen."""
        if scope.kind is ScopeKind.MODULE:
            return self.state is FileState.LOADED
        return (
            scope.per_init
            and not scope.conditional
            and any(self._loaded_unseen(view) for view in self.equal)
        )

    def _notices(self, view: View, scope: Scope, recorded: set[int]) -> bool:
        if scope.finalizer and not view.origin.observes_every_invocation:
            # It runs when the result is let go of, after the window.
            return False
        if self._loaded_unseen(view):
            return False  # what ran in its module before recording began is not known
        if view.usage.losses.get(FORKS):
            return False  # nobody hears of what forked children run
        if self.file(view).loaded:
            return id(view) in recorded
        # it would have been noticed to load, if any init was observed
        return view.origin.observes_every_invocation or view.inits > 0

    def _loaded_unseen(self, view: View) -> bool:
        """Whether the module's body ran where nothing was recorded, or not from its start."""
        file = self.file(view)
        if not file.loaded or not file.body_seen:
            return file.loaded
        bodies = [code for code in view.codes.get(file.path, ()) if code.key.qualname == MODULE]
        return not any(code.init_lines or code.invoke_lines for code in bodies)


def _view(origin: Origin, usage: OriginUsage, shipment: Shipment) -> View:
    codes: dict[str, list[Code]] = defaultdict(list)
    for code in usage.codes.values():
        codes[code.key.path].append(code)
    paths: dict[CodeKey, list[Path]] = defaultdict(list)
    for path in usage.paths.values():
        for key in path.lines:
            paths[key].append(path)
    return View(origin, usage, shipment, dict(codes), dict(paths))


def _matched(matcher: Matcher, view: View, path: str) -> dict[CodeKey, list[Code]]:
    found: dict[CodeKey, list[Code]] = defaultdict(list)
    for scope, code in _pairs(matcher, view, path):
        found[scope.key].append(code)
    return found


def _pairs(matcher: Matcher, view: View, path: str) -> Iterator[tuple[Scope, Code]]:
    for code in view.codes.get(path, ()):
        scope = matcher.scope(code.key, view.origin)
        if scope is not None:
            yield scope, code
