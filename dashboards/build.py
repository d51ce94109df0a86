"""Writes what is committed beside this code: ``python -m dashboards.build``.

``--check`` writes nothing and fails where a file is not what it would write.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards.alerts import rules
from dashboards.cloudwatch_board import body
from dashboards.fleet import fleet
from dashboards.one_function import one_function
from dashboards.quality import quality

HERE = Path(__file__).parent


def grafana() -> Mapping[str, Dashboard]:
    """The dashboards for Grafana, by name of their files."""
    return {"fleet": fleet(), "function": one_function(), "quality": quality()}


def files() -> Mapping[str, str]:
    """All files and what is in them, by path below this folder."""
    boards = {f"grafana/{name}.json": _json(board) for name, board in grafana().items()}
    return {
        **boards,
        "prometheus/lambda-usage.rules.yml": rules(),
        "cloudwatch/lambda-usage.json": body(),
    }


def _json(board: Dashboard) -> str:
    return json.dumps(board, cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    """Write all files, or check them."""
    made = files()
    if "--check" not in sys.argv:
        for name, text in made.items():
            (HERE / name).parent.mkdir(exist_ok=True)
            (HERE / name).write_text(text, encoding="utf-8")
        return 0
    there = {name for name in made if (HERE / name).exists()}
    stale = [n for n in made if n not in there or (HERE / n).read_text("utf-8") != made[n]]
    for name in stale:
        print(f"dashboards/{name} is out of date: run make dashboards")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
