"""What is compared: ours in its states, and every alternative."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

BARE = "bare"

_LIMITLESS = {
    "COVERAGE_OVERHEAD_BUDGET": "1",
    "COVERAGE_MAX_WINDOWS_PER_MINUTE": "1000000000",
    "COVERAGE_FLUSH_INTERVAL": "86400",
}
COVERAGE = ("coverage>=7.17.3,<8",)
_OURS = ("coverage>=7.17.3,<8; python_version < '3.12'",)


@dataclass(frozen=True, slots=True)
class Contender:
    """One column of the tables."""

    title: str
    attach: str
    """The function of ``inside/contenders.py`` that puts it in front of the handler."""
    requirements: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    oldest: str = "3.11"
    ours: bool = False
    emulated: bool = True
    """Whether it is measured in the emulator too."""
    by_turns: bool = False
    """Whether it is for measuring budgets only."""
    slow: bool = False
    """Whether one invocation may take a hundred times as long as the bare one."""

    def runs_on(self, version: str) -> bool:
        return _number(version) >= _number(self.oldest)


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


CONTENDERS: dict[str, Contender] = {
    BARE: Contender("bare", "bare"),
    "ours-armed": Contender(
        "ours: recorder armed, no agent",
        "ours_armed",
        _OURS,
        variables={**_LIMITLESS, "COVERAGE_SAMPLE_RATE": "0.000000001"},
        oldest="3.12",
        ours=True,
        emulated=False,
    ),
    "ours-no-window": Contender(
        "ours: no window",
        "ours",
        _OURS,
        variables={**_LIMITLESS, "COVERAGE_SAMPLE_RATE": "0.000000001"},
        ours=True,
    ),
    "ours-window": Contender(
        "ours: every invocation a window",
        "ours",
        _OURS,
        variables={**_LIMITLESS, "COVERAGE_SAMPLE_RATE": "1"},
        ours=True,
    ),
    "ours-default": Contender("ours: as configured by default", "ours", _OURS, ours=True),
    "ours-budget": Contender(
        "ours: within a budget, and without windows by turns",
        "ours_within_budget",
        _OURS,
        variables={"COVERAGE_SAMPLE_RATE": "1", "COVERAGE_MAX_WINDOWS_PER_MINUTE": "1000000000"},
        ours=True,
        emulated=False,
        by_turns=True,
    ),
    "coverage-each": Contender(
        "coverage.py in each invocation, with upload",
        "coverage_each",
        COVERAGE,
        slow=True,
    ),
    "coverage-ctrace": Contender(
        "coverage.py always on, ctrace",
        "coverage_always",
        COVERAGE,
        {"COVERAGE_CORE": "ctrace"},
    ),
    "coverage-sysmon": Contender(
        "coverage.py always on, sysmon",
        "coverage_always",
        COVERAGE,
        {"COVERAGE_CORE": "sysmon"},
        oldest="3.12",
    ),
    "coverage-windows": Contender(
        "coverage.py's sysmon, every invocation a window",
        "coverage_windows",
        COVERAGE,
        {"COVERAGE_CORE": "sysmon"},
        oldest="3.12",
    ),
    "slipcover": Contender("slipcover", "slipcover", ("slipcover>=1.1,<2",)),
    "codecov": Contender(
        "codecovopentelem",
        "codecov",
        ("codecovopentelem==0.0.6", *COVERAGE, "opentelemetry-sdk>=1.30,<2"),
        slow=True,
    ),
}
"""By name, in the order of the tables."""

COMPARED = tuple(name for name, each in CONTENDERS.items() if not each.by_turns)
"""Those that are measured on every workload."""


SABOTAGES = {
    "1ms": ("ours-no-window", "ours_with_1ms"),
    "overspending": ("ours-budget", "ours_overspending"),
}
"""What goes wrong on purpose: which contender, and what takes its place."""


def sabotage(name: str) -> None:
    """Make a contender of this process worse, to see whether the regression check notices."""
    contender, attach = SABOTAGES[name]
    CONTENDERS[contender] = replace(CONTENDERS[contender], attach=attach)


def requirements(contender: Contender) -> tuple[str, ...]:
    """What its environment holds beside a managed runtime's own libraries."""
    from tests.support.pythons import RUNTIME

    return (*RUNTIME, *contender.requirements)
