"""Reports made by hand, with whatever names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

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
    PathShare,
    RangeKind,
    StatementEvidence,
    Thresholds,
    Verdict,
)

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
"""Whatever a name could be, line breaks and control characters included."""

HOSTILE = (
    "a|b", "a`b", "``", "a\\|b", "@octocat", "#123", "org/repo#1", "GH-7", "<img src=x>", "**b**",
    "__init__", "[x](http://e.vil)", "http://e.vil", "&lt;", "$x$", ":tada:", "~~s~~", "=1+1",
    "+1", "-1", "1.", "-", "0123456789abcdef", "'", " a ", "a\nb", "a\r\n\r\n# b",
    "\t", '"', ";", ".", "</details>", "</code>",
)  # fmt: skip


def evidence(lambda_functions: Sequence[str] = ("orders",)) -> Evidence:
    return Evidence(
        20_000, 12, 20_000.0, 900, 16, 40, 0, 0, "2026-11-01T00:00:12Z", "2026-11-16T23:59:58Z",
        tuple(LambdaFunction(name, 10_000, 6, 450, 16) for name in lambda_functions),
    )  # fmt: skip


def function(
    file: str,
    name: str,
    verdict: Verdict = Verdict.DEAD,
    line: int = 3,
    reason: str = "",
    keep: Keep | None = None,
    kind: RangeKind = RangeKind.CODE,
) -> FunctionEvidence:
    silent = verdict in (Verdict.DEAD, Verdict.UNPROVEN)
    return FunctionEvidence(
        file,
        name,
        line,
        verdict,
        20_000.0,
        0.00015 if silent else None,
        None if silent else 0.25,
        None if silent else 0.2,
        None if silent else 0.3,
        (DeadRange(line + 1, line + 2, kind),) if verdict is Verdict.DEAD else (),
        reason,
        last_line=line + 2,
        keep=keep,
        lambda_functions=(
            LambdaFunctionVerdict(
                "orders", verdict, 20_000.0, 16, None, None, None, None, None, None, reason
            ),
        ),
    )


def dead_code(
    functions: Sequence[FunctionEvidence], spots: Sequence[str] = (), **fields: object
) -> DeadCodeReport:
    files = sorted({each.file for each in functions})
    return DeadCodeReport(
        evidence(),
        tuple(BlindSpot("kind", words) for words in spots),
        Thresholds(),
        tuple(FileEvidence(file, FileState.LOADED, ()) for file in files),
        tuple(functions),
        **fields,  # type: ignore[arg-type]
    )


def everywhere(text: str) -> DeadCodeReport:
    """A report in which *text* stands wherever names and words come from outside."""
    keep = Keep(text, text, None, expired=False)
    shipped = (
        LambdaFunctionVerdict(text, Verdict.DEAD, 1.0, 1, None, None, None, None, None, None, ""),
    )
    functions = (
        function(text, text),
        function(text, f"{text}x", Verdict.UNPROVEN, reason=text),
        function(text, f"{text}y", kind=RangeKind.STUB),
        function("kept.py", text, keep=keep),
    )
    found = dead_code(
        functions,
        [text],
        dependencies=(DependencyEvidence(text, text, Verdict.DEAD, 1.0, 1, shipped, ""),),
        keeps=(KeepEvidence(keep, KeepState.NEEDLESS, (text,)),),
    )
    missing = FileEvidence(f"{text}/m.py", FileState.NOT_DEPLOYED, ())
    return DeadCodeReport(
        evidence([text]),
        found.blind_spots,
        found.thresholds,
        (*found.files, missing),
        found.functions,
        found.dependencies,
        found.keeps,
    )


def path(
    name: str,
    functions: Sequence[str],
    invocations: float = 100.0,
    seconds: float | None = 0.2,
    lambda_functions: Sequence[str] = ("orders",),
) -> PathEvidence:
    each = invocations / len(lambda_functions) if lambda_functions else 0.0
    shares = tuple(PathShare(name, 0.5, 0.4, 0.6, each) for name in lambda_functions)
    return PathEvidence(
        name, 0.5, 0.4, 0.6, 450, seconds, 0.0, tuple(functions), invocations, shares
    )  # fmt: skip


def hot_paths(paths: Sequence[PathEvidence], spots: Sequence[str] = ()) -> HotPathsReport:
    functions = sorted({name for each in paths for name in each.functions})
    return HotPathsReport(
        evidence(),
        tuple(BlindSpot("kind", words) for words in spots),
        tuple(paths),
        tuple(
            FunctionFrequency(*name.rpartition(":")[::2], 3, 0.5, 0.4, 0.6, 450)
            for name in functions
        ),
    )


def statement(
    first: int,
    function: str = "<module>",
    invocations: float = 0.0,
    verdict: Verdict = Verdict.USED,
    *,
    ran: bool | None = None,
    last: int = 0,
) -> StatementEvidence:
    silent = verdict in (Verdict.DEAD, Verdict.UNPROVEN)
    return StatementEvidence(
        first,
        last or first,
        function,
        verdict,
        RangeKind.CODE,
        invocations,
        not silent if ran is None else ran,
    )


def shop() -> DeadCodeReport:
    """A file that runs, one that was never loaded, and two that tell nothing.

    ``shop/app.py`` begins a function in line 3 that 120.4 invocations ran but for line 5, has a
    dead one from line 8 on, one on line 11 that nobody would have noticed, and, in line 13, a
    property with its setter on one line, of which only the getter ran.
    """
    app = "shop/app.py"
    functions = (
        replace(function(app, "<module>", Verdict.USED, 1), unit="inits", last_line=14),
        replace(function(app, "price", Verdict.USED, 3), last_line=6),
        replace(function(app, "legacy", Verdict.DEAD, 8), last_line=9),
        replace(function(app, "unseen", Verdict.UNPROVEN, 11), exposure=0.0, lambda_functions=()),
        replace(function(app, "C.total", Verdict.USED, 13), last_line=13),
        replace(function(app, "C.total", Verdict.DEAD, 14), last_line=14),
        replace(function("shop/v1.py", "<module>", Verdict.DEAD, 1), unit="inits"),
        replace(function("shop/v1.py", "convert", Verdict.DEAD, 1), last_line=2),
        function("shop/old.py", "changed", Verdict.UNPROVEN),
        function("tools/seed.py", "main", Verdict.NOT_DEPLOYED),
    )
    statements = (
        statement(1), statement(3), statement(4, "price", 120.4, last=5),
        statement(5, "price", 0.0, Verdict.UNPROVEN), statement(6, "price", 120.4),
        statement(8), statement(9, "legacy", 0.0, Verdict.DEAD), statement(11),
        statement(12, "unseen", 0.0, Verdict.UNPROVEN), statement(13),
        statement(13, "C.total", 7.2), statement(14),
        statement(14, "C.total", 0.0, Verdict.DEAD),
    )  # fmt: skip
    never = (
        statement(1, "<module>", 0.0, Verdict.DEAD),
        statement(2, "convert", 0.0, Verdict.DEAD),
    )
    files = (
        FileEvidence(app, FileState.LOADED, (), 14, ("orders",), statements),
        FileEvidence("shop/old.py", FileState.DIFFERS, (), 9, ("orders",), (statement(1),)),
        FileEvidence("shop/v1.py", FileState.SHIPPED, (), 2, ("orders",), never),
        FileEvidence("tools/seed.py", FileState.NOT_DEPLOYED, (), 9, (), (statement(1),)),
    )
    ran = tuple(
        replace(each, first_seen="2026-11-01T00:00:12Z") if each.verdict is Verdict.USED else each
        for each in functions
    )
    return replace(dead_code(ran), files=files)
