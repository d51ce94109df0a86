"""Telling code that is not meant to run often from code that is."""

from __future__ import annotations

import ast
from collections.abc import Sequence

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_LOGGING = frozenset(
    {"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print"}
)
_EXCEPTIONS = ("Error", "Exception", "Warning", "ExceptionGroup")
_ABSTRACT = frozenset(
    {"abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod"}
)


def is_docstring(statement: ast.stmt) -> bool:
    """Whether a body's first statement is its docstring."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def is_guard(body: Sequence[ast.stmt]) -> bool:
    """Whether a branch only raises, having logged or prepared the message at most."""
    return (
        bool(body)
        and isinstance(body[-1], ast.Raise)
        and all(_prepares(statement) for statement in body[:-1])
    )


def is_stub(node: FunctionNode, in_protocol: bool) -> bool:
    """Whether a function is abstract, declares only, or says that it is not implemented."""
    if in_protocol or any(_name(each) in _ABSTRACT | {"overload"} for each in node.decorator_list):
        return True
    body = node.body[1:] if is_docstring(node.body[0]) else node.body
    return all(_is_empty(statement) for statement in body)


def is_failure(node: FunctionNode, in_exception: bool) -> bool:
    """Whether a function only serves to fail: it raises, or belongs to an exception class."""
    body = node.body[1:] if is_docstring(node.body[0]) else node.body
    return in_exception or is_guard(body)


def is_exit(node: FunctionNode) -> bool:
    """Whether a function ends a ``with`` block."""
    return node.name in ("__exit__", "__aexit__")


def is_exception(node: ast.ClassDef) -> bool:
    """Whether a class is an exception, as far as the names of its bases tell."""
    return any(_name(base).endswith(_EXCEPTIONS) for base in node.bases)


def is_protocol(node: ast.ClassDef) -> bool:
    """Whether a class only describes an interface."""
    return any(_name(base) == "Protocol" for base in node.bases)


def _prepares(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        return True
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and _name(statement.value.func) in _LOGGING
    )


def _is_empty(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant) and statement.value.value is ...
    return (
        isinstance(statement, ast.Raise)
        and statement.exc is not None
        and _name(statement.exc) == "NotImplementedError"
    )


def _name(node: ast.expr) -> str:
    """The last name of ``a.b``, ``b[...]`` or ``b(...)``."""
    while isinstance(node, (ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
