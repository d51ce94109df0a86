"""The handler that the emulator is told to run for every contender but ours, which has a layer."""

from __future__ import annotations

import os

from benchmarks.inside.contenders import attach

handler = attach(os.environ["BENCH_CONTENDER"]).handler
