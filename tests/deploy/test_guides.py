"""What the guides repeat of other pages is the same there."""

from __future__ import annotations

import json

from tests.support.documents import blocks, policy
from tests.support.paths import ROOT

GUIDES = ROOT / "docs" / "deploy"


def test_the_consoles_policies_are_the_documented_ones() -> None:
    bucket, function = (json.loads(each) for each in blocks(GUIDES / "console.md", "json"))
    assert function == json.loads(policy("The function"))
    (by_command,) = (each for each in blocks(GUIDES / "cli.md", "sh") if "SecureTransport" in each)
    text = by_command.partition("<<EOF\n")[2].partition("EOF\n")[0]
    assert bucket == json.loads(text.replace("$BUCKET", "my-usage-bucket"))
