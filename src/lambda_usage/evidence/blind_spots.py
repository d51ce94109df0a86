"""What the data cannot show, in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from lambda_usage.bundle.model import TOO_LARGE, Bundle, Exposure, Origin
from lambda_usage.evidence.model import BlindSpot
from lambda_usage.evidence.packages import shipments
from lambda_usage.evidence.reasons import count
from lambda_usage.evidence.scopes import Inventory
from lambda_usage.evidence.summary import bundles_missing, processes_unfinished

_SHOWN = 5
_LOSSES_SHOWN = 20
"""More kinds than lambda-usage has: only a bundle of somebody else's has as many."""


def blind_spots(
    bundle: Bundle,
    inventory: Inventory | None = None,
    broken: Sequence[tuple[str, str]] = (),
    expected_not_seen: Sequence[str] = (),
    unread: Sequence[str] = (),
    left_out: Mapping[str, Sequence[str]] | None = None,
) -> tuple[BlindSpot, ...]:
    """List what a report about a bundle cannot know.

    Args:
        bundle: The data.
        inventory: The source, if it is at hand.
        broken: Bundles that could not be read: name and reason.
        expected_not_seen: Lambda functions that ought to have reported.
        unread: Those of which some is in bundles alone that were too large to be read.
        left_out: By source file: Lambda functions that on the user's word ship another file of
            its path.
    """
    return (
        *_broken(broken),
        *_bundles(bundle),
        *_expected(expected_not_seen),
        *_unread(unread),
        *_windows(bundle),
        *_recorders(bundle),
        *_others(left_out or {}),
        *_source(bundle, inventory, left_out or {}),
    )


def _broken(broken: Sequence[tuple[str, str]]) -> Iterator[BlindSpot]:
    if broken:
        named = _listed([f"{name} ({reason})" for name, reason in broken])
        yield BlindSpot("broken_bundles", f"{_bundles_word(len(broken))} unreadable: {named}.")


def _bundles_word(number: int) -> str:
    return f"{count(number, 'bundle')} {_are(number)}"


def _bundles(bundle: Bundle) -> Iterator[BlindSpot]:
    missing = bundles_missing(bundle)
    if missing:
        yield BlindSpot(
            "bundles_missing",
            f"{_bundles_word(missing)} missing: their invocations and windows are not counted.",
        )
    unfinished = processes_unfinished(bundle)
    if unfinished:
        yield BlindSpot(
            "processes_unfinished",
            f"{count(unfinished, 'process', 'processes')} ended without a last bundle, or "
            f"still {'runs' if unfinished == 1 else 'run'}: what came after the bundles at hand "
            "is unknown.",
        )
    losses: Counter[str] = Counter()
    for usage in bundle.origins.values():
        losses.update(usage.losses)
    if losses.total():
        told = [f"{reason} ({n:,})" for reason, n in losses.most_common(_LOSSES_SHOWN + 1) if n]
        more = f", and {len(losses) - _LOSSES_SHOWN} other losses" * (len(told) > _LOSSES_SHOWN)
        named = ", ".join(told[:_LOSSES_SHOWN]) + more
        yield BlindSpot("losses", f"Not seen, or seen and lost: {named}.")
    silent = [origin for origin, each in shipments(bundle).items() if not each.complete]
    if silent:
        yield BlindSpot(
            "package_unknown",
            f"Which files {_functions(silent)} {_verb(silent, 'ships', 'ship')} is unknown, since "
            "the first bundles are missing: no file can be called dead that it may ship.",
        )


def _expected(names: Sequence[str]) -> Iterator[BlindSpot]:
    if names:
        yield BlindSpot(
            "expected_not_seen",
            f"Expected and never seen: {_listed(names)}. Nothing can be called dead without "
            f"{'it' if len(names) == 1 else 'them'}.",
        )


def _unread(names: Sequence[str]) -> Iterator[BlindSpot]:
    if names:
        yield BlindSpot(
            "bundles_too_large",
            f"Too large to be read: bundles of {_listed(names)}. Nothing can be called dead "
            f"without them; {TOO_LARGE}.",
        )


def _windows(bundle: Bundle) -> Iterator[BlindSpot]:
    exposures = [e for usage in bundle.origins.values() for e in usage.exposures.values()]
    voided = _sum(exposures, "windows_voided")
    if voided:
        yield BlindSpot(
            "windows_voided",
            f"{count(voided, 'window')} {_were(voided)} thrown away, because another invocation "
            "ran at the same time: shares may favour quiet times.",
        )
    unsampled = _sum(exposures, "unsampled")
    if unsampled:
        yield BlindSpot("unsampled", _unsampled(bundle, unsampled, _sum(exposures, "invocations")))
    blind = _sum(exposures, "windows_blind")
    if blind:
        yield BlindSpot(
            "windows_blind",
            f"{count(blind, 'window')} on Python 3.11 had threads running that cannot be seen "
            f"into: {'it proves' if blind == 1 else 'they prove'} nothing to be dead.",
        )
    if not any(each.windows for each in exposures):
        yield BlindSpot("no_windows", "There were no windows: no frequency can be estimated.")


