"""Reports as JSON, for programs.

The names are those of the data classes in :mod:`lambda_usage.evidence.model`, so that nothing
stands between the evidence and what is published; ``schemas/`` describes them. Statements are
left out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TextIO

from lambda_usage.evidence.model import REPORT_SCHEMA, DeadCodeReport, FileEvidence, HotPathsReport

if TYPE_CHECKING:
    from lambda_usage.reports.check import Check


class JsonRenderer:
    """Writes JSON that a schema in this package describes. Equal reports give equal bytes."""

    def dead_code(self, report: DeadCodeReport, out: TextIO) -> None:
        """Writes the dead-code report."""
        content = asdict(replace(report, files=()))
        content["files"] = [_file(each) for each in report.files]
        _write("dead-code", content, out)

    def hot_paths(self, report: HotPathsReport, out: TextIO) -> None:
        """Writes the hot-paths report."""
        _write("hot-paths", asdict(report), out)


def write_checks(checks: Sequence[Check], out: TextIO) -> None:
    """Writes the answers of :func:`lambda_usage.reports.check.check`."""
    passed = all(each.passed for each in checks)
    _write("check", {"passed": passed, "checks": [asdict(each) for each in checks]}, out)


def json_schema(report: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a report: ``dead-code``, ``hot-paths`` or ``check``."""
    text = (
        files("lambda_usage.reports").joinpath(f"schemas/{report}.schema.json").read_text("utf-8")
    )
    schema: dict[str, Any] = json.loads(text)
    return schema


def _file(file: FileEvidence) -> dict[str, Any]:
    """A file without its statements: they are for forms that show source, and many times more."""
    content = asdict(replace(file, statements=()))
    del content["statements"]
    return content


def _write(name: str, report: dict[str, Any], out: TextIO) -> None:
    content = {"schema": REPORT_SCHEMA, "report": name, **report}
    # NaN is no JSON: failing here beats a file that no other program can read.
    json.dump(content, out, indent=2, ensure_ascii=False, allow_nan=False)
    out.write("\n")
