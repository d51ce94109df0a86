"""The module is well-formed and documented, and the guide's configuration is applied for good."""

from __future__ import annotations

import re

import pytest

from tests.deploy.by_terraform import GUIDE, MODULE, Applied
from tests.deploy.deployed import BUCKET
from tests.support.documents import blocks
from tests.support.paths import Unavailable
from tests.support.terraform import program, terraform

README = (MODULE / "README.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    rows = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0].splitlines()
    cells = [re.split(r" *\| *", row.strip("| ")) for row in rows if row.startswith("|")]
    return cells[2:]


def declared(kind: str) -> dict[str, dict[str, str]]:
    """Every variable or output of the module, with what it says of itself."""
    text = (MODULE / f"{kind}s.tf").read_text("utf-8")
    return {
        name: dict(re.findall(r"^  (\w+) += (.+)$", body, re.MULTILINE))
        for name, body in re.findall(rf'^{kind} "(\w+)" {{\n(.*?)^}}', text, re.DOTALL | re.M)
    }


def test_inputs_and_outputs_are_documented_as_they_are() -> None:
    inputs = [
        [name, each["description"].strip('"'), f"`{each['type']}`", default, required]
        for name, each in sorted(declared("variable").items())
        for default, required in [
            (f"`{each['default']}`", "no") if "default" in each else ("n/a", "yes")
        ]
    ]
    assert inputs == table("Inputs")
    outputs = [[n, o["description"].strip('"')] for n, o in sorted(declared("output").items())]
    assert outputs == table("Outputs")


@pytest.mark.parametrize("where", ["module", "guide"])
def test_it_is_formatted_as_terraform_would(
    where: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    try:
        program()
    except Unavailable as reason:
        pytest.skip(str(reason))
    folder = MODULE
    if where == "guide":
        folder = tmp_path_factory.mktemp("guide")
        for number, text in enumerate(blocks(GUIDE, "hcl")):
            (folder / f"{number}.tf").write_text(text, "utf-8")
    done = terraform("fmt", "-check", "-diff", "-no-color", folder=folder)
    assert done.returncode == 0, done.stdout


def test_the_guides_function_delivers_to_the_bucket_and_may_do_so(applied: Applied) -> None:
    function = applied.client("lambda").get_function_configuration(FunctionName="orders")
    assert function["Environment"]["Variables"] == {
        "AWS_LAMBDA_EXEC_WRAPPER": "/opt/lambda-usage",
        "COVERAGE_S3_BUCKET": BUCKET,
        "COVERAGE_S3_PREFIX": "coverage/",
        "COVERAGE_SAMPLE_RATE": "1",
        "COVERAGE_OVERHEAD_BUDGET": "0.01",
        "TABLE": "orders",
    }
    (layer,) = function["Layers"]
    assert layer["Arn"].endswith(":layer:lambda-usage-dev-arm64:1")
    attached = applied.client("iam").list_attached_role_policies(RoleName="orders")
    names = {each["PolicyName"] for each in attached["AttachedPolicies"]}
    assert names == {"AWSLambdaBasicExecutionRole", "lambda-usage-dev-function-eu-west-1"}


def test_it_ends_as_the_guide_says(applied: Applied) -> None:
    (end,) = re.findall(r"`(Apply complete![^`]*)`", GUIDE.read_text("utf-8"))
    assert end in applied.apply


def test_what_was_applied_is_what_was_asked_for(applied: Applied) -> None:
    """moto gives the queue's redrive policy back with other spaces in it; AWS, as it was sent."""
    assert re.findall(r"# (\S+) (?:will|must) be", applied.plan) == [
        "module.lambda_usage.aws_sqs_queue.bundles"
    ]
    changed = re.findall(r"^ +[~+-] (?!resource)(.*)$", applied.plan, re.MULTILINE)
    assert len(changed) == 2  # the first explains the sign
    assert changed[1].startswith("redrive_policy")
    assert changed[1].endswith("# whitespace changes")
