"""Whether every report takes a bundle well, and none of its words becomes a script."""

from __future__ import annotations

import io
import json
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

from lambda_usage.bundle.model import Bundle
from lambda_usage.bundle.writer import write_bundle
from lambda_usage.cli._options import Form
from lambda_usage.combine.combiner import Combined
from lambda_usage.combine.listing import list_usage
from lambda_usage.combine.summary import summarize
from lambda_usage.evidence.dead_code import dead_code_report
from lambda_usage.evidence.hot_paths import hot_paths_report
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.model import DeadCodeReport, HotPathsReport, Thresholds
from lambda_usage.reports import renderer_for
from lambda_usage.reports.html import write_html

from .limits import limited
from .sound import source_text

TODAY = date(2026, 11, 28)


class _Elements(HTMLParser):
    """What a page is made of, without its words."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[tuple[tuple[str, str | None], ...]] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self.scripts.append(tuple(attrs))
        for name, value in attrs:
            if name.startswith("on") or (value or "").lstrip().lower().startswith("javascript:"):
                self.handlers.append(f"{tag} {name}={value}")


class Reports:
    """Makes all of them of a bundle; called with one, it raises where something is amiss."""

    def __init__(self, folder: Path) -> None:
        source = folder / "source"
        (source / "pkg").mkdir(parents=True)
        for number in range(2):
            (source / f"pkg/mod{number}.py").write_text(source_text(3))
        self._inventory = read_inventory(source)
        self._page = folder / "page.html"
        self._copy = folder / "combined.coverage"
        dead = dead_code_report(Bundle(), self._inventory, Thresholds(1, 0), (), TODAY)
        empty = _Elements()
        empty.feed(self._html(dead, hot_paths_report(Bundle(), self._inventory)))
        self._scripts = empty.scripts

    def __call__(self, bundle: Bundle) -> None:
        combined = Combined(bundle, len(bundle.bundles), 0, (), ())
        with limited():
            json.dumps([summarize(combined, None), list_usage(bundle)], allow_nan=False)
        with limited():
            dead = dead_code_report(bundle, self._inventory, Thresholds(1, 0), (), TODAY)
        with limited():
            hot = hot_paths_report(bundle, self._inventory)
        for form in Form:
            if form is not Form.HTML:
                with limited():
                    renderer_for(form).dead_code(dead, io.StringIO())
                    renderer_for(form).hot_paths(hot, io.StringIO())
        with limited():
            text = self._html(dead, hot)
        page = _Elements()
        page.feed(text)
        if page.scripts != self._scripts or page.handlers:
            raise AssertionError(f"a script in the page: {page.scripts} {page.handlers}")
        with limited():
            write_bundle(bundle, self._copy, kind="combined")

    def _html(self, dead: DeadCodeReport, hot: HotPathsReport) -> str:
        # a StringIO takes four bytes for each letter
        with self._page.open("w", encoding="utf-8") as out:
            write_html(dead, hot, self._inventory, out)
        return self._page.read_text(encoding="utf-8")