def _unsampled(bundle: Bundle, unsampled: int, invocations: int) -> str:
    it = "it" if unsampled == 1 else "them"
    share = unsampled / max(invocations, unsampled)
    told = (
        f"{count(unsampled, 'invocation')} of {invocations:,} ({share:.2%}) could not have become "
        "a window, since another ran at the same time or too little time was left: shares are "
        f"those of the other invocations, and leave {it} out."
    )
    blind = [
        origin
        for origin, usage in bundle.origins.items()
        if not origin.observes_every_invocation and _sum(usage.exposures.values(), "unsampled")
    ]
    if not blind:
        return told
    return f"{told} On Python 3.11 ({_functions(blind)}) code that only they run is not seen."


def _recorders(bundle: Bundle) -> Iterator[BlindSpot]:
    context = [origin for origin in bundle.origins if not origin.estimates]
    if context:
        yield BlindSpot(
            "context_blocks",
            f"{_functions(context)} {_verb(context, 'uses', 'use')} CoverageContext, whose blocks "
            "may stand under a condition: shares are not estimated from them.",
        )
    ctrace = [origin for origin in bundle.origins if not origin.observes_every_invocation]
    if ctrace:
        yield BlindSpot(
            "ctrace",
            f"{_functions(ctrace)} {_verb(ctrace, 'runs', 'run')} on Python 3.11, where nothing "
            "is seen outside windows.",
        )
    unseen = {
        (origin, path)
        for origin, usage in bundle.origins.items()
        for path, file in usage.files.items()
        if file.loaded and not file.body_seen
    }
    if unseen:
        files = len({path for _, path in unseen})
        yield BlindSpot(
            "body_not_seen",
            f"{count(files, 'module')} had been loaded before recording began: which lines "
            f"of {'its body' if files == 1 else 'their bodies'} ran there is unknown.",
        )


def _others(left_out: Mapping[str, Sequence[str]]) -> Iterator[BlindSpot]:
    if left_out:
        names = sorted({name for each in left_out.values() for name in each})
        one = len(names) == 1
        yield BlindSpot(
            "other_files",
            f"On your word, {count(len(names), 'other Lambda function')} "
            f"{'ships' if one else 'ship'} other files of the same names "
            f"({_listed(sorted(left_out))}): {_listed(names)}. What "
            f"{'it runs' if one else 'they run'} of them is not looked at.",
        )


def _source(
    bundle: Bundle, inventory: Inventory | None, left_out: Mapping[str, Sequence[str]]
) -> Iterator[BlindSpot]:
    if inventory is None:
        return
    if inventory.problems:
        named = _listed([f"{each.path} ({each.reason})" for each in inventory.problems])
        yield BlindSpot("not_parsed", f"Not understood, so not judged: {named}.")
    if inventory.keep_problems:
        named = _listed([f"{each.path} ({each.reason})" for each in inventory.keep_problems])
        yield BlindSpot("keep_mistakes", f"Suppressions to be mended: {named}.")
    beyond = sorted(
        {
            path
            for usage in bundle.origins.values()
            for path, file in usage.files.items()
            if file.hash
        }
        - inventory.units.keys()
        - {each.path for each in inventory.problems}
    )
    if beyond:
        yield BlindSpot(
            "not_in_source",
            f"{count(len(beyond), 'file')} {_are(len(beyond))} shipped and not in the source at "
            f"hand, so not judged: {_listed(beyond)}.",
        )
    differing = sorted(
        path
        for path, unit in inventory.units.items()
        if _differs(bundle, path, unit.hash, left_out.get(path, ()))
    )
    if differing:
        yield BlindSpot(
            "source_differs",
            f"{count(len(differing), 'file')} {_are(len(differing))} shipped in another version "
            f"by some Lambda function: {_listed(differing)}. What that version ran proves nothing "
            "about this source.",
        )


def _differs(bundle: Bundle, path: str, source_hash: str, left_out: Sequence[str]) -> bool:
    files = (
        usage.files.get(path)
        for origin, usage in bundle.origins.items()
        if origin.function_name not in left_out
    )
    return any(file is not None and file.hash not in ("", source_hash) for file in files)


def _sum(exposures: Iterable[Exposure], name: str) -> int:
    return sum(int(getattr(each, name)) for each in exposures)


def _names(origins: Iterable[Origin]) -> list[str]:
    return sorted({origin.lambda_function for origin in origins})


def _functions(origins: Iterable[Origin]) -> str:
    return _listed(_names(origins))


def _verb(origins: Iterable[Origin], singular: str, plural: str) -> str:
    return singular if len(_names(origins)) == 1 else plural


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
