"""Production use as an LCOV tracefile, for genhtml, editors and coverage services.

The format is that of ``geninfo(1)``: one ``DA`` record for each statement's first line, ``FN`` and
``FNDA`` for each function. Hits are estimated numbers of invocations; what they claim and what is
left out stands in :mod:`lambda_usage.reports._use_of_lines`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import TextIO

from lambda_usage.evidence.model import DeadCodeReport
from lambda_usage.reports._use_of_lines import FileUse, use_of_lines

TEST_NAME = "production"


def write_lcov(report: DeadCodeReport, root: str, out: TextIO) -> tuple[str, ...]:
    """Write a tracefile. Equal reports give equal bytes.

    Args:
        report: The evidence.
        root: The source directory, as ``SF`` records name it; empty for none.
        out: Where to write.

    Returns:
        Sentences on what was left out.
    """
    use = use_of_lines(report)
    for file in use.files:
        out.writelines(f"{record}\n" for record in _records(file, root))
    return use.notes


def _records(file: FileUse, root: str) -> Iterator[str]:
    yield f"TN:{TEST_NAME}"
    yield f"SF:{PurePath(root, file.file).as_posix()}"
    for function in file.functions:
        yield f"FN:{function.line},{function.name}"
    for function in file.functions:
        yield f"FNDA:{function.hits},{function.name}"
    yield f"FNF:{len(file.functions)}"
    yield f"FNH:{sum(1 for function in file.functions if function.hits)}"
    for line, hits in file.hits.items():
        yield f"DA:{line},{hits}"
    yield f"LF:{len(file.hits)}"
    yield f"LH:{file.covered}"
    yield "end_of_record"
