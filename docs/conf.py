"""The site that ``make docs`` builds, of the repository's Markdown as it is.

Its source is the whole repository, so that each relative link means in the site what it means on
GitHub; and it loads nothing from anywhere. Which pages stand under which heading of its contents is
told by the links of ``docs/index.md``, once for both.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

from lambda_usage.version import __version__

ROOT = Path(__file__).parents[1]
HOME = "docs/index"

project = html_title = "lambda-usage"
version = release = __version__
project_copyright = "the authors of lambda-usage, MIT licence"
extensions = ["myst_parser"]
root_doc = HOME
include_patterns = ["*.md", "docs/**.md", "*/README.md", "*/*/README.md"]
exclude_patterns = [".*", "build", "dist", "src", "tests", "**/node_modules", "**/cdk.out"]
# Whatever cannot be resolved is a warning, and `make docs` takes warnings for errors.
nitpicky = True
myst_heading_anchors = 4
highlight_language = "text"
smartquotes = False  # they would make a dash of the two before an option

html_theme = "furo"
html_static_path = ["site"]
html_css_files = ["site.css"]
html_copy_source = html_show_sourcelink = html_use_index = False
html_show_search_summary = False  # it takes a server: a browser lets no file fetch another

_LINK = re.compile(r"\[([^\]\n]*)\]\(([^)#\s]+)(#[^)\s]*)?\)")
_FOLDERS = {"docs/deploy/": "Ways to deploy", "examples/": "Examples", "": "In the repository"}
"""Headings of pages that are on no map."""
_TO_THE_HOME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>lambda-usage</title>
<meta http-equiv="refresh" content="0; url=docs/index.html"></head>
<body><a href="docs/index.html">lambda-usage</a></body></html>
"""


def _for_the_site(app: Sphinx, page: str, source: list[str]) -> None:
    """What GitHub shows and a site has not: folders. And the contents, which GitHub has not."""
    folder = (ROOT / page).parent

    def link(found: re.Match[str]) -> str:
        return found[1] if (folder / found[2]).is_dir() else found[0]

    source[0] = _LINK.sub(link, source[0])
    if page == HOME:
        source[0] += _contents(app, source[0])


def _contents(app: Sphinx, home: str) -> str:
    """A heading of the contents for each of the map's; what is on no map comes last."""
    left = set(app.env.found_docs) - {HOME}
    parts: dict[str, list[str]] = {}
    for section in home.split("\n## ")[1:]:
        heading, _, text = section.partition("\n")
        for found in _LINK.finditer(text):
            target = (ROOT / HOME).parent.joinpath(found[2]).resolve()
            page = target.relative_to(ROOT).with_suffix("").as_posix()
            if page in left:
                left.remove(page)
                parts.setdefault(heading, []).append(page)
    for page in sorted(left):
        heading = next(told for folder, told in _FOLDERS.items() if page.startswith(folder))
        parts.setdefault(heading, []).append(page)
    return "".join(
        "\n```{toctree}\n:hidden:\n:caption: "
        + heading
        + "\n"
        + "".join(f"/{page}\n" for page in pages)
        + "```\n"
        for heading, pages in parts.items()
    )


def _first_page(app: Sphinx, failed: Exception | None) -> None:
    if failed is None:
        (Path(app.outdir) / "index.html").write_text(_TO_THE_HOME, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _for_the_site)
    app.connect("build-finished", _first_page)
