"""Production use as an LCOV tracefile, for genhtml, editors and coverage services.

The format is that of ``geninfo(1)``: one ``DA`` record for each statement's first line, ``FN`` and
``FNDA`` for each function. Hits are estimated numbers of invocations; what they claim and what is
left out stands in :mod:`lambda_usage.reports._use_of_lines`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import TextIO

from lambda_usage.evidence.model import DeadCodeReport
from lambda_usage.reports._left_out import left_out
from lambda_usage.reports._use_of_lines import FileUse, use_of_lines
from lambda_usage.visible import visible

TEST_NAME = "production"
_UNWRITABLE = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029\ud800-\udfff]")
"""A record is a line, and its format knows no escapes: what any reader takes for the end of a line
would let a file's name make up records. Surrogates stand for bytes that are no UTF-8."""


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
    unnamed = [each.file for each in use.files if _UNWRITABLE.search(each.file)]
    for file in use.files:
        if file.file not in unnamed:
            out.writelines(f"{record}\n" for record in _records(file, root))
    if not unnamed:
        return use.notes
    return *use.notes, left_out(unnamed, "whose names LCOV has no way to write")


def _records(file: FileUse, root: str) -> Iterator[str]:
    yield f"TN:{TEST_NAME}"
    yield f"SF:{PurePath(root, file.file).as_posix()}"
    for function in file.functions:
        yield f"FN:{function.line},{visible(function.name)}"
    for function in file.functions:
        yield f"FNDA:{function.hits},{visible(function.name)}"
    yield f"FNF:{len(file.functions)}"
    yield f"FNH:{sum(1 for function in file.functions if function.hits)}"
    for line, hits in file.hits.items():
        yield f"DA:{line},{hits}"
    yield f"LF:{len(file.hits)}"
    yield f"LH:{file.covered}"
    yield "end_of_record"
