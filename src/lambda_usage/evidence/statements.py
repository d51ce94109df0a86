"""What is known of each statement, for forms that show source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from lambda_usage.evidence.judging import Case
from lambda_usage.evidence.model import FileState, StatementEvidence, Verdict
from lambda_usage.evidence.ranges import never_runnable
from lambda_usage.evidence.scopes import Statement


def statements_of(case: Case, dead: AbstractSet[Statement]) -> Iterator[StatementEvidence]:
    """The statements of one scope; not those for which the runtimes have no code.

    Args:
        case: The scope.
        dead: Those of its statements that are proven never to run.
    """
    never = never_runnable(case.scope, case.sightings)
    codes = [code for sighting in case.sightings for code in sighting.codes]
    started = frozenset[int]().union(*(code.init_lines for code in codes))
    invoked = frozenset[int]().union(*(code.invoke_lines for code in codes))
    weights = _weights(case)
    for each in case.scope.statements:
        if each in never:
            continue
        lines = frozenset(range(each.first, each.last + 1))
        verdict = Verdict.DEAD if each in dead else _verdict(case, lines, started, invoked)
        weight = max((weights.get(line, 0.0) for line in lines), default=0.0)
        name = case.scope.key.qualname
        ran = bool(lines & (started | invoked))
        yield StatementEvidence(each.first, each.last, name, verdict, each.kind, weight, ran)


def _verdict(
    case: Case, lines: frozenset[int], started: frozenset[int], invoked: frozenset[int]
) -> Verdict:
    if case.file.state is FileState.NOT_DEPLOYED:
        return Verdict.NOT_DEPLOYED
    if lines & invoked:
        return Verdict.USED
    if not lines & started:
        return Verdict.UNPROVEN
    if case.scope.per_init:
        return Verdict.USED
    return Verdict.STARTUP if case.proven else Verdict.UNPROVEN


def _weights(case: Case) -> dict[int, float]:
    """Estimated invocations by line: those whose path was kept, so at the least."""
    weights: dict[int, float] = defaultdict(float)
    for sighting in case.sightings:
        view = sighting.view
        if not view.origin.estimates:
            continue
        # A comprehension runs on a line of what it stands in: one path, not two.
        lines: dict[tuple[str, int], float] = {
            (path.id, line): path.counts.weight
            for code in sighting.codes
            for path in view.paths.get(code.key, ())
            for line in path.lines[code.key]
        }
        for (_, line), weight in lines.items():
            weights[line] += weight
    return weights
