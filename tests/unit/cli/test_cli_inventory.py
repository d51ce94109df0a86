"""Uploading what a source tree holds."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from lambda_usage.cli.inventory import default_name
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.inventory_file import unpack

Cli = Callable[..., Any]
ALL = '[project]\nname = "all"'


def uploads(store: Path) -> dict[str, bytes]:
    files = sorted((store / "inventory").rglob("*.*"))
    return {path.relative_to(store).as_posix(): path.read_bytes() for path in files}


def test_an_inventory_is_uploaded_and_the_command_says_what_and_where(
    cli: Cli, source: Path, tmp_path: Path
) -> None:
    result = cli("inventory", source, "--store", tmp_path / "usage", "--name", "shop")
    assert result.code == 0
    ((name, content),) = uploads(tmp_path / "usage").items()
    assert name.startswith("inventory/shop/")
    assert result.out.splitlines() == [
        "Uploaded the inventory (1 file, 4 functions and bodies, 9 statements) of 'shop', "
        f"without source text, to {tmp_path / 'usage' / name}"
    ]
    assert result.err == ""
    expected = read_inventory(source)
    assert unpack(content, name).units == expected.units


def test_the_same_tree_twice_is_one_file_with_the_same_bytes(
    cli: Cli, source: Path, tmp_path: Path
) -> None:
    before = None
    for _ in range(2):
        assert cli("inventory", source, "--store", tmp_path / "usage").code == 0
        found = uploads(tmp_path / "usage")
        assert len(found) == 1
        assert before in (None, found)
        before = found


def test_another_tree_is_another_file(cli: Cli, source: Path, tmp_path: Path) -> None:
    cli("inventory", source, "--store", tmp_path / "usage")
    (source / "app.py").write_text("x = 1\n")
    cli("inventory", source, "--store", tmp_path / "usage")
    assert len(uploads(tmp_path / "usage")) == 2


def test_no_source_text_leaves_unless_asked_for(cli: Cli, source: Path, tmp_path: Path) -> None:
    text = 'event.get("amount", 0)'
    assert text in (source / "app.py").read_text()
    cli("inventory", source, "--store", tmp_path / "without")
    (content,) = uploads(tmp_path / "without").values()
    assert text.replace('"', '\\"').encode() not in gzip.decompress(content)
    result = cli("inventory", source, "--store", tmp_path / "with", "--with-source")
    assert "with source text" in result.out
    (content,) = uploads(tmp_path / "with").values()
    assert unpack(content, "it").text("app.py") == (source / "app.py").read_text()


@pytest.mark.parametrize(
    ("files", "folder", "name"),
    [
        ({"pyproject.toml": '[project]\nname = "shop-api"'}, "src", "shop-api"),
        ({"pyproject.toml": ALL, "a/pyproject.toml": "[tool.ruff]"}, "a/src", "all-a"),
        ({"pyproject.toml": ALL}, "functions/b", "all-functions-b"),
        ({"pyproject.toml": ALL}, ".", "all"),
        ({"pyproject.toml": ALL, "a/pyproject.toml": '[project]\nname = "a"'}, "a/src", "a"),
        ({"pyproject.toml": '[project]\nname = "above"', "a/.git": ""}, "a/src", "a"),
        ({"pyproject.toml": "no TOML ["}, "orders", "orders"),
        ({"pyproject.toml": "project = 1"}, "orders", "orders"),
        ({}, "orders/src", "orders"),
        ({}, "my orders!", "my-orders"),
    ],
)
def test_a_tree_is_called_after_its_project(
    tmp_path: Path, files: dict[str, str], folder: str, name: str
) -> None:
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        (tmp_path / path).write_text(text)
    assert default_name(tmp_path / folder) == name


@pytest.mark.parametrize("name", ["a/b", "..", ".hidden", "a b", "é", "-x-"])
def test_a_name_that_is_no_name_is_2(cli: Cli, source: Path, tmp_path: Path, name: str) -> None:
    result = cli("inventory", source, "--store", tmp_path / "usage", f"--name={name}")
    assert result.code == 2
    assert "cannot name a source tree: use letters" in result.err
    assert len(result.lines) == 1
    assert not (tmp_path / "usage").exists()


def test_a_folder_without_a_usable_name_asks_for_one(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "é").mkdir()
    result = cli("inventory", tmp_path / "é", "--store", tmp_path / "usage")
    assert result.code == 2
    assert "in --name" in result.err


def test_a_directory_without_source_is_5(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    missing = cli("inventory", tmp_path / "nowhere", "--store", tmp_path / "usage")
    empty = cli("inventory", tmp_path / "empty", "--store", tmp_path / "usage")
    assert (missing.code, empty.code) == (5, 5)
    assert missing.lines == [
        f"lambda-usage: there is no source directory {tmp_path / 'nowhere'}: check DIR"
    ]
    assert empty.lines == [
        f"lambda-usage: {tmp_path / 'empty'} holds no Python that can be read: check DIR"
    ]
    assert not (tmp_path / "usage").exists()


def test_a_store_that_cannot_be_written_is_3(cli: Cli, source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = cli("inventory", source, "--store", tmp_path / "file")
    assert result.code == 3
    assert len(result.lines) == 1
    assert "cannot write" in result.err


def test_files_that_are_not_understood_are_named_and_the_rest_is_uploaded(
    cli: Cli, source: Path, tmp_path: Path
) -> None:
    for number in range(7):
        (source / f"bad{number}.py").write_text("def :")
    result = cli("inventory", source, "--store", tmp_path / "usage")
    assert result.code == 0
    assert len(result.lines) == 6
    assert result.lines[0].startswith("lambda-usage: not understood, so not judged: bad0.py: ")
    assert result.lines[-1] == "lambda-usage: and 2 more of that kind"
    (content,) = uploads(tmp_path / "usage").values()
    assert len(unpack(content, "it").problems) == 7


def test_uploading_to_s3_needs_the_right_to_put_and_no_other(
    cli: Cli, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="bucket")
        session = boto3.Session()
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
        asked: list[tuple[str, str]] = []

        def note(params: Any, model: Any, **_: Any) -> None:
            asked.append((model.name, params["url_path"]))

        session.events.register("before-call.s3", note)
        result = cli("inventory", source, "--store", "s3://bucket/coverage", "--name", "shop")
        assert result.code == 0
    ((operation, path),) = asked
    assert operation == "PutObject"
    assert path.startswith("/coverage/inventory/shop/")
