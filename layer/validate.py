"""Proves zips of the layer: what is in them, and that they record, under each Python found here.

Without arguments all of this version's in ``dist/``. Exit code 0 where all is well, 1 where
something is wrong, 3 where there is nothing to prove.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lambda_usage.version import __version__  # noqa: E402
from layer.contents import (  # noqa: E402
    Layer,
    NoLayer,
    built,
    byte_code_versions,
    differences,
    faults,
    read_layer,
)
from layer.trial import trial  # noqa: E402
from scripts import pythons  # noqa: E402

SHOWN = 20
"""Faults of one zip: a single cause may have hundreds."""


def main(arguments: list[str] | None = None) -> int:
    """Proves what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("zips", nargs="*", type=Path, help="default: this version's in dist/")
    paths = parser.parse_args(arguments).zips or built(ROOT / "dist", __version__)
    if not paths:
        print(
            f"layer/validate.py: no zip of {__version__} in dist/: run `make build` first",
            file=sys.stderr,
        )
        return 3
    wrong = 0
    read: list[Layer] = []
    for path in paths:
        found = list(_proved(path, read))
        wrong += len(found)
        for fault in found[:SHOWN]:
            print(f"layer/validate.py: {path.name} {fault}", file=sys.stderr)
        if found[SHOWN:]:
            print(f"layer/validate.py: and {len(found) - SHOWN} more", file=sys.stderr)
    return 1 if wrong else 0


def _proved(path: Path, read: list[Layer]) -> Iterator[str]:
    try:
        layer = read_layer(path)
    except NoLayer as error:
        yield f"{error}"
        return
    print(f"{path.name}: {path.stat().st_size:,} bytes, {layer.unpacked:,} unpacked")
    for fault in faults(layer):
        yield f"is wrong: {fault}"
    for other in (each for each in read if each.variant == layer.variant):
        unlike = list(differences(layer, other))
        yield from (f"is wrong: {each}" for each in unlike)
        if not unlike:
            print(f"  equal to {other.path.name} but for machine code")
    read.append(layer)
    if sys.platform != "linux":
        print(f"  not tried: this machine has no Linux, but {sys.platform}")
        return
    yield from _tried(layer)


def _tried(layer: Layer) -> Iterator[str]:
    other = layer.arch if layer.arch != pythons.here() else None
    found = pythons.foreign(other) if other else pythons.found()
    for version in pythons.VERSIONS:
        if version not in found:
            print(f"  not tried: {pythons.missing(version, other)}")
            continue
        failed = False
        for fault in trial(layer, found[version]):
            failed = True
            yield f"fails on Python {version}: {fault}"
        if not failed:
            export = ", exports" if layer.variant == "otel" else ""
            start = "" if version in byte_code_versions(layer) else ", slower to start"
            print(f"  Python {version}: imports and records{export}{start}")


if __name__ == "__main__":
    sys.exit(main())
