"""How thorough a run is: what is measured on which Python, and how often.

Effects are large for alternatives that do much in each invocation, and small for ours; so ours has
most of the time. Every contender runs on one Python. On the others run those that differ there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks import emulated, fleet, inprocess, telemetry, telemetry_faults
from benchmarks.alternatives import BARE, COMPARED, CONTENDERS
from benchmarks.budgets import CONTENDER, Spending
from benchmarks.workloads import PLANS

MAIN_PYTHON = "3.13"
"""Measured where one Python must do: the shares of a CPU, and everything in a quick run."""
_NEWER = (BARE, "ours-armed", "ours-no-window", "ours-window", "coverage-windows")
_OLDER = (BARE, "ours-no-window", "ours-window", "ours-default", "coverage-ctrace")


@dataclass(frozen=True, slots=True)
class Emulation:
    """What runs in the emulator on one Python."""

    effort: emulated.Effort
    contenders: tuple[str, ...]
    workloads: tuple[str, ...]
    shares: tuple[float, ...] = (1,)
    of_small: tuple[str, ...] = ()
    """Contenders that run at shares below 1."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A run."""

    quick: bool
    pythons: tuple[str, ...]
    contenders: Mapping[str, tuple[str, ...]]
    """In process, by Python."""
    in_process: Mapping[str, inprocess.Effort]
    emulation: Mapping[str, Emulation]
    budgeted: tuple[str, ...]
    """Pythons on which budgets are held against CPU time."""
    budget_workloads: tuple[str, ...]
    spending: Spending
    told: Mapping[str, telemetry.Effort]
    """What telemetry costs, by Python."""
    faulty: Mapping[str, telemetry_faults.Effort]
    """Endpoints that fail, by Python."""
    fleet: fleet.Effort
    budget_contender: str = CONTENDER


_EMULATED = tuple(name for name, each in PLANS.items() if each.emulated)
_MAIN_EFFORT = inprocess.Effort(
    processes=2, rounds=8, batch_s=0.05, own_processes=3, own_s=2.5, alone=100
)
_EFFORT = inprocess.Effort(processes=2, rounds=8, batch_s=0.05, own_processes=2, own_s=2, alone=60)
_FEW = Emulation(emulated.Effort(3, 10), (BARE, "ours-default", "coverage-each"), _EMULATED)

FULL = Plan(
    quick=False,
    pythons=("3.11", "3.12", "3.13", "3.14"),
    contenders={
        "3.11": _OLDER,
        "3.12": _NEWER,
        "3.13": COMPARED,
        "3.14": _NEWER,
    },
    in_process={
        "3.11": _EFFORT,
        "3.12": _EFFORT,
        "3.13": _MAIN_EFFORT,
        "3.14": _EFFORT,
    },
    emulation={
        "3.11": _FEW,
        "3.12": _FEW,
        "3.13": Emulation(
            emulated.Effort(5, 10),
            tuple(
                name
                for name, each in CONTENDERS.items()
                if each.emulated and name not in ("ours-no-window", "ours-window")
            ),
            _EMULATED,
            (1, 0.07),
            (BARE, "ours-default", "coverage-each"),
        ),
        "3.14": _FEW,
    },
    budgeted=("3.11", MAIN_PYTHON),
    budget_workloads=tuple(PLANS),
    spending=Spending((0.002, 0.01, 0.05), seconds=60, generous_every=12),
    told={
        "3.11": telemetry.Effort(imports=7, processes=3, rounds=40),
        MAIN_PYTHON: telemetry.Effort(imports=15, processes=5, rounds=40),
    },
    faulty={MAIN_PYTHON: telemetry_faults.Effort(invocations=900, rounds=3)},
    fleet=fleet.FULL,
)
QUICK = Plan(
    quick=True,
    pythons=(MAIN_PYTHON,),
    contenders={
        MAIN_PYTHON: (BARE, "ours-no-window", "ours-window", "coverage-each", "coverage-windows")
    },
    in_process={MAIN_PYTHON: inprocess.Effort(1, 4, 0.02, own_processes=1, own_s=0.4, alone=20)},
    emulation={
        MAIN_PYTHON: Emulation(
            emulated.Effort(2, 5), (BARE, "ours-default", "coverage-each"), ("hot_loop",)
        )
    },
    budgeted=(MAIN_PYTHON,),
    budget_workloads=("hot_loop",),
    spending=Spending((0.05,), seconds=15, generous_every=4),
    told={MAIN_PYTHON: telemetry.Effort(imports=2, processes=1, rounds=6)},
    faulty={MAIN_PYTHON: telemetry_faults.Effort(invocations=100, rounds=1)},
    fleet=fleet.QUICK,
)
