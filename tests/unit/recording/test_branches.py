"""Where branches lead to, as coverage.py tells it of the same byte code."""

from __future__ import annotations

import argparse
import ast
import dis
import importlib
import inspect
import itertools
import json.decoder
import sys
from collections.abc import Iterator
from types import CodeType, ModuleType

import pytest
from coverage.bytecode import BranchArcResolver, bytes_to_lines

from lambda_usage.recording.branches import BranchLines
from lambda_usage.recording.codes import nested_codes

MODULES = (argparse, ast, inspect, json.decoder, importlib.import_module("asyncio.base_events"))


def branches(code: CodeType) -> Iterator[tuple[int, int]]:
    """Each jump of *code*, with both places that it may lead to."""
    instructions = list(dis.get_instructions(code))
    for each, following in itertools.pairwise(instructions):
        if each.opcode in dis.hasjrel or each.opcode in dis.hasjabs:
            yield each.offset, int(each.argval)
            yield each.offset, following.offset


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_a_branch_leads_where_coverage_py_says_it_leads(module: ModuleType) -> None:
    compared = 0
    for code in nested_codes(compile(inspect.getsource(module), "m.py", "exec")):
        ours, theirs = BranchLines(code), BranchArcResolver(code, bytes_to_lines(code), {})
        for branch in branches(code):
            assert ours.arc(*branch) == theirs.resolve(*branch), (code.co_qualname, branch)
            compared += 1
    assert compared > 100


def test_a_loop_that_has_run_out_leads_to_what_follows() -> None:
    (function,) = (
        each
        for each in nested_codes(compile("def f(x):\n for y in x:\n  y()\n x()\n", "m.py", "exec"))
        if each.co_name == "f"
    )
    lines = BranchLines(function)
    assert {lines.arc(*each) for each in branches(function)} >= {(2, 3), (2, 4)}


@pytest.mark.skipif(sys.version_info < (3, 14), reason="branch events came with Python 3.14")
def test_a_branch_out_of_the_code_leads_to_minus_its_first_line() -> None:
    code = compile("\n\ndef f(x):\n if x:\n  x()\n", "m.py", "exec")
    (function,) = (each for each in nested_codes(code) if each.co_name == "f")
    lines = BranchLines(function)
    assert (4, -3) in {lines.arc(*each) for each in branches(function)}


def test_an_instruction_without_a_line_has_no_arc() -> None:
    lines = BranchLines(compile("x = 1\n", "m.py", "exec"))
    assert lines.line(10_000) == 0
    assert lines.arc(10_000, 0) is None
