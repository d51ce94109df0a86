"""Which Lambda functions ship a source file, and in which version."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from lambda_usage.bundle.model import Bundle
from lambda_usage.evidence.scopes import SourceUnit
from lambda_usage.evidence.sightings import View, views


class Edition(StrEnum):
    """How a shipped file compares with the source."""

    SAME = "same"
    OTHER = "other"
    UNREAD = "unread"
    """Its content is unknown: out of the recorders' scope, or not readable."""
    UNLISTED = "unlisted"
    """It may be shipped: the list of files never arrived."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """What one Lambda function ships under the path of a source file."""

    lambda_function: str
    editions: dict[Edition, tuple[str, ...]]
    """The versions of the Lambda function (``$LATEST``, ``42``) that ship each; those without a
    name are left out of the tuple."""


def shipped(bundle: Bundle, unit: SourceUnit) -> tuple[Shipped, ...]:
    """Tell what each Lambda function that ships a file ships, by name."""
    found: dict[str, dict[Edition, set[str]]] = defaultdict(lambda: defaultdict(set))
    for view in views(bundle):
        if view.ships(unit.path):
            origin = view.origin
            found[origin.lambda_function][edition(view, unit)].add(origin.version)
    return tuple(
        Shipped(
            name,
            {each: tuple(sorted(filter(None, found[name][each]))) for each in sorted(found[name])},
        )
        for name in sorted(found)
    )


def edition(view: View, unit: SourceUnit) -> Edition:
    """How what an origin ships, or may, under the path of a source file compares with it."""
    file = view.file(unit.path)
    if file is None:
        return Edition.UNLISTED
    if not file.hash:
        return Edition.UNREAD
    return Edition.SAME if file.hash == unit.hash else Edition.OTHER
