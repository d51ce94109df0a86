"""Inventories lie beside bundles, and neither is taken for the other."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from lambda_usage.combine import inventories
from lambda_usage.combine.api import combine_coverage_files
from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.errors import StoreError
from lambda_usage.combine.outputs import write_output
from lambda_usage.combine.stores import open_store

BUCKET = "usage-bucket"
NAMES = ["inventory/billing/aa.json.gz", "inventory/shop/bb.json.gz", "inventory/shop/cc.json.gz"]


def test_a_folder_lists_inventories_with_when_they_were_written(tmp_path: Path, write: Any) -> None:
    write("2026/11/20/f-p-000000.coverage")
    for number, name in enumerate(NAMES):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * number)
        os.utime(path, (1000.0 + number, 1000.0 + number))
    (tmp_path / "inventory/shop/notes.txt").touch()
    (tmp_path / "elsewhere.json.gz").touch()
    found = list(open_store(str(tmp_path)).inventories())
    assert found == [(name, i, 1000.0 + i) for i, name in enumerate(NAMES)]


def test_a_store_without_inventories_lists_none(tmp_path: Path, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="coverage/a.coverage", Body=b"")
    (tmp_path / "file").touch()
    for address in (str(tmp_path), str(tmp_path / "file"), f"s3://{BUCKET}/coverage"):
        assert list(open_store(address).inventories()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no folder"):
        list(open_store(str(tmp_path / "nowhere")).inventories())


def test_s3_lists_inventories_with_when_they_were_written(s3: Any) -> None:
    for name in [*NAMES, "2026/11/20/f.coverage", "inventory.json.gz"]:
        s3.put_object(Bucket=BUCKET, Key=f"coverage/{name}", Body=b"abc")
    found = list(open_store(f"s3://{BUCKET}/coverage").inventories())
    assert [(each.name, each.size) for each in found] == [(name, 3) for name in NAMES]
    written = s3.head_object(Bucket=BUCKET, Key=f"coverage/{NAMES[0]}")["LastModified"]
    assert found[0].modified == written.timestamp()


def test_inventories_are_no_bundles(tmp_path: Path, write: Any) -> None:
    write("2026/11/20/f-p-000000.coverage")
    (tmp_path / "inventory/shop").mkdir(parents=True)
    (tmp_path / "inventory/shop/aa.json.gz").write_bytes(b"junk")
    combined = combine_store(open_store(str(tmp_path)))
    assert (combined.read, combined.broken) == (1, ())


def test_an_inventory_in_s3_is_stored_as_what_it_is(s3: Any, tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(b"abc")
    address = open_store(f"s3://{BUCKET}/coverage").put(tmp_path / "local", NAMES[0])
    assert address == f"s3://{BUCKET}/coverage/{NAMES[0]}"
    head = s3.head_object(Bucket=BUCKET, Key=f"coverage/{NAMES[0]}")
    assert head["ContentType"] == "application/gzip"
    assert "ContentEncoding" not in head  # or clients would unpack it on the way


@pytest.mark.parametrize("output", ["s3", "folder"])
def test_report_data_without_source_says_why_it_has_no_verdicts(
    output: str, tmp_path: Path, write: Any, s3: Any
) -> None:
    path = write("usage/2026/11/20/f-p-000000.coverage")
    if output == "s3":
        s3.upload_file(str(path), BUCKET, "coverage/2026/11/20/f-p-000000.coverage")
        combine_coverage_files(BUCKET, "coverage/", "reports/day.json")
        content = json.loads(s3.get_object(Bucket=BUCKET, Key="reports/day.json")["Body"].read())
    else:
        combined = combine_store(open_store(str(tmp_path / "usage")))
        write_output(combined, str(tmp_path / "day.json"))
        content = json.loads((tmp_path / "day.json").read_text())
    assert "no verdicts here" in content["no_verdicts"]
    assert "lambda-usage inventory DIR --store STORE" in content["no_verdicts"]
    assert not any("verdict" in each for each in content["functions"])


def test_what_is_too_large_for_an_inventory_is_not_even_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventories, "MAX_BYTES", 10)
    path = tmp_path / "inventory/shop/aa.json.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * 11)
    store = open_store(str(tmp_path))
    with pytest.raises(StoreError, match="has 11 bytes, and no inventory has over 10"):
        list(inventories.read_inventories(store, list(store.inventories())))
