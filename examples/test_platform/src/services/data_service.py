"""Making data that looks real and is not."""

from __future__ import annotations

import random
from collections.abc import Iterator

from models.test_data import DataRequest, FieldKind, FieldRule, Record
from repositories.data_repository import DataRepository

_SYLLABLES = ("ba", "do", "fi", "ka", "lu", "me", "no", "ri", "sa", "tu")


class DataService:
    """Generates data sets: the same request makes the same records."""

    def __init__(self, records: DataRepository) -> None:
        self._records = records

    def generate(self, request: DataRequest) -> int:
        """Make and store a data set; says how many records it has."""
        return self._records.save_all(made(request))


def made(request: DataRequest) -> Iterator[Record]:
    """The records of a request."""
    chance = random.Random(request.seed)
    for number in range(request.count):
        values = {rule.name: _value(rule, chance) for rule in request.fields}
        yield Record(dataset_id=request.dataset_id, number=number, values=values)


def _value(rule: FieldRule, chance: random.Random) -> int | str:
    match rule.kind:
        case FieldKind.INTEGER:
            return chance.randint(rule.low, rule.high)
        case FieldKind.CHOICE:
            return chance.choice(rule.choices)
        case FieldKind.WORD:
            return "".join(chance.choices(_SYLLABLES, k=3))
