"""Holds a dead-code report against expected.json."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from examples.test_platform.deploy.catalog import PLATFORM

Facts = Mapping[str, Any]


def differences(report: Facts) -> list[str]:
    """What a report says otherwise than expected, one line for each difference.

    Args:
        report: The dead-code report of the demo's traffic, as JSON.
    """
    expected = json.loads((PLATFORM / "expected.json").read_text("utf-8"))
    wanted = {name: _without_words(each) for name, each in expected["functions"].items()}
    for each in report["functions"]:
        if each["file"] in expected["not_deployed"]:
            wanted[_name(each)] = _facts("not_deployed", {}, dead_lines=[])
    found = {_name(each): _function(each) for each in report["functions"]}
    names = Counter(map(_name, report["functions"]))
    return [
        *(f"{name}: reported {count} times" for name, count in names.items() if count > 1),
        *_differing(wanted, found),
        *_differing(
            {name: _without_words(each) for name, each in expected["dependencies"].items()},
            {_canonical(each["name"]): _judged(each) for each in report["dependencies"]},
        ),
        *_missing(expected["not_deployed"], report),
    ]


def verdicts(report: Facts) -> Counter[str]:
    """How many functions, class and module bodies have which verdict."""
    return Counter(each["verdict"] for each in report["functions"])


def _function(each: Facts) -> Facts:
    lines = [[part["first"], part["last"], part["kind"]] for part in each["dead_lines"]]
    keep = {"keep": True} if each["keep"] else {}
    return {**_judged(each), "dead_lines": lines, **keep}


def _judged(each: Facts) -> Facts:
    alone = {one["lambda_function"]: one["verdict"] for one in each["lambda_functions"]}
    return _facts(each["verdict"], alone)


def _facts(verdict: str, lambda_functions: Mapping[str, str], **more: object) -> Facts:
    return {"verdict": verdict, "lambda_functions": dict(lambda_functions), **more}


def _name(each: Facts) -> str:
    name = f"{each['file']} {each['name']}"
    return f"{name}:{each['line']}" if name.endswith("<lambda>") else name


def _canonical(distribution: str) -> str:
    return distribution.lower().replace("_", "-").replace(".", "-")


def _without_words(each: Facts) -> Facts:
    return {key: value for key, value in each.items() if key != "why"}


def _differing(wanted: Mapping[str, Facts], found: Mapping[str, Facts]) -> Iterator[str]:
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            yield f"{name}: not reported"
        elif name not in wanted:
            yield f"{name}: not expected, found {json.dumps(found[name])}"
        else:
            for key in sorted(wanted[name].keys() | found[name].keys()):
                there, here = wanted[name].get(key), found[name].get(key)
                if there != here:
                    yield f"{name}: {key}: expected {json.dumps(there)}, found {json.dumps(here)}"


def _missing(files: list[str], report: Facts) -> Iterator[str]:
    reported = {each["file"] for each in report["functions"]}
    for path in sorted(set(files) - reported):
        yield f"{path}: not reported"
