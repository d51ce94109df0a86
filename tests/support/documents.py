"""What the documents hold that is more than words: policies, commands, configurations."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.support.paths import ROOT

OPERATIONS = ROOT / "docs" / "operations.md"
COMBINER = ROOT / "combiner" / "README.md"
BUCKET = "my-usage-bucket"
"""What documents call the bucket."""


def blocks(page: Path, language: str) -> list[str]:
    """All blocks of a page in a language, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.M)


def below(heading: str, page: Path) -> str:
    """The text of a page below a heading."""
    _, found, text = page.read_text("utf-8").partition(f"## {heading}\n")
    assert found, heading
    return text


def policy(heading: str, page: Path = OPERATIONS) -> str:
    """The first JSON block below a heading of the page."""
    found = re.search(r"```json\n(.*?)```", below(heading, page), re.DOTALL)
    assert found, heading
    return found[1]


def policy_for(bucket: str, heading: str, page: Path = OPERATIONS) -> Any:
    """The same, parsed, with the name of a bucket in it."""
    return json.loads(policy(heading, page).replace(BUCKET, bucket))
