"""A request checked against a schema: about 0.5 ms."""

from typing import Any

from jsonschema import Draft202012Validator

SCHEMA = {
    "type": "object",
    "required": ["id", "items"],
    "properties": {
        "id": {"type": "string", "minLength": 3, "pattern": "^[a-z0-9-]+$"},
        "items": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "amount"],
                "properties": {
                    "name": {"type": "string", "maxLength": 40},
                    "amount": {"type": "integer", "minimum": 1},
                    "colour": {"enum": ["red", "green", "blue"]},
                },
                "additionalProperties": False,
            },
        },
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
}
VALIDATOR = Draft202012Validator(SCHEMA)
REQUEST = {
    "id": "order-1",
    "items": [{"name": f"item {n}", "amount": n + 1, "colour": "red"} for n in range(26)],
    "note": None,
}


def handler(event: Any, context: Any) -> bool:
    VALIDATOR.validate(REQUEST)
    return True
