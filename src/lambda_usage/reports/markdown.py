"""Reports for a pull request, in GitHub-flavoured Markdown.

The headline, the evidence and what is dead stand open, everything else folds. A document fits into
one comment: what would make it longer is left out, and the document says how much.
"""

from __future__ import annotations

from typing import TextIO

from lambda_usage.evidence.model import DeadCodeReport, HotPathsReport
from lambda_usage.reports._markdown_dead_code import dead_code_document
from lambda_usage.reports._markdown_hot_paths import hot_paths_document


class MarkdownRenderer:
    """Writes Markdown. Equal reports give equal bytes."""

    def dead_code(self, report: DeadCodeReport, out: TextIO) -> None:
        """Writes the dead-code report."""
        out.write(dead_code_document(report))

    def hot_paths(self, report: HotPathsReport, out: TextIO) -> None:
        """Writes the hot-paths report."""
        out.write(hot_paths_document(report))
