"""Handlers whose windows cost very different things, written into a folder as a function's code."""

from __future__ import annotations

from pathlib import Path

HOT_LOOP = """\
def handler(event, context):
    total = 0
    for number in range(event.get("n", 2000)):
        if number % 3:
            total += number
        else:
            total -= 1
    return total
"""

SLEEPING = """\
import time


def _parsed(event):
    return {"id": event.get("id", 1), "wait": event.get("wait", 0.02)}


def handler(event, context):
    request = _parsed(event)
    time.sleep(request["wait"])
    return {"id": request["id"], "status": "waited"}
"""

SCHEMA = '''\
"""Validates a document, as jsonschema does: many small functions, called again and again."""

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}


class Problem:
    def __init__(self, path, message):
        self.path = path
        self.message = message


def check_type(schema, value, path):
    wanted = schema["type"]
    if not isinstance(value, TYPES[wanted]):
        yield Problem(path, f"is not of type {wanted}")


def check_required(schema, value, path):
    for name in schema["required"]:
        if name not in value:
            yield Problem(path, f"{name} is missing")


def check_properties(schema, value, path):
    for name, inner in schema["properties"].items():
        if name in value:
            yield from validate(inner, value[name], (*path, name))


def check_items(schema, value, path):
    for index, item in enumerate(value):
        yield from validate(schema["items"], item, (*path, index))


def check_min_length(schema, value, path):
    if len(value) < schema["minLength"]:
        yield Problem(path, "is too short")


def check_minimum(schema, value, path):
    if value < schema["minimum"]:
        yield Problem(path, "is too small")


def check_enum(schema, value, path):
    if value not in schema["enum"]:
        yield Problem(path, "is none of the values")


CHECKS = {
    "type": check_type,
    "required": check_required,
    "properties": check_properties,
    "items": check_items,
    "minLength": check_min_length,
    "minimum": check_minimum,
    "enum": check_enum,
}


def validate(schema, value, path=()):
    for keyword in schema:
        check = CHECKS.get(keyword)
        if check is None:
            continue
        yield from check(schema, value, path)


ITEM = {
    "type": "object",
    "required": ["sku", "count"],
    "properties": {
        "sku": {"type": "string", "minLength": 3},
        "count": {"type": "integer", "minimum": 1},
        "colour": {"type": "string", "enum": ["red", "green"]},
    },
}
ORDER = {
    "type": "object",
    "required": ["id", "items"],
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "express": {"type": "boolean"},
        "items": {"type": "array", "items": ITEM},
    },
}
DOCUMENT = {
    "id": "o-1",
    "express": True,
    "items": [{"sku": f"sku-{n}", "count": n, "colour": "red"} for n in range(100)],
}


def handler(event, context):
    problems = [(each.path, each.message) for each in validate(ORDER, DOCUMENT)]
    return len(problems)
'''


def _tiny(functions: int = 1260) -> str:
    bodies = "".join(f"def f{n}(x):\n    return x + {n}\n\n\n" for n in range(functions))
    names = ", ".join(f"f{n}" for n in range(functions))
    return (
        f"{bodies}ALL = [{names}]\n\n\n"
        "def handler(event, context):\n    x = 0\n    for each in ALL:\n        x = each(x)\n"
        "    return x\n"
    )


WORKLOADS = {
    "schema": SCHEMA,
    "tiny functions": _tiny(),
    "hot loop": HOT_LOOP,
    "sleeping": SLEEPING,
}
"""The source of a module with a ``handler``, by name."""


def write_workload(name: str, folder: Path) -> None:
    """Write the workload *name* as ``workload.py`` in *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "workload.py").write_text(WORKLOADS[name])
