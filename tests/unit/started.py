"""A small function to start an agent in, and the bundles that it delivered."""

from __future__ import annotations

import sys
from pathlib import Path

from lambda_usage.bundle.model import Bundle, Code, OriginUsage
from lambda_usage.bundle.reader import read_bundle

ON_MONITORING = sys.version_info >= (3, 12)
APP = """\
import helper

ready = helper.shared(1)

def handler(event, context):
    if event % 2:
        return helper.shared(event)
    import lazy
    return lazy.even(event)

def never():
    return 0
"""
FILES = {
    "app.py": APP,
    "helper.py": """\
        def shared(n):
            return n

        def at_import_only():
            return 1

        at_import_only()
        """,
    "lazy.py": "def even(n):\n    return n\n",
    "unloaded.py": "x = 1\n",
    "lib/__init__.py": "",
    "lib-1.0.dist-info/RECORD": "lib/__init__.py,,\n",
}
REDIRECT = """\
import lambda_usage
handler = lambda_usage.handler
print([handler(n, None) for n in range(6)])
"""


def environment(task: Path, **more: str) -> dict[str, str]:
    return {
        "COVERAGE_HANDLER": "app.handler",
        "COVERAGE_S3_BUCKET": str(task.parent / "store"),
        "LAMBDA_TASK_ROOT": str(task),
        "AWS_LAMBDA_FUNCTION_NAME": "orders",
        "COVERAGE_OVERHEAD_BUDGET": "1",  # each invocation is a window
        "COVERAGE_MAX_WINDOWS_PER_MINUTE": "1000000",
        **more,
    }


def delivered(task: Path) -> list[Bundle]:
    return [read_bundle(each) for each in sorted((task.parent / "store").rglob("*.coverage"))]


def usage_of(bundle: Bundle) -> OriginUsage:
    (found,) = bundle.origins.values()
    return found


def code(bundle: Bundle, path: str, name: str) -> Code:
    (found,) = [
        each
        for key, each in usage_of(bundle).codes.items()
        if (key.path, key.qualname) == (path, name)
    ]
    return found
