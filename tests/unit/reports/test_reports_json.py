"""The JSON form."""

from __future__ import annotations

import io
import json
from dataclasses import fields, replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lambda_usage.evidence import model
from lambda_usage.evidence.model import DeadCodeReport, HotPathsReport
from lambda_usage.reports import renderer_for
from lambda_usage.reports.json import json_schema


def rendered_dead_code(report: DeadCodeReport) -> Any:
    out = io.StringIO()
    renderer_for("json").dead_code(report, out)
    return json.loads(out.getvalue())


def rendered_hot_paths(report: HotPathsReport) -> Any:
    out = io.StringIO()
    renderer_for("json").hot_paths(report, out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("report", ["dead-code", "hot-paths", "check"])
def test_the_published_schemas_are_schemas(report: str) -> None:
    Draft202012Validator.check_schema(json_schema(report))


def test_a_dead_code_report_obeys_its_schema(dead_code: DeadCodeReport) -> None:
    Draft202012Validator(json_schema("dead-code")).validate(rendered_dead_code(dead_code))


def test_a_hot_paths_report_obeys_its_schema(hot_paths: HotPathsReport) -> None:
    Draft202012Validator(json_schema("hot-paths")).validate(rendered_hot_paths(hot_paths))


def test_a_report_of_nothing_obeys_the_schemas(
    dead_code: DeadCodeReport, hot_paths: HotPathsReport
) -> None:
    nothing = model.Evidence(0, 0, 0.0, 0, 0, 0, 0, 0, None, None, ())
    empty_dead_code = replace(dead_code, evidence=nothing, blind_spots=(), files=(), functions=())
    empty_hot_paths = replace(hot_paths, evidence=nothing, blind_spots=(), paths=(), functions=())
    Draft202012Validator(json_schema("dead-code")).validate(rendered_dead_code(empty_dead_code))
    Draft202012Validator(json_schema("hot-paths")).validate(rendered_hot_paths(empty_hot_paths))


@pytest.mark.parametrize(
    ("report", "definition", "described"),
    [
        ("dead-code", "evidence", model.Evidence),
        ("dead-code", "lambda_function", model.LambdaFunction),
        ("dead-code", "blind_spot", model.BlindSpot),
        ("dead-code", "thresholds", model.Thresholds),
        ("dead-code", "file", model.FileEvidence),
        ("dead-code", "function", model.FunctionEvidence),
        ("dead-code", "dead_range", model.DeadRange),
        ("dead-code", "keep", model.Keep),
        ("dead-code", "keep_evidence", model.KeepEvidence),
        ("dead-code", "lambda_function_verdict", model.LambdaFunctionVerdict),
        ("dead-code", "dependency", model.DependencyEvidence),
        ("hot-paths", "evidence", model.Evidence),
        ("hot-paths", "lambda_function", model.LambdaFunction),
        ("hot-paths", "blind_spot", model.BlindSpot),
        ("hot-paths", "path", model.PathEvidence),
        ("hot-paths", "path_share", model.PathShare),
        ("hot-paths", "path_lines", model.PathLines),
        ("hot-paths", "path_trace", model.PathTrace),
        ("hot-paths", "function", model.FunctionFrequency),
    ],
)
def test_the_schema_describes_every_field_and_no_other(
    report: str, definition: str, described: Any
) -> None:
    schema = json_schema(report)["$defs"][definition]
    names = [field.name for field in fields(described) if field.name != "statements"]
    assert list(schema["properties"]) == names
    assert schema["required"] == names


@pytest.mark.parametrize(
    ("report", "described"), [("dead-code", DeadCodeReport), ("hot-paths", HotPathsReport)]
)
def test_the_schema_describes_the_whole_report(report: str, described: Any) -> None:
    names = ["schema", "report", *(field.name for field in fields(described))]
    assert list(json_schema(report)["properties"]) == names
    assert json_schema(report)["required"] == names


@pytest.mark.parametrize(
    ("definition", "name", "values"),
    [
        ("file", "state", model.FileState),
        ("function", "verdict", model.Verdict),
        ("dead_range", "kind", model.RangeKind),
        ("keep_evidence", "state", model.KeepState),
        ("dependency", "verdict", model.Verdict),
    ],
)
def test_the_schema_lists_every_value_of_an_enumeration(
    definition: str, name: str, values: Any
) -> None:
    schema = json_schema("dead-code")["$defs"][definition]["properties"][name]
    assert schema["enum"] == [value.value for value in values]


def test_the_schema_refuses_what_is_no_report(dead_code: DeadCodeReport) -> None:
    content = rendered_dead_code(dead_code)
    content["functions"][0]["verdict"] = "probably fine"
    assert not Draft202012Validator(json_schema("dead-code")).is_valid(content)


def test_the_schema_number_is_the_one_of_the_model(dead_code: DeadCodeReport) -> None:
    assert rendered_dead_code(dead_code)["schema"] == model.REPORT_SCHEMA
    assert json_schema("dead-code")["properties"]["schema"]["const"] == model.REPORT_SCHEMA


def test_names_and_verdicts_survive_as_they_are(dead_code: DeadCodeReport) -> None:
    function = rendered_dead_code(dead_code)["functions"][3]
    assert function["file"] == "orders/pricing.py"
    assert function["name"] == "legacy_discount"
    assert function["verdict"] == "dead"
    assert function["use_upper_bound"] == 7.24e-5
    assert function["frequency"] is None
    assert function["dead_lines"] == [{"first": 41, "last": 58, "kind": "code", "keep": None}]


def test_what_was_not_estimated_is_null_and_never_zero(hot_paths: HotPathsReport) -> None:
    assert rendered_hot_paths(hot_paths)["paths"][2]["duration_mean_s"] is None


def test_equal_reports_give_equal_bytes(dead_code: DeadCodeReport) -> None:
    first, second = io.StringIO(), io.StringIO()
    renderer_for("json").dead_code(dead_code, first)
    renderer_for("json").dead_code(replace(dead_code), second)
    assert first.getvalue() == second.getvalue()


def test_a_number_that_json_has_no_word_for_is_refused(hot_paths: HotPathsReport) -> None:
    wrong = replace(hot_paths.paths[0], share=float("nan"))
    with pytest.raises(ValueError, match="JSON"):
        rendered_hot_paths(replace(hot_paths, paths=(wrong,)))


def test_an_unknown_form_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no report form 'pdf'"):
        renderer_for("pdf")
