"""Sound bundles, for harm to be done to."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from lambda_usage.bundle import model
from lambda_usage.bundle.writer import write_bundle
from lambda_usage.recording.package import content_hash

NOW = 1_790_000_000.0


def source_text(functions: int) -> str:
    """The source of each file that a sound bundle tells of."""
    first_lines = range(1, 4 * functions, 4)
    return "".join(f"def f{line}():\n    x = 1\n    return x\n\n" for line in first_lines)


def sound_bundle(files: int = 2, functions: int = 3, origins: int = 1) -> model.Bundle:
    """A small bundle with a row in every table."""
    bundle = model.Bundle()
    for number in range(origins):
        origin = model.Origin(
            "orders", f"alias{number}", "1", "eu-west-1", "python3.13", "x86_64", 128,
            "on-demand", "monitoring", "wrapper", "p1", "/var/task",
        )  # fmt: skip
        bundle.origins[origin] = _usage(files, functions)
        name = model.BundleId("0123456789abcdef", number)
        bundle.bundles[name] = model.BundleInfo(name, origin, True, NOW, NOW + 60, True)
    return bundle


def _usage(files: int, functions: int) -> model.OriginUsage:
    groups = (3.0, *model.NO_WEIGHTS[1:])
    counts = model.Counts(3, 3.0, groups)
    usage = model.OriginUsage(
        other_paths=counts, losses=Counter({"windows": 1}), costs={"flush_s": 0.1}
    )
    usage.exposures["2026-09-21"] = model.Exposure(
        1, 9, 0, 3, 3.0, 3.0, 1.0, invocation_groups=groups, window_groups=groups
    )
    text = source_text(functions).encode()
    for file in range(files):
        path = f"pkg/mod{file}.py"
        usage.files[path] = model.SourceFile(path, content_hash(text), len(text), loaded=True)
        for first in range(1, 4 * functions, 4):
            key = model.CodeKey(path, f"f{first}", first)
            lines = frozenset({first, first + 1, first + 2})
            usage.codes[key] = model.Code(
                key, "c0de", lines, frozenset({first}), lines, NOW, NOW + 1,
                frozenset({(-1, first)}),
            )  # fmt: skip
    usage.distributions["attrs"] = model.Distribution("attrs", "25.1", imported=True)
    ran = {key: code.invoke_lines for key, code in usage.codes.items()}
    traces = tuple(model.TracedWindow(NOW - n, f"{n + 1:032x}", 0.5) for n in range(2))
    usage.paths["p"] = model.Path("p", ran, counts, 1, traces=traces)
    usage.other[next(iter(usage.codes))] = counts
    return usage


def sound_files(folder: Path) -> list[bytes]:
    """What damage is done to."""
    made = []
    for number, shape in enumerate([(1, 1, 1), (2, 3, 1), (3, 20, 2)]):
        bundle = sound_bundle(*shape)
        if number == 1:
            (origin,) = bundle.origins
            bundle.origins[replace(origin, alias="idle")] = model.OriginUsage()
        path = folder / f"sound-{number}"
        write_bundle(bundle, path)
        made.append(path.read_bytes())
        path.unlink()
    return made
