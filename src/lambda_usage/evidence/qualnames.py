"""Names of code objects, made comparable between Python versions."""

from __future__ import annotations

from dataclasses import dataclass

from lambda_usage.evidence.scopes import MODULE

LOCALS = "<locals>"
COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})
_ANNOTATIONS = "__annotate__"
_GENERIC = "<generic parameters of "


def is_comprehension(qualname: str) -> bool:
    """Whether a code object is the body of a comprehension or generator expression."""
    return qualname.rpartition(".")[2] in COMPREHENSIONS


def is_helper(qualname: str) -> bool:
    """Whether the compiler made up the code object, for annotations or type parameters."""
    last = qualname.rpartition(".")[2]
    return last == _ANNOTATIONS or last.startswith(_GENERIC)


def normalised(qualname: str) -> str:
    """The name without the steps that only some Python versions have.

    ``f.<locals>.<listcomp>`` is ``f``, ``f.<locals>.<listcomp>.<lambda>`` is
    ``f.<locals>.<lambda>``, and a comprehension at the top of a module is ``<module>``.
    """
    kept: list[str] = []
    skipped = False
    for part in qualname.split("."):
        if part in COMPREHENSIONS or part == _ANNOTATIONS or part.startswith(_GENERIC):
            skipped = True
            continue
        if not (skipped and part == LOCALS):
            kept.append(part)
        skipped = False
    if kept and kept[-1] == LOCALS:
        kept.pop()
    return ".".join(kept) or MODULE


@dataclass(frozen=True, slots=True)
class Prefix:
    """What the names of the code objects inside a scope begin with, in three spellings."""

    plain: str = ""
    full: str = ""
    inlined: str = ""

    def names(self, name: str) -> Names:
        """The names of a code object in this scope."""
        return Names(self.plain + name, self.full + name, self.inlined + name)

    def in_comprehension(self, name: str) -> Prefix:
        """Inside a comprehension of this scope, which names add to in some versions only."""
        inlined = f"{self.inlined}{name}." if name == "<genexpr>" else self.inlined
        return Prefix(self.plain, f"{self.full}{name}.", inlined)


@dataclass(frozen=True, slots=True)
class Names:
    """The name of a code object, in three spellings."""

    plain: str
    full: str
    inlined: str

    def in_class(self) -> Prefix:
        """What begins the names inside it, if it is a class."""
        return self._prefix(".")

    def in_function(self) -> Prefix:
        """What begins the names inside it, if it is a function."""
        return self._prefix(f".{LOCALS}.")

    def _prefix(self, end: str) -> Prefix:
        return Prefix(self.plain + end, self.full + end, self.inlined + end)
