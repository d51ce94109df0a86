"""Finding the scope that a recorded code object belongs to."""

from __future__ import annotations

from collections import defaultdict

from lambda_usage.bundle.model import UNKNOWN_ORDINAL, CodeKey, Origin
from lambda_usage.evidence.qualnames import is_comprehension, is_helper, normalised
from lambda_usage.evidence.scopes import MODULE, Scope, ScopeKind, SourceUnit

_Index = dict[tuple[str, int, int], Scope]


class Matcher:
    """Finds the scopes of one source file by the names that recorders give them."""

    def __init__(self, unit: SourceUnit) -> None:
        self._module = next((s for s in unit.scopes if s.kind is ScopeKind.MODULE), None)
        self._plain: _Index = {}
        self._full: _Index = {}
        self._inlined: _Index = {}
        self._named: dict[str, list[Scope]] = defaultdict(list)
        self._at_def: dict[tuple[str, int], Scope] = {}
        for scope in unit.scopes:
            line = scope.key.first_line
            self._plain[scope.key.qualname, line, scope.key.ordinal] = scope
            self._full[scope.full_name[0], line, scope.full_name[1]] = scope
            self._inlined[scope.inlined_name[0], line, scope.inlined_name[1]] = scope
            self._named[scope.key.qualname].append(scope)
            # a decorator that compiles its function anew may leave itself out
            self._at_def.setdefault((scope.key.qualname, scope.line), scope)

    def scope(self, key: CodeKey, origin: Origin) -> Scope | None:
        """The scope of a code object, if the file's source still holds it.

        Comprehensions belong to the scope that they stand in. What the compiler adds for
        annotations and type parameters belongs to none.
        """
        if key.qualname == MODULE:
            return self._module
        if is_comprehension(key.qualname):
            return self._enclosing(normalised(key.qualname), key.first_line)
        first, second = self._full, self._inlined
        if not has_comprehension_codes(origin):
            first, second = second, first
        if key.ordinal == UNKNOWN_ORDINAL:
            return self._only(key)
        named = key.qualname, key.first_line, key.ordinal
        found = first.get(named) or second.get(named)
        if found or is_helper(key.qualname):
            return found
        plain = normalised(key.qualname)
        found = self._plain.get((plain, key.first_line, key.ordinal))
        return found or self._at_def.get((plain, key.first_line))

    def _only(self, key: CodeKey) -> Scope | None:
        """The scope of that name and line, if there is one and no other."""
        here = [s for s in self._named[normalised(key.qualname)] if s.key[2] == key.first_line]
        return here[0] if len(here) == 1 else None

    def _enclosing(self, qualname: str, line: int) -> Scope | None:
        if qualname == MODULE:
            return self._module
        around = [s for s in self._named[qualname] if s.key.first_line <= line <= s.last_line]
        return min(around, key=lambda s: s.last_line - s.key.first_line, default=None)


def has_comprehension_codes(origin: Origin) -> bool:
    """Whether every comprehension is a code object of its own in the origin's Python."""
    return origin.runtime == "python3.11" or (
        not origin.runtime and not origin.observes_every_invocation
    )
