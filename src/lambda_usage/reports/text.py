"""Reports for people, in a terminal or in a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TextIO

from rich.console import Console

from lambda_usage.evidence.model import DeadCodeReport, HotPathsReport
from lambda_usage.reports._explanation import Explanation
from lambda_usage.reports._page import open_page
from lambda_usage.reports._text_dead_code import write_dead_code
from lambda_usage.reports._text_explain import write_explanation
from lambda_usage.reports._text_hot_paths import write_hot_paths
from lambda_usage.visible import all_visible


class TextRenderer:
    """Writes text: the summary first, then what to look at, then what cannot be seen."""

    def dead_code(self, report: DeadCodeReport, out: TextIO) -> None:
        """Writes the dead-code report."""
        # statements are not told of, and are many
        files = tuple(replace(each, statements=()) for each in report.files)
        shown = all_visible(replace(report, files=files))
        _write(out, lambda page: write_dead_code(page, shown))

    def hot_paths(self, report: HotPathsReport, out: TextIO) -> None:
        """Writes the hot-paths report."""
        shown = all_visible(report)
        _write(out, lambda page: write_hot_paths(page, shown))

    def explanation(self, explanation: Explanation, out: TextIO) -> None:
        """Writes all that is known of one piece of code."""
        shown = all_visible(explanation)
        _write(out, lambda page: write_explanation(page, shown))


def _write(out: TextIO, write: Callable[[Console], None]) -> None:
    page = open_page(out)
    with page.capture() as captured:
        write(page)
    # Rich fills lines up to their full width; in a file that is noise.
    out.write(re.sub(r" +$", "", captured.get(), flags=re.MULTILINE))
