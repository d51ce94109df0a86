"""The SAM template by SAM's own rules, and what a stack of it does when it changes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.by_sam import TEMPLATE, stack, transformed
from tests.support.documents import COMBINER, OPERATIONS, blocks
from tests.support.paths import ROOT

GUIDE = ROOT / "docs" / "deploy" / "sam.md"


def as_template(policies: list[str]) -> dict[str, Any]:
    """Something that cfn-lint reads: it knows every action there is."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            f"Policy{number}": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {"PolicyDocument": json.loads(text)},
            }
            for number, text in enumerate(policies)
        },
    }


def test_cfn_lint_finds_nothing_in_the_template_nor_in_what_documents_advise(
    tmp_path: Path,
) -> None:
    (mine,) = blocks(GUIDE, "yaml")
    (tmp_path / "mine.yaml").write_text(mine, "utf-8")
    found = [*blocks(OPERATIONS, "json"), *blocks(COMBINER, "json")]
    policies = [each for each in found if '"Statement"' in each]
    assert len(policies) == 6
    (tmp_path / "policies.json").write_text(json.dumps(as_template(policies)), "utf-8")
    done = subprocess.run(
        [
            Path(sys.executable).with_name("cfn-lint"),
            TEMPLATE, tmp_path / "mine.yaml", tmp_path / "policies.json",
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_all_that_the_guides_template_reads_is_there() -> None:
    (mine,) = blocks(GUIDE, "yaml")
    with stack() as resources:
        kept = {each["Name"] for name, each in resources.items() if name.endswith("Parameter")}
    read = set(re.findall(r"Default: (/\S+)", mine))
    assert len(read) == 5
    assert kept == read | {"/lambda-usage/dev/layer-x86_64"}


@pytest.mark.parametrize("name", ["Bucket", "LayerX8664", "LayerArm64"])
def test_what_others_use_outlives_the_stack_and_its_updates(name: str) -> None:
    resource = transformed()["Resources"][name]
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_alarms_go_to_a_topic_where_one_is_given() -> None:
    topic = "arn:aws:sns:eu-west-1:123456789012:people"
    with stack(AlarmTopic=topic) as resources:
        alarms = [each for name, each in resources.items() if name.endswith("Alarm")]
    assert [each["AlarmActions"] for each in alarms] == [[topic]] * 4
