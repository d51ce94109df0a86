"""The rules by which evidence becomes a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from lambda_usage.evidence.exposure import (
    Trials,
    Unit,
    by_lambda_function,
    invocations,
    seeing_share,
    weight_max,
)
from lambda_usage.evidence.ledger import Ledger
from lambda_usage.evidence.model import FileState, Thresholds, Verdict
from lambda_usage.evidence.scopes import Scope, ScopeKind
from lambda_usage.evidence.sightings import FileSightings, Sighting, total
from lambda_usage.evidence.statistics import Sample, Share, share


@dataclass
class Case:
    """One scope, and all that bears on its verdict."""

    file: FileSightings
    scope: Scope
    thresholds: Thresholds
    not_seen: tuple[str, ...] = ()
    """Lambda functions that were expected and never seen."""
    unread: tuple[str, ...] = ()
    """Those of which some is in bundles alone that were too large to be read."""
    ledger: Ledger = field(default_factory=Ledger)
    """Shared by the cases of one bundle."""

    @cached_property
    def sightings(self) -> list[Sighting]:
        """What was recorded of the scope."""
        return self.file.of(self.scope)

    @cached_property
    def recorded(self) -> bool:
        """Whether it would be known had it run: its code was seen, or its file never loaded."""
        state = self.file.state
        return state is FileState.SHIPPED or any(each.recorded for each in self.sightings)

    @cached_property
    def ran(self) -> bool:
        """Whether it ran at all."""
        return any(each.ran for each in self.sightings) or self.file.runs_on_loading(self.scope)

    @cached_property
    def used(self) -> bool:
        """Whether it ran in the way that it is there for."""
        if self.scope.kind is ScopeKind.FUNCTION:
            return any(each.in_invocations for each in self.sightings)
        return self.ran

    @cached_property
    def unit(self) -> Unit:
        """What counts as a trial."""
        return Unit.INITS if self.scope.per_init else Unit.INVOCATIONS

    @cached_property
    def trials(self) -> list[Trials]:
        """The trials of each Lambda function that ships the file, in whatever version."""
        noticing = by_lambda_function(v.observed for v in self.file.noticing(self.scope))
        shipping = by_lambda_function(v.observed for v in self.file.shipping)
        return [self.ledger.trials(name, self.unit, noticing.get(name, ())) for name in shipping]

    @cached_property
    def proven(self) -> bool:
        """Whether every Lambda function had trials enough for silence to mean something."""
        silent = self.not_seen or self.unread
        return self.recorded and not silent and bool(self.trials) and not self.wanting

    @cached_property
    def wanting(self) -> list[Trials]:
        """Those that had too few, fewest first."""
        limits = self.thresholds.min_exposure, self.thresholds.min_days
        return sorted((t for t in self.trials if not t.reach(*limits)), key=lambda t: t.count)

    @property
    def only_versions_differ(self) -> bool:
        """Whether other versions of the file are all that keeps it from being proven."""
        wanting = {each.lambda_function for each in self.wanting}
        path, same = self.file.unit.path, {v.origin.function_name for v in self.file.equal}
        others = [v for v in self.file.shipping if v.origin.lambda_function in wanting]
        files = [v.file(path) for v in others]
        known = all(each and each.hash for each in files)
        return bool(same) and known and same.isdisjoint(v.origin.function_name for v in others)

    @cached_property
    def verdict(self) -> Verdict:
        """What the evidence supports."""
        if self.file.state is FileState.NOT_DEPLOYED:
            return Verdict.NOT_DEPLOYED
        if self.used:
            return Verdict.USED
        if not self.proven:
            return Verdict.UNPROVEN
        if self.ran:
            return Verdict.STARTUP
        # absence of failure, or of a call to what is abstract, is no evidence of death
        excused = self.scope.stub or self.scope.failure
        return Verdict.UNPROVEN if excused else Verdict.DEAD

    @cached_property
    def frequency(self) -> Share | None:
        """Share of invocations that run it, of the Lambda functions that ship the file."""
        called = self.unit is Unit.INVOCATIONS or any(s.in_invocations for s in self.sightings)
        if not called or not self.recorded:
            return None
        observed = [view.observed for view in self.file.noticing(self.scope)]
        return _frequency(self.sightings, self.ledger.sample(observed))

    @cached_property
    def lines_proven(self) -> bool:
        """Whether lines of it that never ran had their chance, too."""
        if not self.proven:
            return False
        if self.scope.per_init or not self.ran:
            return True
        least = self.thresholds.min_exposure
        if self.verdict is Verdict.STARTUP:
            equal = by_lambda_function(v.observed for v in self.file.equal)
            return all(
                self.ledger.trials(n, Unit.INITS, o).reach(least, 0) for n, o in equal.items()
            )
        return all(entered >= least for entered in self._entered())

    @property
    def use_upper_bound(self) -> float | None:
        """At 95 %: used in less than this share of trials; ``None`` for code that ran."""
        if self.ran or self.verdict is Verdict.NOT_DEPLOYED:
            return None
        return max((each.use_upper_bound for each in self.trials), default=1.0)

    @property
    def first_seen(self) -> float | None:
        """When it was first noticed to run, as a Unix time; ``None`` where it never was."""
        return min(filter(None, (each.first_seen for each in self.sightings)), default=None)

    @property
    def last_seen(self) -> float | None:
        """When it was last noticed to run, as a Unix time; ``None`` where it never was."""
        return max(filter(None, (each.last_seen for each in self.sightings)), default=None)

    def _entered(self) -> list[float]:
        """For each Lambda function that ran it, the calls that entered it, at the least."""
        names = {each.view.origin.lambda_function for each in self.sightings if each.ran}
        return [
            _calls(
                [s for s in self.sightings if s.view.origin.lambda_function == name], self.ledger
            )
            for name in names
        ]


def _frequency(sightings: Sequence[Sighting], whole: Sample) -> Share | None:
    kept = [each for each in sightings if each.view.origin.estimates]
    return share(total(each.counts for each in kept).groups, whole)


def _calls(sightings: Sequence[Sighting], ledger: Ledger) -> float:
    """Calls of a scope by one Lambda function, at the least.

    Where every invocation is seen, its lines had as many chances as it was entered: surely the
    windows that ran it, and probably its share of all invocations. Elsewhere windows are all.
    """
    always = [s for s in sightings if s.view.origin.observes_every_invocation]
    windows_only = [s for s in sightings if not s.view.origin.observes_every_invocation]
    observed = [each.view.observed for each in always]
    estimate = _frequency(always, ledger.sample(observed))
    estimable = invocations(each for each in observed if each[0].estimates)
    estimated = estimate.low * estimable if estimate else 0.0
    calls = max(float(total(s.counts for s in always).windows), estimated)
    watched = [each.view.observed for each in windows_only]
    largest = weight_max(watched)
    if largest > 0:
        calls += total(s.counts for s in windows_only).weight / largest * seeing_share(watched)
    return calls
