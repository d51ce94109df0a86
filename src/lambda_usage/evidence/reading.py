"""Reading one source file into scopes.

By its syntax rather than its byte code, so that what is read does not depend on the Python that
reads: the fleet may run another.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from lambda_usage.bundle.model import CodeKey
from lambda_usage.evidence.classify import (
    FunctionNode,
    is_exception,
    is_exit,
    is_failure,
    is_guard,
    is_protocol,
    is_stub,
)
from lambda_usage.evidence.model import RangeKind
from lambda_usage.evidence.qualnames import Names, Prefix
from lambda_usage.evidence.scopes import MODULE, Scope, ScopeKind, Statement
from lambda_usage.evidence.syntax import (
    comprehended,
    global_names,
    header,
    is_compound,
    is_statement,
    last_line,
    without_docstring,
)

_COMPREHENSIONS = {
    ast.ListComp: "<listcomp>",
    ast.SetComp: "<setcomp>",
    ast.DictComp: "<dictcomp>",
    ast.GeneratorExp: "<genexpr>",
}
_LEAVES = (ast.Name, ast.Constant, ast.expr_context, ast.operator, ast.cmpop)
"""Most nodes of a tree, and none has a lambda below it."""


def read_scopes(tree: ast.Module, path: str, lines: int) -> tuple[Scope, ...]:
    """The scopes of a parsed file, in source order, the module's body first."""
    reader = _Reader(path)
    names = Names(MODULE, MODULE, MODULE)
    body = without_docstring(tree.body)
    reader.add(_Draft(names, ScopeKind.MODULE, (1, 0), 1, max(lines, 1), Prefix()), body)
    return reader.finished()


