"""From the offsets that a branch event tells of to an arc between lines.

A branch leads to an instruction, which often stands on the branch's own line still: the end of a
loop, a jump. What follows is gone through until another line begins, or the code object ends, as
coverage.py does for its own ``sys.monitoring`` core; so both call the same branch by one name.
"""

from __future__ import annotations

from types import CodeType

Arc = tuple[int, int]

_BYTES = 2
_GO_ON = frozenset({"JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT"})
_LEAVE = frozenset({"RETURN_VALUE", "RETURN_GENERATOR"})


class BranchLines:
    """The lines of one code object, and where its branches lead to."""

    def __init__(self, code: CodeType) -> None:
        self._code = code
        self._instructions = code.co_code
        self._lines = {
            offset: line
            for start, end, line in code.co_lines()
            if line
            for offset in range(start, end, _BYTES)
        }

    def line(self, offset: int) -> int:
        """The line of the instruction at *offset*, in bytes; 0 where it has none."""
        return self._lines.get(offset, 0)

    def arc(self, offset: int, destination: int) -> Arc | None:
        """The arc of a branch, to minus the code's first line where it leads out of the code.

        ``None`` where it has no line, or leads to another branch on its line, which has events of
        its own.
        """
        source = self.line(offset)
        if not source:
            return None
        seen: set[int] = set()
        at: int | None = destination
        while at is not None and at not in seen and at < len(self._instructions):
            seen.add(at)
            line = self.line(at)
            if line and line != source:
                return source, line
            name, argument, following = self._instruction(at)
            if name in _LEAVE:
                return source, -self._code.co_firstlineno
            at = _next(name, argument, following)
        return None

    def _instruction(self, at: int) -> tuple[str, int, int]:
        """Name and argument of the instruction at *at*, and the offset of the one that follows."""
        from opcode import opname

        argument = 0
        while opname[self._instructions[at]] == "EXTENDED_ARG":
            argument = (argument | self._instructions[at + 1]) << 8
            at += _BYTES
        name = opname[self._instructions[at]]
        argument |= self._instructions[at + 1]
        at += _BYTES
        while at < len(self._instructions) and opname[self._instructions[at]] == "CACHE":
            at += _BYTES
        return name, argument, at


def _next(name: str, argument: int, following: int) -> int | None:
    """Where control goes after an instruction, if it goes to one place only."""
    from opcode import hasjabs, hasjrel, opmap

    if name in _GO_ON:
        distance = _BYTES * argument
        return following - distance if "BACKWARD" in name else following + distance
    if name == "RERAISE" or opmap[name] in hasjrel or opmap[name] in hasjabs:
        return None
    return following
