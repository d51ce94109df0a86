"""What is synthesised from which context, and that cdk-nag finds nothing in it without a reason."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.infra.synthesise import CONTEXTS, GATEWAY, LAYER, TOPIC
from tests.support.paths import ROOT

README = ROOT / "infra" / "README.md"

STACKS = {
    "default": ["lambda-usage-dev"],
    "everything": ["lambda-usage-prod-eu-west-1", "lambda-usage-prod-us-east-1"],
    "examples": ["lambda-usage-dev"],
    "load-test": ["lambda-usage-load-test"],
}


def templates(assemblies: Path, name: str) -> dict[str, Any]:
    """The templates of an assembly, by stack."""
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text("utf-8"))
        for path in sorted((assemblies / name).glob("*.template.json"))
    }


def of_type(template: Any, kind: str) -> list[Any]:
    return [each for each in template["Resources"].values() if each["Type"] == kind]


@pytest.mark.parametrize("name", STACKS)
def test_no_rule_of_cdk_nag_is_broken(assemblies: Path, name: str) -> None:
    report = json.loads((assemblies / name / "validation-report.json").read_text("utf-8"))
    assert report["pluginReports"] == []


def test_a_broken_rule_fails_the_synthesis(assemblies: Path) -> None:
    report = json.loads((assemblies / "broken" / "validation-report.json").read_text("utf-8"))
    (found,) = report["pluginReports"]
    assert found["conclusion"] == "failure"
    assert {each["ruleName"] for each in found["violations"]} == {
        "AwsSolutions-S1",
        "AwsSolutions-S10",
    }
    assert "ValidationFailed" in (assemblies / "broken.txt").read_text("utf-8")


def test_each_exception_has_its_reason_and_no_other_is_made(assemblies: Path) -> None:
    readme = README.read_text("utf-8")
    (template,) = templates(assemblies, "examples").values()
    found: Counter[tuple[str, str]] = Counter()
    for each in template["Resources"].values():
        for rule in each.get("Metadata", {}).get("cdk_nag", {}).get("rules_to_suppress", ()):
            assert rule["reason"] in readme
            found[each["Type"], rule["id"].removeprefix("AwsSolutions-").partition("[")[0]] += 1
    assert found == {
        ("AWS::S3::Bucket", "S1"): 1,
        ("AWS::S3::BucketPolicy", "S1"): 1,
        ("AWS::IAM::ManagedPolicy", "IAM5"): 1,
        ("AWS::IAM::Role", "IAM5"): 4,
        ("AWS::Lambda::Function", "L1"): 4,
    }


def test_each_template_is_one_by_the_schemas_of_cloudformation(assemblies: Path) -> None:
    done = subprocess.run(
        [
            Path(sys.executable).with_name("cfn-lint"), "--non-zero-exit-code", "error",
            *(path for name in STACKS for path in (assemblies / name).glob("*.template.json")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", STACKS)
def test_each_region_has_a_stack(assemblies: Path, name: str) -> None:
    assert sorted(templates(assemblies, name)) == STACKS[name]
    manifest = json.loads((assemblies / name / "manifest.json").read_text("utf-8"))
    places = {stack: manifest["artifacts"][stack]["environment"] for stack in STACKS[name]}
    for stack, place in places.items():
        region = (
            stack.removeprefix("lambda-usage-prod-") if name == "everything" else "unknown-region"
        )
        assert place.endswith(f"/{region}")


def test_the_context_reaches_the_functions(assemblies: Path) -> None:
    for template in templates(assemblies, "everything").values():
        watched = [
            each["Properties"]
            for each in of_type(template, "AWS::Lambda::Function")
            if "Layers" in each["Properties"]
        ]
        assert len(watched) == 2
        for each in watched:
            variables = each["Environment"]["Variables"]
            assert variables["COVERAGE_SAMPLE_RATE"] == CONTEXTS["everything"]["sample_rate"]
            assert (
                variables["COVERAGE_OVERHEAD_BUDGET"] == CONTEXTS["everything"]["overhead_budget"]
            )


def test_with_a_collector_metrics_go_to_it(assemblies: Path) -> None:
    """In the function, by the layer that has OpenTelemetry's SDK, and a configuration of ours."""
    for stack, template in templates(assemblies, "everything").items():
        assets = json.loads((assemblies / "everything" / f"{stack}.assets.json").read_text("utf-8"))
        folders = [
            assemblies / "everything" / each["source"]["path"] for each in assets["files"].values()
        ]
        assert any((folder / "lambda-layer.yaml").exists() for folder in folders)
        with_it, without = (
            each["Properties"]
            for each in of_type(template, "AWS::Lambda::Function")
            if "Layers" in each["Properties"]
        )
        variables = with_it["Environment"]["Variables"]
        assert variables["OPENTELEMETRY_COLLECTOR_CONFIG_URI"] == "/opt/lambda-layer.yaml"
        assert variables["LAMBDA_USAGE_GATEWAY"] == GATEWAY
        token = json.dumps(variables["LAMBDA_USAGE_GATEWAY_TOKEN"])
        assert "{{resolve:secretsmanager:lambda-usage/prod/collector-token:" in token
        assert "COVERAGE_METRICS" not in variables
        ours, collector, configuration = with_it["Layers"]
        assert ours["Ref"].startswith("OtelLayersx8664")
        assert collector == LAYER
        assert configuration["Ref"].startswith("CollectorConfiguration")
        assert without["Architectures"] == ["arm64"]
        assert without["Environment"]["Variables"]["COVERAGE_METRICS"] == "emf"


