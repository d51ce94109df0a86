"""Chromium without a head, and reports opened in it.

A page that says anything on its console, or asks for anything from anywhere, fails its test.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request
from playwright.sync_api import Error as PlaywrightError

from tests.support.paths import Unavailable

VARIABLE = "LAMBDA_USAGE_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")
HINT = (
    "install one (on Debian: apt-get install chromium; anywhere: python -m playwright install "
    f"chromium), or name one in {VARIABLE}"
)
FLAGS = (
    "--no-sandbox",  # a container's root has no other choice
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launched(playwright: Playwright) -> Browser:
    """The browser of this machine.

    Raises:
        Unavailable: There is none, or it does not start.
    """
    named = os.environ.get(VARIABLE)
    installed = playwright.chromium.executable_path
    own = installed if Path(installed).exists() else None
    found = named or own or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise Unavailable(f"there is no Chromium: {HINT}")
    try:
        return playwright.chromium.launch(executable_path=found, args=list(FLAGS))
    except PlaywrightError as error:
        first = str(error).splitlines()[0]
        raise Unavailable(f"{found} does not start ({first}): {HINT}") from error


@dataclass
class Opened:
    """A report in a browser's window."""

    page: Page
    file: Path
    said: list[str] = field(default_factory=list)
    """What it said on its console, and errors that nothing caught."""
    asked: list[str] = field(default_factory=list)
    """Addresses that it asked for, but for its own."""

    def go(self, fragment: str = "") -> None:
        """Load the report anew, at a place of it."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.file.as_uri()}#{fragment}")
        self.settled()

    def settled(self) -> None:
        """Wait for the first view."""
        self.page.locator("html[data-ready]").wait_for(state="attached")

    def follow(self, fragment: str) -> None:
        """Go to a place as a link does, without loading anew."""
        self.page.evaluate("to => { location.hash = to }", fragment)


@contextmanager
def opened(browser: Browser, file: Path, **options: object) -> Iterator[Opened]:
    """A report in a window of its own; ``options`` are those of a Playwright context.

    Raises:
        AssertionError: It said something on its console, or asked for something.
    """
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})  # type: ignore[arg-type]
    page = context.new_page()
    report = Opened(page, file)

    def said(message: ConsoleMessage) -> None:
        report.said.append(f"{message.type}: {message.text}")

    def asked(request: Request) -> None:
        if request.url.split("#")[0] != file.as_uri():
            report.asked.append(request.url[:200])

    page.on("console", said)
    page.on("pageerror", lambda error: report.said.append(str(error)))
    page.on("request", asked)
    try:
        report.go()
        yield report
        assert report.said == []
        assert [each for each in report.asked if not each.startswith("data:image/")] == []
    finally:
        context.close()
