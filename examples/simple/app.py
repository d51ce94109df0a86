"""What a stay in a car park costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

FREE = timedelta(minutes=15)
HOURLY_CENTS = {"motorcycle": 120, "car": 240, "van": 410}
HOURS_CHARGED_PER_DAY = 8
LOST_TICKET_DAYS = 3


class BadStayError(ValueError):
    """The event describes no stay that can be charged; says why."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One vehicle, from the barrier in to the barrier out."""

    vehicle: str
    entered: datetime
    left: datetime

    @property
    def duration(self) -> timedelta:
        return self.left - self.entered


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Called by the machine at the exit."""
    try:
        stay = parse_stay(event)
    except BadStayError as error:
        return {"error": str(error)}
    cents = lost_ticket_cents(stay) if event.get("ticket") == "lost" else fee_cents(stay)
    return {"vehicle": stay.vehicle, "cents": cents, "open_barrier": cents == 0}


def parse_stay(event: dict[str, Any]) -> Stay:
    vehicle = event.get("vehicle", "car")
    if vehicle not in HOURLY_CENTS:
        raise BadStayError(f"no tariff for a {vehicle}")
    try:
        entered = datetime.fromisoformat(event["entered"])
        left = datetime.fromisoformat(event["left"])
    except (KeyError, TypeError, ValueError):
        raise BadStayError("entered and left must be dates with a time") from None
    if left < entered:
        raise BadStayError("the vehicle left before it came")
    return Stay(vehicle, entered, left)


def fee_cents(stay: Stay) -> int:
    if stay.duration <= FREE:
        return 0
    days, rest = divmod(stay.duration, timedelta(days=1))
    hours = min(started_hours(rest), HOURS_CHARGED_PER_DAY)
    return (days * HOURS_CHARGED_PER_DAY + hours) * HOURLY_CENTS[stay.vehicle]


def started_hours(duration: timedelta) -> int:
    return -(-duration // timedelta(hours=1))


def lost_ticket_cents(stay: Stay) -> int:
    """Nobody can say when the vehicle came."""
    return LOST_TICKET_DAYS * HOURS_CHARGED_PER_DAY * HOURLY_CENTS[stay.vehicle]


def weekend_cents(stay: Stay) -> int:
    """The flat rate of the weekends of 2023."""
    nights = (stay.left.date() - stay.entered.date()).days
    return 500 + 300 * nights
