"""Writes docs/configuration.md from ``settings.py``, so that it cannot drift.

``--check`` writes nothing and fails where the file is not what it would write.
"""

from __future__ import annotations

import ast
import sys
from itertools import pairwise
from pathlib import Path

from lambda_usage import settings
from lambda_usage._light import Field, fields
from lambda_usage.settings import Settings

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"
HEAD = """\
# Configuration

Environment variables of the Lambda function. None but `COVERAGE_S3_BUCKET` is needed. A value that makes no sense gives one warning in the function's log, and the default.

| variable | default | meaning |
|---|---|---|
"""
TAIL = """
The exec wrapper reads one more, `COVERAGE_NEXT_WRAPPER`: a wrapper to pass on to, such as OpenTelemetry's `/opt/otel-instrument`.

Uploads use the credentials and the region that Lambda puts into the environment, and honour `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_S3` and `AWS_CA_BUNDLE`.

Patterns are matched with `fnmatch` against the path relative to the function's root and against the full path; `*` crosses `/`. The default scope is the function's own code: what lies under the root and belongs to no distribution that was installed there. A distribution that was installed from a local folder is the user's own, and in scope.

This page is made by `python scripts/configuration.py` from `src/lambda_usage/settings.py`.
"""


def _meanings() -> dict[str, str]:
    """The docstring below each field."""
    tree = ast.parse(Path(settings.__file__).read_text(encoding="utf-8"))
    (body,) = (n.body for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Settings")
    found = {}
    for node, after in pairwise(body):
        if isinstance(node, ast.AnnAssign) and isinstance(after, ast.Expr):
            assert isinstance(node.target, ast.Name)
            found[node.target.id] = " ".join(str(ast.literal_eval(after.value)).split())
    return found


def _default(field: Field) -> str:
    value = field.default
    if value is None:
        return "where the recorder can"
    if value in ("", ()):
        return "–"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def page() -> str:
    """The page's text."""
    meanings = _meanings()
    rows = [
        f"| `{each.metadata['variable']}` | {_default(each)} | {meanings[each.name]} |\n"
        for each in fields(Settings)
        if "variable" in each.metadata
    ]
    return HEAD + "".join(rows).replace("``", "`") + TAIL


def main() -> int:
    """Write the page, or check it."""
    if "--check" in sys.argv:
        if PAGE.read_text(encoding="utf-8") == page():
            return 0
        print("docs/configuration.md is out of date: run python scripts/configuration.py")
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
