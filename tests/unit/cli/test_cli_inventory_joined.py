"""Reports that are made where the source is not: with an inventory that was uploaded before."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lambda_usage.cli import _inventories
from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store

Cli = Callable[..., Any]
NEWER = gzip.compress(json.dumps({"schema": 2, "form": "of tomorrow"}).encode(), mtime=0)
REPORTS = [("dead-code", "json"), ("dead-code", "text"), ("hot-paths", "json")]


@pytest.fixture
def upload(cli: Cli, store: Path, source: Path) -> Callable[..., Path]:
    """Uploads the source, with a text of its own if one is given, as of a time."""

    def to_store(name: str = "shop", *, text: str = "", time: float = 0.0, more: str = "") -> Path:
        before = (source / "app.py").read_text()
        (source / "app.py").write_text(text or before + more)
        result = cli("inventory", source, "--store", store, "--name", name)
        (source / "app.py").write_text(before)
        file = Path(result.out.split()[-1])
        if time:
            os.utime(file, (time, time))
        return file

    return to_store


def report(cli: Cli, *args: object, kind: str = "dead-code") -> Any:
    return cli("report", kind, *args)


@pytest.mark.parametrize(("kind", "form"), REPORTS)
def test_a_report_from_the_inventory_is_that_from_the_source_to_the_byte(
    cli: Cli, upload: Any, store: Path, source: Path, kind: str, form: str
) -> None:
    (source / "unused.py").write_text("def f():\n    return 1  # lambda-usage: keep reason=later\n")
    (source / "bad.py").write_text("def :")
    (source / "pyproject.toml").write_text(
        '[[tool.lambda-usage.keep]]\npattern = "app.py:legacy"\n'
    )
    expected = report(cli, store, "--source", source, "--format", form, kind=kind)
    upload()
    found = report(cli, store, "--format", form, kind=kind)
    assert (expected.code, found.code) == (0, 0)
    assert found.out == expected.out
    assert expected.err == ""
    if (kind, form) == ("dead-code", "json"):
        assert len(json.loads(found.out)["keeps"]) == 2


def test_stderr_says_which_inventory_it_is_and_of_when(
    cli: Cli, upload: Any, store: Path, source: Path
) -> None:
    (source / "unused.py").write_text("x = 1\n")
    file = upload(time=1_763_683_200.0)
    for kind in ("dead-code", "hot-paths"):
        result = report(cli, store, kind=kind)
        assert result.lines == [
            f"lambda-usage: source: {file}, uploaded 2025-11-21 00:00 UTC; shipped files "
            "that are as in the newest packages: 1 of 1"
        ]


def test_the_upload_that_is_deployed_is_chosen_and_not_the_latest(
    cli: Cli, upload: Any, store: Path, source: Path
) -> None:
    expected = report(cli, store, "--source", source, "--format", "json")
    deployed = upload(time=2000.0)
    upload(text="def older():\n    return 1\n", time=1000.0)
    upload(more="\n\ndef newer():\n    return 1\n", time=3000.0)
    result = report(cli, store, "--format", "json")
    assert result.out == expected.out
    assert str(deployed) in result.err
    assert "; 1 later upload fits less" in result.err


def test_of_uploads_that_fit_equally_the_latest_is_chosen(
    cli: Cli, upload: Any, store: Path, source: Path
) -> None:
    upload(time=1000.0)
    (source / "only_here.py").write_text("x = 1\n")
    latest = upload(time=2000.0)
    result = report(cli, store)
    assert str(latest) in result.err
    assert "fits less" not in result.err


def test_several_source_trees_need_a_choice(cli: Cli, upload: Any, store: Path) -> None:
    upload("shop")
    upload("billing", text="x = 1\n")
    result = report(cli, store)
    assert result.code == 5
    assert result.lines == [
        f"lambda-usage: {store} holds inventories of several source trees (billing, shop): name "
        "one, --inventory billing say"
    ]
    named = report(cli, store, "--inventory", "shop")
    assert named.code == 0
    assert "inventory/shop/" in named.err


def test_a_name_that_is_not_there_is_5_and_says_which_are(
    cli: Cli, upload: Any, store: Path
) -> None:
    none = report(cli, store, "--inventory", "shop")
    upload("billing")
    other = report(cli, store, "--inventory", "shop")
    assert (none.code, other.code) == (5, 5)
    assert f"no inventory named 'shop' in {store}: there are none; check" in none.err
    assert f"no inventory named 'shop' in {store}: there are billing; check" in other.err


def test_the_address_of_a_file_serves_a_combined_file(
    cli: Cli, upload: Any, store: Path, source: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    file = upload()
    cli("combine", store, "--output", tmp_path / "all.coverage")
    expected = report(cli, tmp_path / "all.coverage", "--source", source, "--format", "json")
    found = report(cli, tmp_path / "all.coverage", "--inventory", file, "--format", "json")
    assert found.out == expected.out
    monkeypatch.chdir(file.parent)
    nearby = report(cli, tmp_path / "all.coverage", "--inventory", file.name, "--format", "json")
    assert nearby.out == expected.out
    assert f"source: {file.name}, uploaded " in nearby.err


def test_a_file_that_is_not_there_is_5(cli: Cli, upload: Any, store: Path, tmp_path: Path) -> None:
    upload()
    for address in (tmp_path / "no.json.gz", store / "inventory", store / "inventory/shop"):
        result = report(cli, store, "--inventory", address)
        assert result.code == 5
        assert result.lines == [
            f"lambda-usage: there is no inventory file {address}: check --inventory"
        ]


def test_without_source_and_inventory_it_says_why_there_is_no_verdict(
    cli: Cli, store: Path, tmp_path: Path
) -> None:
    result = report(cli, store)
    assert result.code == 5
    assert result.out == ""
    assert result.lines == [
        f"lambda-usage: no verdict without the source code, and {store} holds no inventory of it: "
        f"give --source DIR, or upload one (lambda-usage inventory DIR --store {store})"
    ]
    cli("combine", store, "--output", tmp_path / "all.coverage")
    result = report(cli, tmp_path / "all.coverage")
    assert result.code == 5
    assert "all.coverage is one file: give --source DIR, or --inventory" in result.err


def test_what_is_wrong_with_the_store_comes_first(cli: Cli, store: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert report(cli, tmp_path / "nowhere").code == 3
    assert report(cli, tmp_path / "empty").code == 4
    assert report(cli, store, "--prefix", "2031/").code == 4


def test_source_and_inventory_exclude_each_other(cli: Cli, store: Path, source: Path) -> None:
    for kind in ("dead-code", "hot-paths"):
        result = report(cli, store, "--source", source, "--inventory", "shop", kind=kind)
        assert result.code == 2
        assert result.lines == [
            "lambda-usage: --source and --inventory exclude each other: give one"
        ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (NEWER, "was made by a newer lambda-usage (its schema is 2, this one reads up to 1)"),
        (b"damaged", "is no inventory, or is damaged"),
        (gzip.compress(b'{"schema":1,"units":[{"path":"app.py"}]}', mtime=0), "is damaged"),
    ],
)
def test_an_inventory_that_cannot_be_read_is_5_and_never_passed_over(
    cli: Cli, upload: Any, store: Path, content: bytes, words: str
) -> None:
    upload(time=1000.0)
    bad = store / "inventory/shop/bad.json.gz"
    bad.write_bytes(content)
    result = report(cli, store)
    assert result.code == 5
    assert len(result.lines) == 1
    assert words in result.err
    assert str(bad) in result.err
    named = report(cli, store, "--inventory", bad)
    assert (named.code, len(named.lines)) == (5, 1)


def test_an_inventory_of_something_else_is_5(
    cli: Cli, store: Path, source: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/unrelated.py").write_text("x = 1\n")
    cli("inventory", tmp_path / "other", "--store", store)
    result = report(cli, store)
    assert result.code == 5
    assert len(result.lines) == 1
    assert "is one that the Lambda functions ship (app.py, say): check --inventory" in result.err


def test_an_inventory_of_the_folder_above_is_5_and_says_which_to_upload(
    cli: Cli, store: Path, source: Path, tmp_path: Path
) -> None:
    (tmp_path / "project").mkdir()
    source.rename(tmp_path / "project/lambda")
    cli("inventory", tmp_path / "project", "--store", store)
    result = report(cli, store)
    assert result.code == 5
    assert "ship (app.py, say): upload its folder lambda instead" in result.err


def test_hot_paths_go_on_without_an_inventory_that_does_not_serve(
    cli: Cli, upload: Any, store: Path
) -> None:
    expected = report(cli, store, "--format", "json", kind="hot-paths")
    assert expected.err == ""
    upload("billing", text="x = 1\n")
    upload("shop")
    several = report(cli, store, "--format", "json", kind="hot-paths")
    for file in (store / "inventory/shop").iterdir():
        file.unlink()
    (store / "inventory/billing/bad.json.gz").write_bytes(NEWER)
    newer = report(cli, store, "--format", "json", kind="hot-paths")
    for result, words in ((several, "several source trees"), (newer, "newer lambda-usage")):
        assert result.code == 0
        assert result.out == expected.out
        assert len(result.lines) == 1
        assert result.lines[0].startswith("lambda-usage: going on without the source code: ")
        assert words in result.lines[0]
    asked_for = report(cli, store, "--inventory", "billing", kind="hot-paths")
    assert asked_for.code == 5


def test_uploads_do_not_disturb_combining(cli: Cli, upload: Any, store: Path) -> None:
    before = combine_store(open_store(str(store)))
    upload()
    after = combine_store(open_store(str(store)))
    assert (after.read, after.broken) == (before.read, ())


def test_an_inventory_that_vanishes_while_it_is_read_gives_way_to_the_next(
    upload: Any, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = combine_store(open_store(str(store))).bundle
    stays = upload(more="\n", time=1000.0)
    goes = upload(time=2000.0)
    choose = _inventories.find(str(store), "")
    assert choose is not None
    goes.unlink()
    assert choose(bundle).root is None
    assert str(stays) in capsys.readouterr().err


def test_where_all_vanish_it_says_so(cli: Cli, upload: Any, store: Path) -> None:
    bundle = combine_store(open_store(str(store))).bundle
    file = upload()
    choose = _inventories.find(str(store), "")
    assert choose is not None
    file.unlink()
    with pytest.raises(_inventories.CommandError, match=r"has just been deleted: upload it again"):
        choose(bundle)


def test_where_not_all_uploads_are_compared_it_says_so(
    cli: Cli, upload: Any, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_inventories, "LOOKED_AT", 2)
    upload(time=1000.0)
    for number in range(3):
        upload(more="\n" * (number + 1), time=2000.0 + number)
    result = report(cli, store)
    assert "only the newest 2 of 4 uploads were read" in result.err
    assert "are as in the newest packages: 0 of 1;" in result.err


def test_the_page_shows_source_where_it_was_uploaded(
    cli: Cli, store: Path, source: Path, upload: Any
) -> None:
    html = ("--format", "html", "--min-days", 0)
    expected = report(cli, store, "--source", source, *html)
    upload()
    without = report(cli, store, *html)
    cli("inventory", source, "--store", store, "--name", "with", "--with-source")
    with_source = report(cli, store, "--inventory", "with", *html)
    assert (expected.code, without.code, with_source.code) == (0, 0, 0)
    assert with_source.out == expected.out
    assert "return" in expected.out
    assert without.out != expected.out
