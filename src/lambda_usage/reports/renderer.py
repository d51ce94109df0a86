"""The one thing that every report form has in common."""

from __future__ import annotations

from typing import Protocol, TextIO

from lambda_usage.evidence.model import DeadCodeReport, HotPathsReport


class Renderer(Protocol):
    """Writes reports in one form."""

    def dead_code(self, report: DeadCodeReport, out: TextIO) -> None:
        """Writes which code is not used."""

    def hot_paths(self, report: HotPathsReport, out: TextIO) -> None:
        """Writes where the traffic goes."""


def renderer_for(form: str) -> Renderer:
    """The renderer of a form; each is loaded only when it is asked for.

    HTML has none: it is one page with both reports and the source
    (:func:`lambda_usage.reports.html.write_html`).

    Args:
        form: ``text``, ``json``, ``markdown`` or ``csv``.

    Raises:
        ValueError: There is no such form.
    """
    if form == "json":
        from lambda_usage.reports.json import JsonRenderer

        return JsonRenderer()
    if form == "text":
        from lambda_usage.reports.text import TextRenderer

        return TextRenderer()
    if form == "markdown":
        from lambda_usage.reports.markdown import MarkdownRenderer

        return MarkdownRenderer()
    if form == "csv":
        from lambda_usage.reports.csv import CsvRenderer

        return CsvRenderer()
    raise ValueError(f"no report form {form!r}: there are text, json, markdown and csv")
