"""Reports of any size, with source text, that look like those of a real fleet."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lambda_usage.evidence.model import (
    BlindSpot,
    DeadCodeReport,
    DeadRange,
    DependencyEvidence,
    Evidence,
    FileEvidence,
    FileState,
    FunctionEvidence,
    FunctionFrequency,
    HotPathsReport,
    Keep,
    KeepEvidence,
    KeepState,
    LambdaFunction,
    LambdaFunctionVerdict,
    PathEvidence,
    PathLines,
    PathShare,
    PathTrace,
    RangeKind,
    StatementEvidence,
    Thresholds,
    Verdict,
)
from lambda_usage.evidence.path_lines import ranges
from lambda_usage.evidence.scopes import Inventory

FOLDERS = ("handlers", "services", "repositories", "models", "clients", "utils", "jobs", "legacy")
VERBS = ("load", "save", "list", "validate", "price", "convert", "schedule", "merge", "notify")
NOUNS = ("order", "invoice", "customer", "run", "result", "coupon", "shipment", "session", "token")
LAMBDAS = ("orders-api:live", "orders-nightly", "invoices-export", "run-scheduler", "authoriser")
_RAN = (Verdict.USED, Verdict.STARTUP)
FIRST, LAST = "2026-11-01T00:00:12Z", "2026-11-16T23:59:58Z"


@dataclass(frozen=True)
class Made:
    """Both reports of one fleet, and its source."""

    dead_code: DeadCodeReport
    hot_paths: HotPathsReport
    inventory: Inventory


def make_reports(functions: int = 5000, lambdas: int = 5, per_file: int = 12) -> Made:
    """Reports on so many functions of one source tree that so many Lambda functions ship."""
    chance = random.Random(20261116)
    names = [*LAMBDAS, *(f"worker-{n:02}-of-the-fleet" for n in range(lambdas))][:lambdas]
    traffic = tuple(
        LambdaFunction(name, 2_000_000 // (n * n + 1), 190 // (n + 1) + 3, 47_000 // (n + 1), 16)
        for n, name in enumerate(names)
    )
    files: list[_File] = []
    left = functions
    while left > 0:
        path = f"app/{FOLDERS[len(files) % len(FOLDERS)]}/{_name(chance)}_{len(files)}.py"
        file = _File(path, traffic, chance)
        left -= file.fill(min(left, chance.randint(per_file // 2, per_file * 3 // 2)))
        files.append(file)
    judged = [function for file in files for function in file.functions]
    evidence = _evidence(traffic)
    kept = tuple(f"{each.file}:{each.name}" for each in judged if each.keep)
    dead_code = DeadCodeReport(
        evidence,
        _BLIND_SPOTS,
        Thresholds(),
        tuple(file.evidence() for file in files),
        tuple(judged),
        tuple(_dependencies(traffic)),
        (KeepEvidence(_KEEP, KeepState.HOLDS, kept),),
    )
    used = [each for each in judged if each.verdict is Verdict.USED and each.name != "<module>"]
    hot_paths = HotPathsReport(
        evidence,
        _BLIND_SPOTS[:1],
        tuple(_paths(used, names, _lines_of(files), chance)),
        tuple(_hot(used)),
    )
    texts = {file.path: "\n".join(file.text) + "\n" for file in files}
    return Made(dead_code, hot_paths, Inventory(None, {}, texts=texts))


_BLIND_SPOTS = (
    BlindSpot("bundles_missing", "3 bundles are missing: their invocations are not counted."),
    BlindSpot(
        "processes_unfinished",
        "2 processes ended without a last bundle, or still run: what came after the bundles at "
        "hand is unknown.",
    ),
    BlindSpot(
        "ctrace",
        "invoices-export runs on Python 3.11, where nothing is seen outside windows.",
    ),
)
_KEEP = Keep("pyproject.toml: app/legacy/*", "the migration of 2027 needs it", "2027-03-01", False)


@dataclass
class _File:
    """A source file in the making: text, functions and statements."""

    path: str
    traffic: tuple[LambdaFunction, ...]
    chance: random.Random
    text: list[str] = field(default_factory=list)
    functions: list[FunctionEvidence] = field(default_factory=list)
    statements: list[StatementEvidence] = field(default_factory=list)

    def fill(self, functions: int) -> int:
        self.state = self.chance.choices(
            [FileState.LOADED, FileState.SHIPPED, FileState.NOT_DEPLOYED], [88, 8, 4]
        )[0]
        self.ships = self.chance.sample(self.traffic, self.chance.randint(1, len(self.traffic)))
        if self.state is FileState.NOT_DEPLOYED:
            self.ships = []
        body = {FileState.SHIPPED: Verdict.DEAD, FileState.NOT_DEPLOYED: Verdict.NOT_DEPLOYED}
        self.verdict = body.get(self.state, Verdict.USED)
        self._statement('"""What the service does with its orders."""', "<module>", self.verdict)
        self._statement("from __future__ import annotations", "<module>", self.verdict)
        self.text.append("")
        self._statement("import logging", "<module>", self.verdict)
        self.text += ["", ""]
        for number in range(1, functions):
            self._function(number)
        self.functions.insert(0, self._evidence("<module>", 1, self.verdict, [], "inits"))
        return functions

    def evidence(self) -> FileEvidence:
        dead = tuple(each for function in self.functions for each in function.dead_lines)
        ships = tuple(each.name for each in self.ships)
        return FileEvidence(
            self.path, self.state, dead, len(self.text), ships, tuple(self.statements)
        )

    def _function(self, number: int) -> None:
        verdicts = [Verdict.USED, Verdict.DEAD, Verdict.UNPROVEN, Verdict.STARTUP]
        verdict = self.chance.choices(verdicts, [70, 16, 10, 4])[0]
        if self.state is not FileState.LOADED:
            verdict = self.verdict
        name = f"{_name(self.chance)}_{number}"
        line = len(self.text) + 1
        runs = self.chance.random() ** 3 * 2_000_000 if verdict is Verdict.USED else 0.0
        head = f"def {name}(event: dict, *, limit: int = {number * 10}) -> dict:"
        self._statement(head, "<module>", self.verdict)
        self.text.append(f'    """Give what belongs to {name.replace("_", " ")}."""')
        dead: list[DeadRange] = []
        for step in range(self.chance.randint(1, 6)):
            self._step(name, step, verdict, runs, dead)
        self._statement("    return found", name, verdict, runs)
        if verdict is Verdict.DEAD:
            dead = [DeadRange(line + 2, len(self.text), RangeKind.CODE)]
        self.functions.append(self._evidence(name, line, verdict, dead, "invocations", runs))
        self.text += ["", ""]

    def _step(
        self, name: str, step: int, verdict: Verdict, runs: float, dead: list[DeadRange]
    ) -> None:
        self._statement(
            f'    found = {{"n": {step}, "name": event.get("name", "none"), "limit": limit}}',
            name,
            verdict,
            runs,
        )
        kind = self.chance.choices([None, RangeKind.CODE, RangeKind.ERROR_HANDLING], [80, 12, 8])[0]
        if kind is None:
            return
        never = Verdict.DEAD if verdict is Verdict.USED else verdict
        if kind is RangeKind.CODE:
            self._statement("    if len(found) > limit:", name, verdict, runs)
            first = len(self.text) + 1
            self._statement("        # the old rate, from before the move", name, never, 0.0, kind)
            self._statement(
                f'        found["n"] = round(limit * 0.{step + 1}5, 2)', name, never, 0.0, kind
            )
            self._statement('        logging.info("capped %s", found)', name, never, 0.0, kind)
        else:
            self._statement("    try:", name, verdict, runs)
            self._statement('        found["n"] += int(event["offset"])', name, verdict, runs)
            self._statement("    except (KeyError, ValueError) as error:", name, verdict, runs)
            first = len(self.text) + 1
            self._statement(
                '        raise LookupError("no offset") from error', name, never, 0.0, kind
            )
        if verdict is Verdict.USED:
            dead.append(DeadRange(first, len(self.text), kind))

    def _statement(
        self,
        text: str,
        function: str,
        verdict: Verdict,
        runs: float = 0.0,
        kind: RangeKind = RangeKind.CODE,
    ) -> None:
        self.text.append(text)
        line = len(self.text)
        self.statements.append(
            StatementEvidence(line, line, function, verdict, kind, runs, ran=verdict in _RAN)
        )

    def _evidence(
        self,
        name: str,
        line: int,
        verdict: Verdict,
        dead: list[DeadRange],
        unit: str,
        runs: float = 0.0,
    ) -> FunctionEvidence:
        frequency = runs / 2_000_000 if verdict is Verdict.USED and unit != "inits" else None
        silent = verdict in (Verdict.DEAD, Verdict.UNPROVEN)
        kept = verdict is Verdict.DEAD and self.path.startswith("app/legacy") and line % 5 == 0
        each = [self._by_lambda(one, verdict, frequency, unit) for one in self.ships]
        exposure = min((own.exposure for own in each), default=0.0)
        return FunctionEvidence(
            self.path,
            name,
            line,
            verdict,
            exposure,
            3 / max(exposure, 3) if silent else None,
            frequency,
            None if frequency is None else frequency * 0.97,
            None if frequency is None else min(1.0, frequency * 1.03 + 1e-5),
            tuple(dead),
            next((own.reason for own in each), "shipped by no Lambda function"),
            unit,
            len(self.text),
            None if silent or not each else FIRST,
            None if silent or not each else LAST,
            tuple(each),
            _KEEP if kept else None,
        )

    def _by_lambda(
        self, one: LambdaFunction, verdict: Verdict, frequency: float | None, unit: str
    ) -> LambdaFunctionVerdict:
        exposure = float(one.inits if unit == "inits" else one.invocations)
        ran = verdict in (Verdict.USED, Verdict.STARTUP)
        share = None if frequency is None else min(1.0, frequency * self.chance.uniform(0.5, 1.5))
        words = {
            Verdict.USED: f"run in about {100 * (share or 1):.0f} % of invocations",
            Verdict.STARTUP: f"run while starting, never in {exposure:,.0f} {unit}",
            Verdict.DEAD: f"never run in {exposure:,.0f} {unit} of {one.name} over 16 days",
            Verdict.UNPROVEN: f"only 3 of 14 days of {one.name}",
        }
        return LambdaFunctionVerdict(
            one.name,
            verdict,
            exposure,
            3 if verdict is Verdict.UNPROVEN else one.days,
            None if ran else 3 / exposure,
            share,
            None if share is None else share * 0.95,
            None if share is None else min(1.0, share * 1.05),
            FIRST if ran else None,
            LAST if ran else None,
            words[verdict],
        )


def _paths(
    used: list[FunctionEvidence],
    names: list[str],
    lines: Mapping[tuple[str, str], list[int]],
    chance: random.Random,
) -> Iterator[PathEvidence]:
    common = sorted(chance.sample(used, min(8, len(used))), key=_place) if used else []
    share = 0.42
    for number in range(40 if used else 0):
        extra = chance.sample(used, min(len(used), chance.randint(1, 14))) if number else []
        along = sorted({*(common[: len(common) - number % 3]), *extra}, key=_place)
        if number == 3:
            # the functions of the commonest, without the last line of the first of them
            along = common
        yield PathEvidence(
            f"{chance.getrandbits(64):016x}",
            share,
            share * 0.95,
            min(1.0, share * 1.05),
            round(48_212 * share) + 1,
            None if number % 7 == 6 else chance.expovariate(8),
            0.0 if number % 4 else share * 900,
            tuple(f"{each.file}:{each.name}" for each in along),
            share * 2_000_000,
            tuple(_shares(number, share, names, chance)),
            tuple(_path_lines(along, lines, without_last=number == 3)),
            traces=_traces() if number == 0 else (),
        )
        share *= 0.62


def _traces() -> tuple[PathTrace, ...]:
    """One of X-Ray's and one of OpenTelemetry's, of which only the first has a duration."""
    return (
        PathTrace("1-5759e988-bd862e3fe1be46a994272793", LAST, 0.0512, LAMBDAS[0]),
        PathTrace("4bf92f3577b34da6a3ce929d0e0e4736", FIRST, None, LAMBDAS[1]),
    )


def _hot(used: list[FunctionEvidence]) -> Iterator[FunctionFrequency]:
    for each in sorted(used, key=lambda function: -(function.frequency or 0)):
        share = each.frequency or 0.0
        low, high = share * 0.97, min(1.0, share * 1.03)
        yield FunctionFrequency(each.file, each.name, each.line, share, low, high, 100)


def _dependencies(traffic: tuple[LambdaFunction, ...]) -> Iterator[DependencyEvidence]:
    for number, name in enumerate(("boto3", "pydantic", "requests", "python-dateutil")):
        verdict = Verdict.DEAD if number == 2 else Verdict.USED
        dead = verdict is Verdict.DEAD
        reason = "never imported in any invocation" if dead else "imported"
        each = tuple(
            LambdaFunctionVerdict(
                one.name,
                verdict,
                float(one.invocations),
                one.days,
                3 / one.invocations if dead else None,
                None,
                None,
                None,
                None,
                None,
                reason,
            )
            for one in traffic
        )
        yield DependencyEvidence(name, f"2.{number}.1", verdict, 41_377.0, 16, each, reason)


def _evidence(traffic: tuple[LambdaFunction, ...]) -> Evidence:
    total = sum(each.invocations for each in traffic)
    starts = sum(each.inits for each in traffic)
    windows = sum(each.windows for each in traffic)
    return Evidence(total, starts, total * 0.99, windows, 16, 4711, 3, 2, FIRST, LAST, traffic)


def _name(chance: random.Random) -> str:
    return f"{chance.choice(VERBS)}_{chance.choice(NOUNS)}"


def _shares(
    number: int, share: float, names: list[str], chance: random.Random
) -> Iterator[PathShare]:
    """Some Lambda functions take rare paths more often than common ones."""
    takers = {names[0], *chance.sample(names, min(len(names), number % 3))}
    for name in sorted(takers):
        own = share if name == names[0] else min(1.0, share * (1 + 7 * number % 5))
        yield PathShare(name, own, own * 0.9, min(1.0, own * 1.1), share * 2_000_000 / len(takers))


def _lines_of(files: list[_File]) -> dict[tuple[str, str], list[int]]:
    """The lines that run in each function."""
    found: dict[tuple[str, str], list[int]] = {}
    for file in files:
        for each in file.statements:
            if each.invocations > 0:
                found.setdefault((file.path, each.function), []).append(each.first)
    return found


def _path_lines(
    along: list[FunctionEvidence],
    lines: Mapping[tuple[str, str], list[int]],
    *,
    without_last: bool,
) -> Iterator[PathLines]:
    found: dict[str, list[int]] = {}
    for each in along:
        own = lines[each.file, each.name]
        found.setdefault(each.file, []).extend(
            own[:-1] if without_last and each is along[0] else own
        )
    for file, ran in found.items():
        yield PathLines(file, tuple(ranges(ran)))


def _place(function: FunctionEvidence) -> tuple[str, int]:
    return function.file, function.line
