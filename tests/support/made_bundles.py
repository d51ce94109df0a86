"""Bundles of one small function, made by hand: as many as a test wants, each different.

Weights are no whole numbers, so that sums show in which order they were added up.
"""

from __future__ import annotations

import ast
import time
from pathlib import Path

from lambda_usage.bundle.groups import GROUPS
from lambda_usage.bundle.model import (
    Bundle,
    BundleId,
    BundleInfo,
    Code,
    CodeKey,
    Counts,
    Exposure,
    Origin,
    OriginUsage,
    SourceFile,
)
from lambda_usage.bundle.model import Path as UsagePath
from lambda_usage.bundle.writer import write_bundle
from lambda_usage.delivery.keys import bundle_key
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.inventory_file import pack
from lambda_usage.recording.package import content_hash

SOURCE = """\
def handler(event, context):
    if event.get("old"):
        return legacy(event)
    return price(event)


def price(event):
    return event.get("amount", 0) * 2


def legacy(event):
    return event["amount"]
"""
START = 1_763_769_600.0  # 2025-11-22
DAY_S = 86_400.0
POISON = b"SQLite format 3\0 and then nothing that makes sense"


def made_bundle(number: int, days: int = 1) -> Bundle:
    """A bundle of a process of its own; the days take turns."""
    first = START + number % days * DAY_S + number % 1000
    origin = Origin(
        f"orders-{number % 3}", runtime="python3.13", recorder="monitoring", root="/var/task"
    )
    name = BundleId(f"{number:08x}", 0)
    usage = _usage(number, time.strftime("%Y-%m-%d", time.gmtime(first)))
    info = BundleInfo(name, origin, True, first, first + 60)
    return Bundle({name: info}, {origin: usage})


def name_of(bundle: Bundle) -> str:
    """As delivery would name it, below a store's address."""
    ((name, info),) = bundle.bundles.items()
    function = info.origin.function_name
    return bundle_key("", function, name.process_id, name.sequence, info.first_time)


def bundle_file(folder: Path, bundle: Bundle) -> Path:
    """Write a bundle where delivery would, below a folder that is a store."""
    path = folder / name_of(bundle)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bundle(bundle, path)
    return path


def inventory_content(folder: Path) -> tuple[str, bytes]:
    """Name and content of the uploaded inventory of :data:`SOURCE`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "app.py").write_text(SOURCE)
    packed = pack(read_inventory(folder), with_source=True)
    return f"inventory/orders/{packed.hash}.json.gz", packed.content


def _usage(number: int, day: str) -> OriginUsage:
    weight = 1 / (0.1 + number % 97 / 101)
    groups = tuple(weight if group == number % GROUPS else 0.0 for group in range(GROUPS))
    exposure = Exposure(
        inits=1,
        invocations=10 + number % 5,
        windows=1,
        weight=weight,
        weight_squared=weight**2,
        weight_max=weight,
        invocation_groups=groups,
        window_groups=groups,
    )
    codes = _codes(number)
    lines = {key: code.invoke_lines for key, code in codes.items() if code.invoke_lines}
    path = f"path-{number % 4}"
    return OriginUsage(
        exposures={day: exposure},
        files={
            "app.py": SourceFile("app.py", content_hash(SOURCE.encode()), len(SOURCE), loaded=True)
        },
        codes=codes,
        paths={path: UsagePath(path, lines, Counts(1, weight, groups), weight / 7, 0.0)},
    )


def _codes(number: int) -> dict[CodeKey, Code]:
    tree = ast.parse(SOURCE)
    module = CodeKey("app.py", "<module>", 1)
    starts = frozenset(each.lineno for each in tree.body)
    codes = {module: Code(module, "h0", starts, starts, frozenset(), START, START)}
    for each in tree.body:
        assert isinstance(each, ast.FunctionDef)
        key = CodeKey("app.py", each.name, each.lineno)
        lines = frozenset(range(each.lineno + 1, (each.end_lineno or 0) + 1))
        ran = lines if each.name == "price" or number % 2 else frozenset[int]()
        seen = START + number if ran and each.name != "legacy" else 0.0
        ran = ran if seen else frozenset()
        codes[key] = Code(key, f"h-{each.name}", lines, frozenset(), ran, seen, seen)
    return codes
