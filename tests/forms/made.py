"""Reports made by hand, with whatever names."""

from __future__ import annotations

from collections.abc import Sequence

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
    RangeKind,
    Thresholds,
    Verdict,
)

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
"""Whatever a name could be, line breaks and control characters included."""

HOSTILE = (
    "a|b", "a`b", "``", "a\\|b", "@octocat", "#123", "org/repo#1", "GH-7", "<img src=x>", "**b**",
    "__init__", "[x](http://e.vil)", "http://e.vil", "&lt;", "$x$", ":tada:", "~~s~~", "=1+1",
    "+1", "-1", "1.", "-", "0123456789abcdef", "'", " a ", "a\nb", "a\r\n\r\n# b", "\t", '"', ";",
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
    return PathEvidence(
        name, 0.5, 0.4, 0.6, 450, seconds, 0.0, tuple(functions), invocations,
        tuple(lambda_functions),
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
