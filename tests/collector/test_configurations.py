"""Configurations of the collector: no Go collector can be had here, so they are checked by lists.

What is checked: they are YAML, name only components that their distributions have and options that
those have, put all that they define into pipelines and define all that pipelines name, take their
secrets from the environment, and explain each option. What is not: that a collector takes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards.queries import LIFE
from tests.support.paths import ROOT

FOLDER = ROOT / "collector-config"
DISTRIBUTIONS = {
    "lambda-layer.yaml": "lambda",
    "lambda-layer-prometheus.yaml": "lambda",
    "gateway.yaml": "contrib",
    "local.yaml": "contrib",
}
KINDS = ("receivers", "processors", "exporters", "extensions")
COMPONENTS = yaml.safe_load((Path(__file__).parent / "components.yaml").read_text("utf-8"))

configurations = pytest.mark.parametrize("name", DISTRIBUTIONS)


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    return found


def test_every_configuration_is_checked() -> None:
    assert {each.name for each in FOLDER.glob("*.yaml")} == DISTRIBUTIONS.keys()


@configurations
def test_it_names_only_components_that_its_distribution_has(name: str) -> None:
    there = COMPONENTS[DISTRIBUTIONS[name]]
    for kind in KINDS:
        types = {component.partition("/")[0] for component in read(name).get(kind, {})}
        assert types <= set(there[kind]), kind


@configurations
def test_it_names_only_options_that_the_components_have(name: str) -> None:
    for kind in KINDS:
        for component, options in read(name).get(kind, {}).items():
            known = COMPONENTS["options"][component.partition("/")[0]]
            assert set(options) <= set(known), component


@pytest.mark.parametrize("name", ["gateway.yaml", "local.yaml"])
def test_processes_are_remembered_for_as_long_as_queries_reckon_with(name: str) -> None:
    assert read(name)["processors"]["deltatocumulative"]["max_stale"] == LIFE


@configurations
def test_what_is_defined_is_used_and_what_is_used_is_defined(name: str) -> None:
    found = read(name)
    service = found["service"]
    for kind in KINDS:
        defined = set(found.get(kind, {}))
        if kind == "extensions":
            used = set(service.get(kind, []))
        else:
            used = {each for line in service["pipelines"].values() for each in line.get(kind, [])}
        assert used == defined, kind


@configurations
def test_the_order_of_processors_is_the_one_that_is_asked_for(name: str) -> None:
    for pipeline in read(name)["service"]["pipelines"].values():
        order = pipeline.get("processors", [])
        assert "memory_limiter" not in order[1:]
        assert "decouple" not in order[:-1]
        if "deltatocumulative" in order and "batch" in order:
            assert order.index("deltatocumulative") < order.index("batch")


@configurations
def test_resource_attributes_become_labels_wherever_prometheus_is_written_to(name: str) -> None:
    for exporter, options in read(name)["exporters"].items():
        if exporter == "prometheusremotewrite":
            assert options["resource_to_telemetry_conversion"]["enabled"] is True


@configurations
def test_in_a_function_nothing_waits_in_a_queue_that_ends_with_it(name: str) -> None:
    if DISTRIBUTIONS[name] == "lambda":
        for options in read(name)["exporters"].values():
            queue = options.get("sending_queue") or options["remote_write_queue"]
            assert queue == {"enabled": False}


@configurations
def test_each_option_is_explained(name: str) -> None:
    for line in (FOLDER / name).read_text("utf-8").split("\nservice:")[0].splitlines():
        if re.match(r"\s+[\w./]+: \S", line) and not re.match(r"\s+[\w./]+:  #", line):
            assert "  # " in line, line


@configurations
def test_what_it_takes_from_the_environment_is_told_at_its_head(name: str) -> None:
    text = (FOLDER / name).read_text("utf-8")
    head = "".join(_comments(text))
    for variable in set(re.findall(r"\$\{env:(\w+)\}", text)):
        assert variable.startswith("AWS_") or variable in head, variable
    assert not re.search(r"\$\{(?!env:)", text)


def _comments(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if not line.startswith("#"):
            return
        yield line
