"""Merging dead statements into ranges of lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lambda_usage.evidence.model import DeadRange
from lambda_usage.evidence.scopes import Scope, SourceUnit, Statement
from lambda_usage.evidence.sightings import Sighting


def dead_statements(scope: Scope, sightings: Sequence[Sighting]) -> list[Statement]:
    """Statements of a scope that could have run and never did.

    Args:
        scope: The scope.
        sightings: What was recorded of it; if nothing, its file was never loaded.
    """
    if not sightings:
        return list(scope.statements)
    codes = [code for sighting in sightings for code in sighting.codes]
    executable = frozenset().union(*(code.executable for code in codes))
    hit = frozenset().union(*(code.init_lines | code.invoke_lines for code in codes))
    return [each for each in scope.statements if _is_dead(each, executable, hit)]


def never_runnable(scope: Scope, sightings: Sequence[Sighting]) -> set[Statement]:
    """Statements that the recording runtimes have no code for: neither dead nor alive."""
    if not sightings:
        return set()
    lines = frozenset().union(*(code.executable for each in sightings for code in each.codes))
    return {each for each in scope.statements if not _lines(each) & lines}


def merged(
    dead: Iterable[Statement], between: Iterable[Statement], unit: SourceUnit
) -> tuple[DeadRange, ...]:
    """Join consecutive dead statements of one kind.

    Args:
        dead: The statements to join.
        between: Others, which part two dead statements if they stand between them.
        unit: Their file, whose excluded lines part them too.
    """
    marked = [(each.first, each.last, True, each.kind) for each in set(dead)]
    marked += [(each.first, each.last, False, each.kind) for each in between]
    found: list[DeadRange] = []
    parted, alive_until = True, 0
    for first, last, is_dead, kind in sorted(marked, key=lambda each: each[:3]):
        if not is_dead:
            alive_until = max(alive_until, last)
            parted = parted or first > found[-1].last
        elif parted or found[-1].kind is not kind or _gap(found[-1], first, alive_until, unit):
            found.append(DeadRange(first, last, kind))
            parted = False
        else:
            found[-1] = DeadRange(found[-1].first, max(found[-1].last, last), kind)
    return tuple(found)


def _gap(earlier: DeadRange, first: int, alive_until: int, unit: SourceUnit) -> bool:
    """Whether lines between two dead statements are alive, or excluded."""
    between = range(earlier.last + 1, first)
    return bool(between) and (alive_until >= first or any(n in unit.excluded for n in between))


def _is_dead(statement: Statement, executable: frozenset[int], hit: frozenset[int]) -> bool:
    lines = _lines(statement) & executable
    return bool(lines) and not lines & hit


def _lines(statement: Statement) -> frozenset[int]:
    return frozenset(range(statement.first, statement.last + 1))