@dataclass(slots=True)
class _Draft:
    """A scope while it is being read."""

    names: Names
    kind: ScopeKind
    start: tuple[int, int]
    """First line (a decorator's, if there is one) and column."""
    line: int
    last_line: int
    prefix: Prefix
    stub: bool = False
    failure: bool = False
    leaves: bool = False
    """Ends a ``with`` block: what it does under a condition, it does when that failed."""
    in_function: bool = False
    conditional: bool = False
    protocol: bool = False
    exception: bool = False
    global_names: frozenset[str] = frozenset()
    statements: list[Statement] = field(default_factory=list)

    def inside(self) -> bool:
        return self.in_function or self.kind is ScopeKind.FUNCTION


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a scope the reading is."""

    scope: _Draft
    kind: RangeKind = RangeKind.CODE
    conditional: bool = False

    @property
    def fails(self) -> bool:
        """Whether what is defined here is there for failures alone."""
        return self.kind is RangeKind.ERROR_HANDLING

    def block(self, error: bool = False) -> _Place:
        kind = RangeKind.ERROR_HANDLING if error and self.kind is RangeKind.CODE else self.kind
        return replace(self, kind=kind, conditional=True)


class _Reader:
    def __init__(self, path: str) -> None:
        self._path = path
        self._drafts: list[_Draft] = []

    def add(self, draft: _Draft, body: Iterable[ast.stmt]) -> None:
        """Take in a scope and all that is in it."""
        self._drafts.append(draft)
        kind = RangeKind.ERROR_HANDLING if draft.failure else RangeKind.CODE
        kind = RangeKind.STUB if draft.stub else kind
        self._block(body, _Place(draft, kind))

    def finished(self) -> tuple[Scope, ...]:
        drafts = sorted(self._drafts, key=lambda each: each.start)
        plain = _numbered(drafts, lambda each: each.names.plain)
        full = _numbered(drafts, lambda each: each.names.full)
        inlined = _numbered(drafts, lambda each: each.names.inlined)
        return tuple(
            Scope(
                key=CodeKey(self._path, draft.names.plain, draft.start[0], plain[index]),
                kind=draft.kind,
                line=draft.line,
                last_line=draft.last_line,
                statements=tuple(sorted(draft.statements, key=lambda s: (s.first, s.last))),
                stub=draft.stub,
                failure=draft.failure,
                in_function=draft.in_function,
                conditional=draft.conditional,
                full_name=(draft.names.full, full[index]),
                inlined_name=(draft.names.inlined, inlined[index]),
            )
            for index, draft in enumerate(drafts)
        )

    def _block(self, body: Iterable[ast.stmt], place: _Place) -> None:
        for statement in body:
            self._statement(statement, place)

    def _statement(self, node: ast.stmt, place: _Place) -> None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._function(node, place)
        elif isinstance(node, ast.ClassDef):
            self._class(node, place)
        elif is_statement(node):
            parts = list(header(node))
            kind = place.kind
            if isinstance(node, ast.Raise) and kind is RangeKind.CODE:
                kind = RangeKind.ERROR_HANDLING
            last = last_line(parts, node.lineno) if is_compound(node) else node.end_lineno
            self._record(place, node.lineno, last or node.lineno, kind)
            self._expressions(parts, place)
        self._blocks(node, place)

    def _blocks(self, node: ast.stmt, place: _Place) -> None:
        """The blocks of a compound statement."""
        if isinstance(node, ast.If):
            for body in (node.body, node.orelse):
                self._block(body, place.block(place.scope.leaves or is_guard(body)))
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            self._block([*node.body, *node.orelse], place.block())
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            self._block(node.body, place)
        elif isinstance(node, (ast.Try, ast.TryStar)):
            self._block(node.body, place.block())
            for handler in node.handlers:
                self._handler(handler, place.block(error=True))
            self._block([*node.orelse, *node.finalbody], place.block())
        elif isinstance(node, ast.Match):
            for case in node.cases:
                self._case(case, place.block())

    def _handler(self, node: ast.ExceptHandler, place: _Place) -> None:
        parts = [node.type] if node.type else []
        self._record(place, node.lineno, last_line(parts, node.lineno), place.kind)
        self._expressions(parts, place)
        self._block(node.body, place)

    def _case(self, case: ast.match_case, place: _Place) -> None:
        parts: list[ast.AST] = [case.pattern, *([case.guard] if case.guard else [])]
        line = case.pattern.lineno
        guards = place.block(is_guard(case.body))
        self._record(place, line, last_line(parts, line), place.kind)
        self._expressions(parts, place)
        self._block(case.body, guards)

    def _function(self, node: FunctionNode, place: _Place) -> None:
        first = self._definition(node, place)
        names = self._named(node.name, place)
        draft = _Draft(
            names,
            ScopeKind.FUNCTION,
            first,
            node.lineno,
            node.end_lineno or node.lineno,
            names.in_function(),
            stub=is_stub(node, place.scope.protocol),
            failure=place.fails or is_failure(node, place.scope.exception),
            leaves=is_exit(node),
            in_function=place.scope.inside(),
            conditional=place.conditional,
            global_names=global_names(node.body),
        )
        self.add(draft, without_docstring(node.body))

    def _class(self, node: ast.ClassDef, place: _Place) -> None:
        first = self._definition(node, place)
        names = self._named(node.name, place)
        draft = _Draft(
            names,
            ScopeKind.CLASS,
            first,
            node.lineno,
            node.end_lineno or node.lineno,
            names.in_class(),
            in_function=place.scope.inside(),
            conditional=place.conditional or place.scope.conditional,
            failure=place.fails,
            protocol=is_protocol(node),
            exception=is_exception(node),
            global_names=global_names(node.body),
        )
        self.add(draft, without_docstring(node.body))

    def _definition(self, node: FunctionNode | ast.ClassDef, place: _Place) -> tuple[int, int]:
        """Note a ``def`` or ``class`` statement; its first line and column."""
        parts = list(header(node))
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        self._record(place, first, last_line(parts, node.lineno), place.kind)
        self._expressions(parts, place)
        return first, node.col_offset

    def _named(self, name: str, place: _Place) -> Names:
        if name in place.scope.global_names:
            return Names(name, name, name)
        return place.scope.prefix.names(name)

    def _record(self, place: _Place, first: int, last: int, kind: RangeKind) -> None:
        place.scope.statements.append(Statement(first, last, kind))

    def _expressions(self, nodes: Iterable[ast.AST], place: _Place) -> None:
        for node in nodes:
            self._expression(node, place, place.scope.prefix)

    def _expression(self, node: ast.AST, place: _Place, prefix: Prefix) -> None:
        """Find the lambdas in an expression."""
        if isinstance(node, ast.Lambda):
            self._expression(node.args, place, prefix)
            self._lambda(node, place, prefix)
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            inner = prefix.in_comprehension(_COMPREHENSIONS[type(node)])
            # The first iterable is evaluated outside, as the language defines.
            outermost = node.generators[0].iter
            self._expression(outermost, place, prefix)
            for child in comprehended(node):
                if child is not outermost:
                    self._expression(child, place, inner)
        elif not isinstance(node, _LEAVES):
            for child in ast.iter_child_nodes(node):
                self._expression(child, place, prefix)

    def _lambda(self, node: ast.Lambda, place: _Place, prefix: Prefix) -> None:
        names = prefix.names("<lambda>")
        body = node.body
        end = node.end_lineno or node.lineno
        draft = _Draft(
            names,
            ScopeKind.FUNCTION,
            # recorders tell lambdas on one line apart by where their bodies begin
            (node.lineno, body.col_offset if body.lineno == node.lineno else node.col_offset),
            node.lineno,
            end,
            names.in_function(),
            failure=place.fails,
            in_function=place.scope.inside(),
        )
        draft.statements.append(Statement(body.lineno, body.end_lineno or end, place.kind))
        self._drafts.append(draft)
        self._expression(body, _Place(draft, place.kind), draft.prefix)


def _numbered(drafts: Sequence[_Draft], name: Callable[[_Draft], str]) -> list[int]:
    """For each draft, how many of its name begin on its line before it."""
    seen: dict[tuple[str, int], int] = defaultdict(int)
    ordinals = []
    for draft in drafts:
        key = name(draft), draft.start[0]
        ordinals.append(seen[key])
        seen[key] += 1
    return ordinals
