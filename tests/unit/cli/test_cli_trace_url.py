"""``--trace-url``: the ids of traces become links, and only to where a browser may go."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]
URL = "https://x.example/traces/{trace_id}?view=all#t"


@pytest.mark.parametrize("report", ["dead-code", "hot-paths"])
def test_the_page_knows_where_traces_are_looked_up(
    report: str, cli: Cli, store: Path, source: Path
) -> None:
    asked = ("report", report, store, "--source", source, "--format", "html")
    for url in (URL, "http://localhost:16686/trace/{trace_id}", ""):
        done = cli(*asked, *(("--trace-url", url) if url else ()))
        assert done.code == 0
        packed = re.search(r'<script[^>]* id="paths"[^>]*>([^<]*)', done.out)
        assert packed
        assert json.loads(zlib.decompress(base64.b64decode(packed[1])))["trace_url"] == url


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://x.example/traces/", "has no {trace_id}"),
        ("javascript:alert('{trace_id}')", "does not begin with https://"),
        ("data:text/html,{trace_id}", "does not begin with https://"),
        ("file:///etc/{trace_id}", "does not begin with https://"),
        ("x.example/{trace_id}", "does not begin with https://"),
        ("https://{trace_id}", "does not begin with https://"),
        ("https:///{trace_id}", "does not begin with https://"),
        ("https://[x/{trace_id}", "Invalid IPv6"),
        (" https://x.example/{trace_id}", "has a space or a control character"),
        ("java\tscript:alert(1)//{trace_id}", "has a space or a control character"),
    ],
)
def test_what_is_no_address_of_traces_is_wrong_usage(
    url: str, words: str, cli: Cli, store: Path, source: Path
) -> None:
    done = cli(
        "report", "hot-paths", store, "--source", source, "--format", "html", "--trace-url", url
    )
    assert done.code == 2
    assert "--trace-url: " in done.err
    assert words in done.err
    assert not done.out


@pytest.mark.parametrize("form", ["text", "json", "markdown", "csv"])
def test_a_form_without_links_takes_no_address(form: str, cli: Cli, store: Path) -> None:
    done = cli("report", "hot-paths", store, "--format", form, "--trace-url", URL)
    assert done.code == 2
    assert "--trace-url: only the HTML form has links: --format html" in done.err
