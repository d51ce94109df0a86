"""Which trace ids may go into a bundle: those of traces that somebody keeps, and nothing else."""

from __future__ import annotations

import re
import sys
from types import ModuleType, SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambda_usage.bundle.traces import is_trace_id
from lambda_usage.sampling.trace_ids import kept_trace

HEADER = "_X_AMZN_TRACE_ID"
ROOT = "1-5759e988-bd862e3fe1be46a994272793"
W3C = "4bf92f3577b34da6a3ce929d0e0e4736"


def x_ray(text: str) -> str | None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HEADER, text)
        found = kept_trace()
    return found and found[1]


def opentelemetry(trace_id: object, *, flags: object = 1) -> ModuleType:
    module = ModuleType("opentelemetry.trace")
    context = SimpleNamespace(trace_id=trace_id, trace_flags=flags)
    span = SimpleNamespace(get_span_context=lambda: context)
    module.get_current_span = lambda: span  # type: ignore[attr-defined]
    return module


@pytest.fixture(autouse=True)
def no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(HEADER, raising=False)
    monkeypatch.delitem(sys.modules, "opentelemetry.trace", raising=False)


@pytest.mark.parametrize(
    "text",
    [
        f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1",
        f"Root={ROOT};Parent=0123456789abcdef;Sampled=1;Lineage=1:a:0",
        f"Self=1-5759e988-bd862e3fe1be46a994270000; Root={ROOT}; Sampled=1",
        f"Sampled=1;Root={ROOT.upper()}",
    ],
)
def test_a_trace_that_x_ray_samples_is_named_as_x_ray_names_it(text: str) -> None:
    assert x_ray(text) == ROOT


@pytest.mark.parametrize(
    "text",
    [
        f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=0",
        f"Root={ROOT};Sampled=?",
        f"Root={ROOT};Parent=53995c3f42cd8ad8",
        f"Root={ROOT};Sampled=10",
        "Sampled=1",
        "Root=;Sampled=1",
        f"Root={ROOT[:-1]};Sampled=1",
        f"Root={ROOT}0;Sampled=1",
        f"Root={ROOT[2:]};Sampled=1",
        f"Root={W3C};Sampled=1",
        "Root=1-5759e988-bd862e3fe1be46a99427279g;Sampled=1",
        "Root=1-5759e988-bd862e3fe1be46a9942727\u0663\u0663;Sampled=1",
        "Root=1-00000000-000000000000000000000000;Sampled=1",
        "Root=secret;Sampled=1",
    ],
)
def test_what_nobody_keeps_and_what_is_no_id_is_not_named(text: str) -> None:
    assert x_ray(text) is None


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80))
@example("Sampled=1;Root=1-")
@example("=;=;;")
def test_no_header_gets_anything_but_an_id_through(text: str) -> None:
    for header in (text, f"Root={text};Sampled=1", f"Root=1-{text};Sampled=1"):
        found = x_ray(header)
        assert found is None or (is_trace_id(found) and len(found) == len(ROOT))


IDS = re.compile("[0-9a-f]{32}|1-[0-9a-f]{8}-[0-9a-f]{24}")


@given(st.text(max_size=40) | st.from_regex("(1-)?[0-9a-fA-F-]{30,35}\n?"))
@example(W3C)
@example(ROOT)
@example(W3C.upper())
@example(f" {W3C[1:]}")
@example(f"{W3C}\n")
@example("0x" + W3C[2:])
@example("1-5759e988bd862e3fe1be46a994272793-")
def test_only_32_hexadecimal_digits_are_an_id(text: str) -> None:
    assert is_trace_id(text) == bool(IDS.fullmatch(text))


@pytest.mark.parametrize("text", ["0" * 32, f"1-{'0' * 8}-{'0' * 24}"])
def test_the_id_that_stands_for_none_is_no_id(text: str) -> None:
    assert not is_trace_id(text)


def test_opentelemetrys_span_goes_before_x_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HEADER, f"Root={ROOT};Sampled=1")
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", opentelemetry(int(W3C, 16)))
    found = kept_trace()
    assert found
    assert found[1] == W3C


def test_a_short_id_is_filled_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", opentelemetry(0xABC))
    found = kept_trace()
    assert found
    assert found[1] == f"{'0' * 29}abc"


@pytest.mark.parametrize(
    "module",
    [
        opentelemetry(int(W3C, 16), flags=0),
        opentelemetry(0),
        opentelemetry(W3C),
        opentelemetry(2**200),
        opentelemetry(None),
        ModuleType("opentelemetry.trace"),
    ],
    ids=["not sampled", "no trace", "a text", "too large", "nothing", "half imported"],
)
def test_without_a_sampled_span_x_ray_is_asked(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", module)
    assert kept_trace() is None
    monkeypatch.setenv(HEADER, f"Root={ROOT};Sampled=1")
    found = kept_trace()
    assert found
    assert found[1] == ROOT
