"""Lambda functions of which some is in bundles alone that were too large to be read."""

from __future__ import annotations

from collections.abc import Sequence

from lambda_usage.bundle.model import UNREAD, Bundle


def unread(bundle: Bundle) -> tuple[str, ...]:
    """Their names, or those of files that are not named as bundles are."""
    losses = {loss for usage in bundle.origins.values() for loss in usage.losses}
    return tuple(sorted(loss.removeprefix(UNREAD) for loss in losses if loss.startswith(UNREAD)))


def own(names: Sequence[str], lambda_function: str) -> tuple[str, ...]:
    """Those of *names* that are the Lambda function, with whatever alias."""
    return tuple(each for each in names if each == lambda_function.partition(":")[0])