def test_a_function_is_attached_as_the_guide_tells(assemblies: Path) -> None:
    (template,) = templates(assemblies, "attached").values()
    (function,) = of_type(template, "AWS::Lambda::Function")
    parameters = {
        name: each["Default"] for name, each in template["Parameters"].items() if "Default" in each
    }

    def told(value: Any) -> str:
        path = str(parameters[value["Ref"]])
        assert path.startswith("/lambda-usage/staging/")
        return path.rpartition("/")[2]

    properties = function["Properties"]
    assert [told(each) for each in properties["Layers"]] == ["layer-arm64"]
    variables = properties["Environment"]["Variables"]
    assert variables.pop("AWS_LAMBDA_EXEC_WRAPPER") == "/opt/lambda-usage"
    assert {name: told(value) for name, value in variables.items()} == {
        "COVERAGE_S3_BUCKET": "bucket",
        "COVERAGE_SAMPLE_RATE": "sample-rate",
        "COVERAGE_OVERHEAD_BUDGET": "overhead-budget",
    }
    (role,) = of_type(template, "AWS::IAM::Role")
    assert told(role["Properties"]["ManagedPolicyArns"][-1]) == "function-policy"


def test_functions_are_deployed_without_what_only_describes_them(assemblies: Path) -> None:
    packed = [
        {path.name for path in found.parent.iterdir()}
        for known in ("orders.py", "stock.py")
        for found in (assemblies / "examples").glob(f"asset.*/{known}")
    ]
    assert packed == [{"app.py", "money.py", "orders.py"}, {"app.py", "money.py", "stock.py"}]


def test_alarms_are_sent_to_the_topic(assemblies: Path) -> None:
    for template in templates(assemblies, "everything").values():
        alarms = of_type(template, "AWS::CloudWatch::Alarm")
        assert len(alarms) == 4
        assert all(each["Properties"]["AlarmActions"] == [TOPIC] for each in alarms)
    (template,) = templates(assemblies, "default").values()
    assert all(
        "AlarmActions" not in each["Properties"]
        for each in of_type(template, "AWS::CloudWatch::Alarm")
    )


def test_without_examples_nothing_is_watched_and_the_combiner_is_told_of_no_source(
    assemblies: Path,
) -> None:
    (template,) = templates(assemblies, "default").values()
    (function,) = of_type(template, "AWS::Lambda::Function")
    variables = function["Properties"]["Environment"]["Variables"]
    assert variables.keys() == {"COVERAGE_S3_BUCKET", "POWERTOOLS_TRACE_DISABLED"}
    assert not of_type(template, "Custom::AWS")


@pytest.mark.parametrize("name", STACKS)
def test_no_role_has_a_right_to_everything(assemblies: Path, name: str) -> None:
    for template in templates(assemblies, name).values():
        for role in of_type(template, "AWS::IAM::Role"):
            for policy in role["Properties"].get("Policies", ()):
                for each in policy["PolicyDocument"]["Statement"]:
                    assert each["Resource"] != "*"
                    assert not any("*" in action for action in [each["Action"]])
        assert not of_type(template, "AWS::IAM::Policy")
