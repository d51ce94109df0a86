"""One bundle into another: existence is united, counts are added.

Adding counts is right only while no bundle goes in twice, so a bundle that is already there is
left out, whole.
"""

from __future__ import annotations

from dataclasses import replace

from lambda_usage.bundle.model import (
    Bundle,
    Code,
    Exposure,
    OriginUsage,
    Path,
    SourceFile,
    add_weights,
)


def merge_into(target: Bundle, other: Bundle) -> bool:
    """Add what *other* has to *target*, which takes ownership of it.

    Returns:
        False, and nothing is changed, where *target* already has any bundle of *other*.
    """
    if not other.bundles.keys().isdisjoint(target.bundles):
        return False
    target.bundles.update(other.bundles)
    for origin, usage in other.origins.items():
        if origin in target.origins:
            _merge_usage(target.origins[origin], usage)
        else:
            target.origins[origin] = usage
    return True


def _merge_usage(target: OriginUsage, other: OriginUsage) -> None:
    for day, exposure in other.exposures.items():
        known = target.exposures.get(day)
        target.exposures[day] = _add_exposures(known, exposure) if known else exposure
    for path, file in other.files.items():
        target.files[path] = _unite_files(target.files.get(path), file)
    for key, code in other.codes.items():
        seen = target.codes.get(key)
        target.codes[key] = _unite_codes(seen, code) if seen else code
    for name, way in other.paths.items():
        before = target.paths.get(name)
        target.paths[name] = _add_paths(before, way) if before else way
    for key, counts in other.other.items():
        target.other[key] = target.other[key] + counts if key in target.other else counts
    target.other_paths = target.other_paths + other.other_paths
    for name, version in other.distributions.items():
        target.distributions[name] = max(version, target.distributions.get(name, ""))
    target.imports |= other.imports
    target.losses.update(other.losses)
    for name, amount in other.costs.items():
        target.costs[name] = target.costs.get(name, 0.0) + amount


def _add_exposures(left: Exposure, right: Exposure) -> Exposure:
    return Exposure(
        inits=left.inits + right.inits,
        invocations=left.invocations + right.invocations,
        unsampled=left.unsampled + right.unsampled,
        windows=left.windows + right.windows,
        weight=left.weight + right.weight,
        weight_squared=left.weight_squared + right.weight_squared,
        weight_max=max(left.weight_max, right.weight_max),
        windows_voided=left.windows_voided + right.windows_voided,
        windows_blind=left.windows_blind + right.windows_blind,
        weight_blind=left.weight_blind + right.weight_blind,
        invocation_groups=add_weights(left.invocation_groups, right.invocation_groups),
        window_groups=add_weights(left.window_groups, right.window_groups),
    )


def _unite_files(left: SourceFile | None, right: SourceFile) -> SourceFile:
    if left is None:
        return right
    return replace(
        left,
        hash=left.hash or right.hash,
        size=max(left.size, right.size),
        loaded=left.loaded or right.loaded,
        # a process that had the body from its beginning is enough to know which lines it has
        body_seen=(left.loaded and left.body_seen) or (right.loaded and right.body_seen)
        if left.loaded or right.loaded
        else left.body_seen and right.body_seen,
    )


def _unite_codes(left: Code, right: Code) -> Code:
    firsts = [each.first_seen for each in (left, right) if each.first_seen]
    return Code(
        left.key,
        left.hash or right.hash,
        left.executable | right.executable,
        left.init_lines | right.init_lines,
        left.invoke_lines | right.invoke_lines,
        min(firsts, default=0.0),
        max(left.last_seen, right.last_seen),
        left.arcs | right.arcs,
    )


def _add_paths(left: Path, right: Path) -> Path:
    lines = dict(left.lines)
    for key, found in right.lines.items():
        lines[key] = lines.get(key, frozenset()) | found
    return Path(
        left.id,
        lines,
        left.counts + right.counts,
        left.duration + right.duration,
        left.errors + right.errors,
    )
