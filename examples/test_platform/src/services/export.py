"""Results as comma-separated values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from models.test_result import TestResult

_COLUMNS = ("run_id", "started_at", "environment", "outcome", "duration_ms")


def rows(results: Iterable[TestResult]) -> Iterator[str]:
    """One line for each result, after one with the names of the columns."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_COLUMNS)
    for result in results:
        yield _emptied(buffer)
        fields = result.model_dump(mode="json", include=set(_COLUMNS))
        writer.writerow(fields[name] for name in _COLUMNS)
    yield _emptied(buffer)


def _emptied(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
