"""Which Lambda functions have a say about a source file.

All that ship a file of its path, as long as any of them may be deployed from the source. Teams with
one folder for each function say which are: then a file of the same path in another function's
package is another file, unless something speaks against it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lambda_usage.bundle.model import Bundle, CodeKey, Origin, OriginUsage, Path
from lambda_usage.evidence.scopes import Inventory, SourceUnit
from lambda_usage.evidence.shipped import Edition, edition
from lambda_usage.evidence.sightings import View


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who has a say about one source file."""

    shipping: list[View]
    """Origins that ship it, or may."""
    left_out: tuple[str, ...] = ()
    """Lambda functions that ship another file of its path."""
    unclaimed: bool = False
    """Lambda functions were named, and none of them ships it."""


class DeployedFrom:
    """Knows which Lambda functions are deployed from a source tree, as far as somebody said so.

    Args:
        origins: All that were heard of.
        inventory: The source.
        source_functions: Those that are deployed from it, with or without an alias; where there
            are none, any may be. All aliases and versions are one Lambda function.
    """

    def __init__(
        self, origins: Sequence[View], inventory: Inventory, source_functions: Iterable[str]
    ) -> None:
        self._origins = origins
        self._named = {each.partition(":")[0] for each in source_functions}
        self._carrying = _carrying(origins, inventory) if self._named else {}

    def concerned(self, unit: SourceUnit) -> Concerned:
        """Tell who has a say about a file.

        Of those that are not named, those are left out whose every package is known to hold other
        bytes under its path, and nowhere this very file. That takes a named one that ships a file
        of this path: where none does, what others ship may well be this one.
        """
        shipping = [view for view in self._origins if view.ships(unit.path)]
        if not self._named:
            return Concerned(shipping)
        editions: dict[str, set[Edition]] = defaultdict(set)
        for view in shipping:
            editions[view.origin.function_name].add(edition(view, unit))
        if self._named.isdisjoint(editions):
            return Concerned(shipping, unclaimed=True)
        carrying = self._carrying.get(unit.hash, set())
        others = {
            name
            for name, found in editions.items()
            if found == {Edition.OTHER} and name not in self._named and name not in carrying
        }
        heard = [view for view in shipping if view.origin.function_name not in others]
        return Concerned(heard, tuple(sorted(others)))


def other_files_apart(bundle: Bundle, left_out: Mapping[str, Sequence[str]]) -> Bundle:
    """The data, with files that only share their path with a source file under a name of their own.

    ``app.py (inventory)`` it is then, so that nothing that is told by path takes it for the
    source's.

    Args:
        bundle: The data.
        left_out: By path: the Lambda functions that ship another file under it.
    """
    origins = bundle.origins.items()
    taken = {
        path.id
        for origin, usage in origins
        for path in usage.paths.values()
        if not any(origin.function_name in left_out.get(key.path, ()) for key in path.lines)
    }
    return Bundle(bundle.bundles, {o: _apart(o, u, left_out, taken) for o, u in origins})


def _apart(
    origin: Origin,
    usage: OriginUsage,
    left_out: Mapping[str, Sequence[str]],
    taken: Collection[str],
) -> OriginUsage:
    """What an origin saw, with other names for some files."""
    own = origin.function_name
    names = {path: f"{path} ({own})" for path, others in left_out.items() if own in others}
    if not names:
        return usage

    def key(of: CodeKey) -> CodeKey:
        return of._replace(path=names.get(of.path, of.path))

    def path(of: Path) -> Path:
        lines = {key(code): ran for code, ran in of.lines.items()}
        # functions may be alike, line by line, in files that are not: a path of theirs is another
        same = lines.keys() == of.lines.keys() or of.id not in taken
        return replace(of, id=of.id if same else f"{of.id} ({own})", lines=lines)

    files = [replace(each, path=names.get(each.path, each.path)) for each in usage.files.values()]
    codes = [replace(each, key=key(each.key)) for each in usage.codes.values()]
    paths = [path(each) for each in usage.paths.values()]
    return replace(
        usage,
        files={each.path: each for each in files},
        codes={each.key: each for each in codes},
        paths={each.id: each for each in paths},
        other={key(k): counts for k, counts in usage.other.items()},
    )


def _carrying(origins: Iterable[View], inventory: Inventory) -> dict[str, set[str]]:
    """By hash of a source file: which Lambda functions ship it, under whatever path."""
    hashes = {unit.hash for unit in inventory.units.values()}
    found: dict[str, set[str]] = defaultdict(set)
    for view in origins:
        for file in view.shipment.files.values():
            if file.hash in hashes:
                found[file.hash].add(view.origin.function_name)
    return found
