"""Random programs that keep a ledger of the lines that they run.

Each statement stands on a line of its own and logs that line as its first act, so what ran is
known without any of the interpreter's events.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from hypothesis import strategies as st

MARK = "_"
"""``_(line, value)`` notes the line and returns the value."""
DEPTH = 3


@dataclass
class Program:
    """A module under construction."""

    draw: st.DrawFn
    lines: list[str] = field(default_factory=list)
    numbers: count[int] = field(default_factory=count)

    def line(self, depth: int, text: str) -> None:
        """Add a line; ``@`` in it stands for ``_(its number, …``."""
        number = len(self.lines) + 1
        self.lines.append("    " * depth + text.replace("@(", f"{MARK}({number}, "))

    def pick(self, *choices: str) -> str:
        return self.draw(st.sampled_from(choices))

    def chance(self) -> bool:
        return self.draw(st.booleans())

    def name(self, prefix: str) -> str:
        return f"{prefix}{next(self.numbers)}"


def block(program: Program, depth: int, left: int, *, kind: str, loop: bool = False) -> None:
    """Some statements; *kind* is that of the function around: plain, generator or coroutine."""
    for _ in range(program.draw(st.integers(1, 3))):
        statement(program, depth, left, kind=kind, loop=loop)


def statement(program: Program, depth: int, left: int, *, kind: str, loop: bool) -> None:
    simple = ["assign", "expression", "return", "raise", "comprehension", "lambda", "ternary"]
    simple += {"generator": ["yield"], "coroutine": ["await"]}.get(kind, [])
    simple += ["break", "continue"] if loop else []
    compound = ["if", "for", "while", "try", "with", "match", "def"] if left else []
    chosen = program.pick(*simple, *compound, *compound)
    if chosen in compound:
        _COMPOUND[chosen](program, depth, left, kind, loop)
    else:
        program.line(depth, _SIMPLE[chosen])


_SIMPLE = {
    "assign": "a = @(n)",
    "expression": "@(n)",
    "return": "if @(n) % 3 == 0: return None",
    "raise": "if @(n) % 4 == 0: raise ValueError(n)",
    "comprehension": "a = [i for i in @(range(n % 3))]",
    "lambda": "a = (lambda: 1) if @(n) else None",
    "ternary": "a = 1 if @(n) % 2 else 2",
    "yield": "yield @(n)",
    "await": "await hop(@(n))",
    "break": "if @(n) % 2: break",
    "continue": "if @(n) % 3: continue",
}


def _if(program: Program, depth: int, left: int, kind: str, loop: bool) -> None:
    program.line(depth, f"if @(n) % {program.pick('2', '3', '5')}:")
    block(program, depth + 1, left - 1, kind=kind, loop=loop)
    if program.chance():
        program.line(depth, "elif @(n) % 7 == 0:")
        block(program, depth + 1, left - 1, kind=kind, loop=loop)
    if program.chance():
        program.line(depth, "else:")
        block(program, depth + 1, left - 1, kind=kind, loop=loop)


def _for(program: Program, depth: int, left: int, kind: str, loop: bool) -> None:
    program.line(depth, f"for n in @(range(n % {program.pick('2', '3')})):")
    block(program, depth + 1, left - 1, kind=kind, loop=True)
    if program.chance():
        program.line(depth, "else:")
        block(program, depth + 1, left - 1, kind=kind, loop=loop)


def _while(program: Program, depth: int, left: int, kind: str, loop: bool) -> None:
    program.line(depth, "while @(again()):")
    block(program, depth + 1, left - 1, kind=kind, loop=True)


def _try(program: Program, depth: int, left: int, kind: str, loop: bool) -> None:
    program.line(depth, "try:")
    block(program, depth + 1, left - 1, kind=kind, loop=loop)
    program.line(depth, "except @(ValueError):")
    block(program, depth + 1, left - 1, kind=kind, loop=loop)
    if program.chance():
        program.line(depth, "else:")
        block(program, depth + 1, left - 1, kind=kind, loop=loop)
    if program.chance():
        program.line(depth, "finally:")
        block(program, depth + 1, left - 1, kind=kind)


def _with(program: Program, depth: int, left: int, kind: str, loop: bool) -> None:
    program.line(depth, "with @(suppress(ValueError)):")
    block(program, depth + 1, left - 1, kind=kind, loop=loop)


def _match(program: Program, depth: int, left: int, kind: str, loop: bool) -> None:
    program.line(depth, "match @(n) % 3:")
    program.line(depth + 1, "case 0:")
    block(program, depth + 2, left - 1, kind=kind, loop=loop)
    program.line(depth + 1, "case 1:")
    block(program, depth + 2, left - 1, kind=kind, loop=loop)
    program.line(depth + 1, "case _other:")
    block(program, depth + 2, left - 1, kind=kind, loop=loop)


def _def(program: Program, depth: int, left: int, kind: str, loop: bool) -> None:
    name = function(program, depth, left - 1)
    program.line(depth, f"call({name}, @(n))")


_COMPOUND = {
    "if": _if,
    "for": _for,
    "while": _while,
    "try": _try,
    "with": _with,
    "match": _match,
    "def": _def,
}


def function(program: Program, depth: int, left: int) -> str:
    """A function of any kind; its name."""
    name = program.name("f")
    kind = program.pick("plain", "plain", "generator", "coroutine")
    if program.chance():
        program.line(depth, "@deco")
    prefix = "async " if kind == "coroutine" else ""
    program.line(depth, f"{prefix}def {name}(n):")
    block(program, depth + 1, left, kind=kind)
    if kind == "generator":
        program.line(depth + 1, "yield @(n)")
    return name


@st.composite
def programs(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A module's source, and the names of its functions."""
    program = Program(draw)
    names = []
    for _ in range(draw(st.integers(1, 3))):
        if program.chance():
            cls = program.name("C")
            program.line(0, f"class {cls}:")
            program.line(1, "@staticmethod")
            names.append(f"{cls}.{function(program, 1, DEPTH)}")
        else:
            names.append(function(program, 0, DEPTH))
    return "\n".join(program.lines) + "\n", names
