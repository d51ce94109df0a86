"""Puts the page together: one file, with every part of it inline."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TextIO

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lambda_usage.evidence.model import DeadCodeReport, HotPathsReport
from lambda_usage.evidence.scopes import Inventory
from lambda_usage.reports._lines import letters
from lambda_usage.reports.html._numbering import numbering
from lambda_usage.reports.html._packing import as_json, deflated, encodable
from lambda_usage.reports.html._path_details import details_of_paths
from lambda_usage.reports.html._payload import for_later, for_the_start
from lambda_usage.reports.html._source import packed_source
from lambda_usage.reports.html._summary import summary

STYLES = ("tokens", "base", "layout", "overview", "tables", "details", "source", "print")
SCRIPTS = (
    "dom",
    "data",
    "words",
    "router",
    "table",
    "filters",
    "treemap",
    "overview",
    "dead",
    "functions",
    "function",
    "files",
    "lines",
    "file",
    "ways",
    "traffic",
    "path",
    "shipped",
    "main",
)
"""Parts of one module, in the order in which they stand."""


def write_html(
    dead_code: DeadCodeReport,
    hot_paths: HotPathsReport,
    inventory: Inventory,
    out: TextIO,
    trace_url: str = "",
) -> None:
    """Write both reports as one self-contained page. Equal reports give equal bytes.

    The page loads nothing: scripts and styles are inline, and its Content-Security-Policy admits
    only these, by their hashes, and no request to anywhere.

    Args:
        dead_code: Which code is not used.
        hot_paths: Where the traffic goes.
        inventory: Where the source text comes from; files without text are listed without it.
        out: Where to write; UTF-8.
        trace_url: Where the ids of traces lead to, as :func:`checked_trace_url` lets it pass;
            empty, and they lead nowhere.
    """
    numbers = numbering(dead_code, hot_paths)
    lines = letters(dead_code)
    sources = {
        file.file: packed_source(text, lines[file.file], file.statements)
        for file in dead_code.files
        if (text := inventory.text(file.file)) is not None
    }
    first = for_the_start(dead_code, hot_paths, numbers, lines, list(sources))
    ways = details_of_paths(dead_code, hot_paths, numbers, inventory, trace_url)
    theme, styles, script = _part("scripts/theme.js"), _styles(), _script()
    page = (
        _environment()
        .get_template("report.html.jinja")
        .generate(
            policy=_policy([theme, script], styles),
            theme=Markup(theme),
            styles=Markup(styles),
            script=Markup(script),
            summary=summary(dead_code, numbers, lines),
            blind_spots=list(dict.fromkeys((*dead_code.blind_spots, *hot_paths.blind_spots))),
            data=Markup(as_json(first)),
            later=Markup(deflated(for_later(dead_code, numbers))),
            paths=Markup(deflated(ways)),
            sources=[Markup(each) for each in sources.values()],
        )
    )
    out.writelines(map(encodable, page))


def _policy(scripts: list[str], styles: str) -> str:
    """What the page may do: run and look as it was written, and nothing else."""
    allowed = " ".join(map(_hash, scripts))
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(styles)}; img-src data:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def _styles() -> str:
    return "\n".join(_part(f"styles/{name}.css") for name in STYLES)


@cache
def _script() -> str:
    return "\n".join(_part(f"scripts/{name}.js") for name in SCRIPTS)


def _part(name: str) -> str:
    return files("lambda_usage.reports.html").joinpath(name).read_text("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("lambda_usage.reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["thousands"] = "{:,}".format
    return environment
