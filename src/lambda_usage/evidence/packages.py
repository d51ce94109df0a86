"""Which files each origin ships, and which origins are one Lambda function.

A process tells what its package ships in its first bundle only, and what alias it serves when it
is first invoked. What it did not tell is known from others of the same package, or not at all.
"""

from __future__ import annotations

from collections import ChainMap, Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from lambda_usage.bundle.model import Bundle, Origin, OriginUsage, SourceFile


@dataclass(frozen=True, slots=True)
class Shipment:
    """The files that an origin ships."""

    files: Mapping[str, SourceFile]
    complete: bool
    """False where no process of this package got through with its list: it may ship any file."""


class _Both(ChainMap[str, SourceFile]):
    """What an origin knows of a file, else what others of its package do.

    Not merged, since many aliases of a large package would fill memory; and asked for often.
    """

    def __contains__(self, path: object) -> bool:
        own, others = self.maps
        return path in own or path in others


def shipments(bundle: Bundle) -> dict[Origin, Shipment]:
    """What each origin of *bundle* ships."""
    listed: dict[str, dict[str, SourceFile]] = defaultdict(dict)
    shared = Counter(origin.package for origin in bundle.origins)
    for origin, usage in bundle.origins.items():
        if origin.package and shared[origin.package] > 1:
            listed[origin.package].update(
                (file.path, SourceFile(file.path, file.hash, file.size, loaded=False))
                for file in usage.files.values()
            )
    known = {info.origin.package for info in bundle.bundles.values()}
    told = {info.origin.package for info in bundle.bundles.values() if info.lists_package}
    return {
        origin: Shipment(
            _Both(usage.files, listed[origin.package]) if listed[origin.package] else usage.files,
            origin.package not in known - told,
        )
        for origin, usage in bundle.origins.items()
    }


def without_idle(origins: Mapping[Origin, OriginUsage]) -> dict[Origin, OriginUsage]:
    """*origins* without those that were started ahead of need and never invoked.

    Such a process cannot know which alias it serves. Where its function is known by aliases, it
    is no function of its own; where it is all that is known of the function, it stays.
    """
    aliased = {
        (origin.function_name, origin.region)
        for origin, usage in origins.items()
        if origin.alias and _invoked(usage)
    }
    return {
        origin: usage
        for origin, usage in origins.items()
        if origin.alias or _invoked(usage) or (origin.function_name, origin.region) not in aliased
    }


def _invoked(usage: OriginUsage) -> bool:
    return any(exposure.invocations for exposure in usage.exposures.values())
