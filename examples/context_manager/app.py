"""Turns readings of sensors into alerts. Only the rules are recorded, not how readings come."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lambda_usage import CoverageContext

LIMITS = {"temperature": (2.0, 8.0), "humidity": (20.0, 60.0)}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sensor measured."""

    sensor: str
    kind: str
    value: float


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """One gateway sends its readings at once; several are asked for theirs."""
    if "gateways" in event:
        return {"alerts": asyncio.run(poll(event["gateways"]))}
    readings = parse(event["readings"])
    with CoverageContext():
        alerts = judge(readings)
    return {"alerts": alerts}


async def poll(gateways: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Asks all gateways at the same time."""
    answers = await asyncio.gather(*(ask(readings) for readings in gateways.values()))
    async with CoverageContext():
        return [alert for readings in answers for alert in judge(readings)]


async def ask(readings: list[dict[str, Any]]) -> list[Reading]:
    await asyncio.sleep(0)  # where a real gateway would be waited for
    return parse(readings)


def parse(readings: list[dict[str, Any]]) -> list[Reading]:
    return [Reading(each["sensor"], each["kind"], float(each["value"])) for each in readings]


def judge(readings: Sequence[Reading]) -> list[str]:
    return [alert for reading in readings if (alert := alert_for(reading))]


def alert_for(reading: Reading) -> str | None:
    if reading.kind == "smoke":
        return evacuate(reading)
    low, high = LIMITS.get(reading.kind, (float("-inf"), float("inf")))
    if reading.value < low:
        return f"{reading.sensor}: {reading.kind} {reading.value:g} is below {low:g}"
    if reading.value > high:
        return f"{reading.sensor}: {reading.kind} {reading.value:g} is above {high:g}"
    return None


def evacuate(reading: Reading) -> str:
    return f"{reading.sensor}: smoke, leave the building"


def smoothed(readings: Sequence[Reading]) -> float:
    """The mean that the first version judged by."""
    return sum(reading.value for reading in readings) / len(readings)
