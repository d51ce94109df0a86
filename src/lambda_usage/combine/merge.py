"""One bundle into another: existence is united, counts are added.

Adding counts is right only while no bundle goes in twice, so a bundle that is already there is
left out, whole.
"""

from __future__ import annotations

from dataclasses import replace

from lambda_usage.bundle.model import Bundle, OriginUsage, SourceFile


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
        target.exposures[day] = known + exposure if known else exposure
    for path, file in other.files.items():
        target.files[path] = _unite_files(target.files.get(path), file)
    for key, code in other.codes.items():
        seen = target.codes.get(key)
        target.codes[key] = seen | code if seen else code
    for name, way in other.paths.items():
        before = target.paths.get(name)
        target.paths[name] = before + way if before else way
    for key, counts in other.other.items():
        target.other[key] = target.other[key] + counts if key in target.other else counts
    target.other_paths = target.other_paths + other.other_paths
    for name, distribution in other.distributions.items():
        found = target.distributions.get(name)
        target.distributions[name] = found | distribution if found else distribution
    target.losses.update(other.losses)
    for name, amount in other.costs.items():
        target.costs[name] = target.costs.get(name, 0.0) + amount


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
