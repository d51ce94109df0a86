"""Small questions about syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lambda_usage.evidence.classify import is_docstring


def comprehended(
    node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
) -> Iterator[ast.AST]:
    """The parts of a comprehension."""
    yield from (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
    for generator in node.generators:
        yield from (generator.target, generator.iter, *generator.ifs)


def is_compound(node: ast.stmt) -> bool:
    """Whether a statement has blocks of its own."""
    return hasattr(node, "body") or isinstance(node, ast.Match)


def is_statement(node: ast.stmt) -> bool:
    """Whether a statement does something when it is reached."""
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return False
    return not (isinstance(node, ast.AnnAssign) and node.value is None)


def header(node: ast.stmt) -> Iterator[ast.AST]:
    """The parts of a statement that are not blocks of their own."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            yield child


def last_line(parts: Iterable[ast.AST], line: int) -> int:
    """The last line of some parts of a statement that begins on ``line``."""
    ends = (getattr(each, "end_lineno", None) or 0 for part in parts for each in ast.walk(part))
    return max([line, *ends])


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    """A body after its docstring."""
    return body[1:] if body and is_docstring(body[0]) else body


def global_names(body: Iterable[ast.stmt]) -> frozenset[str]:
    """Names that a scope declares ``global``: what it defines under them is named as at the top."""
    found: set[str] = set()
    todo = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Global):
            found.update(node.names)
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            todo.extend(_inner_statements(node))
    return frozenset(found)


def _inner_statements(node: ast.stmt) -> Iterator[ast.stmt]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, (ast.ExceptHandler, ast.match_case)):
            yield from child.body
