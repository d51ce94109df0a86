"""What is deployed where: the CDK's context, read once and held to what makes sense."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

LOAD_TEST = "lambda-usage-load-test"
"""The stack of the load test. No environment has a name that would make another one so named."""
_ENVIRONMENT = re.compile(r"[a-z][a-z0-9]{0,15}")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]")
_LAYER = re.compile(r"arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:layer:[A-Za-z0-9_-]+:[0-9]+")
_ADDRESS = re.compile(r"https?://[^/\s]+")
_TOPIC = re.compile(r"arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+")

Read = Callable[[str], object]
"""Gives the value of a key of the context, or ``None``."""


class ContextError(Exception):
    """A value makes no sense: says which, and what to write."""


@dataclass(frozen=True, slots=True)
class Context:
    """One deployment. The README has a line on each."""

    environment: str
    regions: tuple[str, ...]
    """Empty: the region of whoever deploys."""
    sample_rate: float
    overhead_budget: float
    examples: bool
    """Whether example functions are deployed beside the rest."""
    collector_layer: str
    """ARN of a layer with an OpenTelemetry collector, for x86_64; may be empty."""
    collector_gateway: str
    """Where that sends to; empty where there is none."""
    alarm_topic: str
    """ARN of the topic that alarms are sent to; may be empty."""

    @property
    def name(self) -> str:
        """Of the stacks."""
        return f"lambda-usage-{self.environment}"


def read_context(read: Read) -> Context:
    """The context of a deployment.

    Raises:
        ContextError: It says which value is wrong, and what to write.
    """
    context = Context(
        environment=_matching(read, "environment", "dev", _ENVIRONMENT, _A_NAME),
        regions=_regions(read),
        sample_rate=_share(read, "sample_rate", 1.0),
        overhead_budget=_share(read, "overhead_budget", 0.01),
        examples=_switch(read, "examples", default=False),
        collector_layer=_matching(read, "collector_layer", "", _LAYER, "the ARN of its version"),
        collector_gateway=_matching(read, "collector_gateway", "", _ADDRESS, _AN_ADDRESS),
        alarm_topic=_matching(read, "alarm_topic", "", _TOPIC, "the ARN of a topic of SNS"),
    )
    if bool(context.collector_layer) != bool(context.collector_gateway):
        raise ContextError(
            "the context has one of collector_layer and collector_gateway: write both, or neither"
        )
    return context


def check_keys(keys: Iterable[str]) -> None:
    """Refuse a key that is misspelt: its value would be left out, and another thing deployed.

    Args:
        keys: Of all of the context. The CDK's own have a colon or a hyphen in them.

    Raises:
        ContextError: It says which one is unknown, and which ones there are.
    """
    known = [each.name for each in fields(Context)]
    for key in keys:
        if key.isidentifier() and key not in known:
            raise ContextError(f"the context has no {key}: choose {', '.join(known)}")


_AN_ADDRESS = "https://, a host and perhaps a port, without a path"
_A_NAME = "up to 16 lower-case letters and digits, a letter first"


def _text(read: Read, key: str) -> str:
    value = read(key)
    return "" if value is None else str(value).strip()


def _matching(
    read: Read, key: str, default: str, pattern: re.Pattern[str], description: str
) -> str:
    text = _text(read, key) or default
    if text and not pattern.fullmatch(text):
        raise ContextError(f"the context {key} is {text!r}: write {description}")
    return text


def _regions(read: Read) -> tuple[str, ...]:
    found = read("regions")
    names = [str(each) for each in found] if isinstance(found, list) else []
    names = names or _text(read, "regions").replace(",", " ").split()
    for each in names:
        if not _REGION.fullmatch(each):
            raise ContextError(
                f"the context regions names {each!r}: write the names of regions, as in "
                "regions=eu-west-1,us-east-1"
            )
    return tuple(dict.fromkeys(names))


def _share(read: Read, key: str, default: float) -> float:
    text = _text(read, key) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1:
        raise ContextError(f"the context {key} is {text!r}: write a number above 0 up to 1")
    return value


def _switch(read: Read, key: str, *, default: bool) -> bool:
    text = _text(read, key).lower() or str(default).lower()
    if text not in {"true", "false"}:
        raise ContextError(f"the context {key} is {text!r}: write true or false")
    return text == "true"
