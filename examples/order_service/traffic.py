"""Mixed traffic for the order service: the same events for the same seed."""

from __future__ import annotations

import random
from typing import Any

SHARES = {"quote": 28, "order": 64, "track": 7, "restock": 1}
"""Per cent of all events."""


def events(count: int, seed: int = 2026) -> list[dict[str, Any]]:
    """``count`` events in random order, with each action's share kept exactly."""
    generator = random.Random(seed)
    actions = [action for action, share in SHARES.items() for _ in range(count * share // 100)]
    actions += ["order"] * (count - len(actions))
    generator.shuffle(actions)
    return [_event(action, generator) for action in actions]


def _event(action: str, generator: random.Random) -> dict[str, Any]:
    if action == "track":
        return {"action": action, "days": generator.randint(1, 6)}
    if action == "restock":
        return {"action": action, "products": {"tea": generator.randint(10, 90)}}
    event: dict[str, Any] = {
        "action": action,
        "items": _items(generator),
        "country": generator.choices(["DE", "AT", "FR", "JP"], [80, 8, 8, 4])[0],
        "tier": generator.choices(["standard", "gold"], [85, 15])[0],
    }
    if action == "order":
        event["card"] = f"card-{generator.randint(1, 500)}"
        if generator.random() < 0.3:
            event["email"] = f"customer{generator.randint(1, 500)}@example.com"
    return event


def _items(generator: random.Random) -> dict[str, int]:
    products = generator.sample(["kettle", "mug", "teapot", "tea"], generator.randint(1, 3))
    return {product: generator.choice([1, 1, 1, 2, 2, 6, 12]) for product in products}
