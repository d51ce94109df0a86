"""``combine_coverage_files``, as a scheduled Lambda function calls it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lambda_usage.bundle.reader import bundle_kind, read_bundle
from lambda_usage.combine.api import combine_coverage_files
from lambda_usage.combine.errors import StoreError

BUCKET = "usage-bucket"
WriteBundle = Callable[..., Path]


@pytest.fixture
def day(write: WriteBundle, s3: Any) -> Any:
    """A day's bundles of two functions under ``coverage/``."""
    for key, args in {
        "coverage/2026/11/20/orders-a-0.coverage": {"process": "a", "invocations": 30},
        "coverage/2026/11/20/orders-b-0.coverage": {"process": "b", "invocations": 10},
        "coverage/2026/11/20/nightly-c-0.coverage": {
            "process": "c",
            "function": "nightly",
            "alias": "live",
            "time": 1_763_700_000.0,
        },
    }.items():
        path = write(f"day/{Path(key).name}", **args)
        s3.upload_file(str(path), BUCKET, key)
    return s3


def read_json(s3: Any, key: str) -> Any:
    return json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())


def test_the_summary_tells_what_was_combined_and_is_json(day: Any) -> None:
    result = combine_coverage_files(BUCKET, "coverage/", "combined/all.coverage")
    assert json.loads(json.dumps(result)) == result
    assert result == {
        "status": "success",
        "message": f"combined 3 bundles into s3://{BUCKET}/combined/all.coverage",
        "bundles": 3,
        "duplicates": 0,
        "broken": [],
        "combined_files_skipped": 0,
        "lambda_functions": [
            {"name": "nightly:live", "invocations": 10, "inits": 1, "windows": 10},
            {"name": "orders", "invocations": 40, "inits": 2, "windows": 40},
        ],
        "invocations": 50,
        "inits": 3,
        "windows": 50,
        "first": "2025-11-20T00:53:20Z",
        "last": "2025-11-21T04:41:00Z",
        "output": f"s3://{BUCKET}/combined/all.coverage",
    }


def test_any_key_but_json_gets_the_combined_file(day: Any, tmp_path: Path) -> None:
    combine_coverage_files(BUCKET, "coverage/", "combined/all.coverage")
    day.download_file(BUCKET, "combined/all.coverage", str(tmp_path / "all"))
    assert bundle_kind(tmp_path / "all") == "combined"
    assert len(read_bundle(tmp_path / "all").bundles) == 3


def test_a_json_key_gets_the_summary_and_the_report_data(day: Any) -> None:
    result = combine_coverage_files(BUCKET, "coverage/", "reports/day.json")
    content = read_json(day, "reports/day.json")
    assert content["summary"] == result
    handler = next(
        each
        for each in content["functions"]
        if each["lambda_function"] == "orders" and each["name"] == "handler"
    )
    assert handler["windows"] == 40
    assert handler["frequency"] == 1.0
    assert handler["invoke_lines"] == [4, 5]
    assert handler["executable_lines"] == [4, 5, 6]
    helper = next(each for each in content["functions"] if each["name"] == "helper")
    assert (helper["windows"], helper["invoke_lines"], helper["frequency"]) == (0, [], 0.0)
    path = next(each for each in content["paths"] if each["lambda_function"] == "orders")
    assert path["share"] == 1.0
    assert path["duration_mean_s"] == pytest.approx(0.01)
    assert path["functions"] == ["app.py:handler"]


def test_the_output_may_lie_under_the_prefix(day: Any) -> None:
    for _ in range(2):
        result = combine_coverage_files(BUCKET, "coverage/", "coverage/combined/all.coverage")
        assert (result["bundles"], result["invocations"]) == (3, 50)
    assert result["combined_files_skipped"] == 1


def test_a_day_is_combined_by_its_prefix(day: Any) -> None:
    assert combine_coverage_files(BUCKET, "coverage/2026/11/20/orders", "o")["bundles"] == 2


def test_broken_bundles_are_named_and_the_rest_combined(day: Any) -> None:
    day.put_object(Bucket=BUCKET, Key="coverage/2026/11/20/x.coverage", Body=b"junk")
    result = combine_coverage_files(BUCKET, "coverage/", "combined/all.coverage")
    assert result["status"] == "partial"
    assert result["bundles"] == 3
    assert result["broken"][0]["name"] == "coverage/2026/11/20/x.coverage"
    assert result["broken"][0]["reason"]


def test_an_empty_prefix_writes_nothing(day: Any) -> None:
    result = combine_coverage_files(BUCKET, "nothing/here/", "combined/all.coverage")
    assert (result["status"], result["output"], result["first"]) == ("empty", None, None)
    assert "Contents" not in day.list_objects_v2(Bucket=BUCKET, Prefix="combined/")


def test_a_bucket_that_is_not_there_fails_the_call(s3: Any) -> None:
    with pytest.raises(StoreError, match="there is no bucket 'wrong'"):
        combine_coverage_files("wrong", "coverage/", "out")


def test_shares_of_blocks_under_a_users_condition_are_not_estimated(
    write: WriteBundle, s3: Any
) -> None:
    path = write("a.coverage", "a", 0, attach="context", recorder="ctrace")
    s3.upload_file(str(path), BUCKET, "a.coverage")
    combine_coverage_files(BUCKET, "", "out.json")
    content = read_json(s3, "out.json")
    assert {each["frequency"] for each in content["functions"]} == {None}
    assert {(each["share"], each["duration_mean_s"]) for each in content["paths"]} == {(None, None)}


def test_the_layer_needs_nothing_but_the_standard_library_and_boto3(tmp_path: Path) -> None:
    """Imported and run in a process where the command line's libraries cannot be had."""
    program = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in "boto3 botocore coverage rich scipy typer numpy".split():
            raise ImportError(f"{name} is not in the layer")
sys.meta_path.insert(0, Refuse())
import lambda_usage.combine.api
from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store
print(combine_store(open_store(sys.argv[1])).read)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_no_module_of_ours_imports_boto3_at_import() -> None:
    import lambda_usage.combine as package

    for path in Path(package.__path__[0]).glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                assert "boto" not in ast.unparse(node), path
