"""docs/first-report.md: what it tells to type gives what it says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from scripts.first_report import run_step, steps


def test_the_first_report_comes_out_as_the_page_says(tmp_path: Path) -> None:
    """All but the first step, in place of which is the environment of the tests."""
    programs = Path(sys.executable).parent
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COVERAGE_", "COV_", "AWS_"))
    }
    environment["PATH"] = f"{programs}{os.pathsep}{environment['PATH']}"
    said = {}
    for step, commands in list(steps().items())[1:]:
        done = run_step(commands, tmp_path, environment)
        assert done.returncode == 0, f"{step}\n{done.stdout}"
        said[step[0]] = done.stdout
    assert list(said) == ["2", "3", "4", "5", "6"]
    assert "2,000 returned, 0 raised" in said["3"]
    for name in ("as_text", "as_feed", "text_unidecode"):
        assert name in said["4"]
    assert "as_feed" in said["5"]
    assert "as_text" not in said["5"]
    assert "text_unidecode" not in said["5"]
    assert "May I delete it?" in said["6"]
    page = (tmp_path / "shop" / "report.html").read_text(encoding="utf-8")
    assert "as_feed" in page
