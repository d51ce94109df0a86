"""Combining: each bundle once, whatever else lies in the store."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lambda_usage.bundle.model import BundleId
from lambda_usage.bundle.reader import bundle_kind
from lambda_usage.bundle.writer import write_bundle
from lambda_usage.combine import _fetching
from lambda_usage.combine.combiner import Combined, combine_store
from lambda_usage.combine.errors import BundleGoneError, StoreError
from lambda_usage.combine.outputs import write_output
from lambda_usage.combine.stores import StoredFile, open_store

BUCKET = "usage-bucket"
WriteBundle = Callable[..., Path]


def combine(address: Path | str, prefix: str = "") -> Combined:
    return combine_store(open_store(str(address)), prefix)


def invocations(combined: Combined) -> int:
    return sum(
        exposure.invocations
        for usage in combined.bundle.origins.values()
        for exposure in usage.exposures.values()
    )


def test_all_bundles_of_a_store_add_up(write: WriteBundle, tmp_path: Path) -> None:
    write("s/2026/11/20/a-0.coverage", "a", 0, invocations=10)
    write("s/2026/11/20/a-1.coverage", "a", 1, invocations=5)
    write("s/2026/11/21/b-0.coverage", "b", 0, invocations=7, function="nightly")
    combined = combine(tmp_path / "s")
    assert combined.read == 3
    assert invocations(combined) == 22
    assert {origin.function_name for origin in combined.bundle.origins} == {"orders", "nightly"}


def test_a_bundle_counts_once_however_often_it_is_found(write: WriteBundle, tmp_path: Path) -> None:
    original = write("s/a-0.coverage", "a", 0, invocations=10)
    for name in ("copy.coverage", "again.coverage"):
        shutil.copy(original, tmp_path / "s" / name)
    combined = combine(tmp_path / "s")
    assert (combined.read, combined.duplicates, invocations(combined)) == (1, 2, 10)


def test_a_combined_file_among_bundles_is_never_read_as_input(
    write: WriteBundle, tmp_path: Path
) -> None:
    write("s/a-0.coverage", "a", 0, invocations=10)
    output = str(tmp_path / "s" / "0-combined.coverage")
    write_output(combine(tmp_path / "s"), output)
    again = combine(tmp_path / "s")
    assert (again.read, again.duplicates, invocations(again)) == (1, 0, 10)
    assert again.skipped_outputs == ("0-combined.coverage",)


def test_a_combined_file_that_is_named_is_read(write: WriteBundle, tmp_path: Path) -> None:
    write("s/a-0.coverage", "a", 0, invocations=10)
    write("s/b-0.coverage", "b", 0, invocations=3)
    write_output(combine(tmp_path / "s"), str(tmp_path / "all.anything"))
    combined = combine(tmp_path / "all.anything")
    assert (combined.read, invocations(combined), combined.skipped_outputs) == (2, 13, ())


def test_a_broken_bundle_is_named_and_costs_no_other(write: WriteBundle, tmp_path: Path) -> None:
    good = write("s/a-0.coverage", "a", 0, invocations=10)
    whole = good.read_bytes()
    (tmp_path / "s/cut.coverage").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "s/empty.coverage").write_bytes(b"")
    (tmp_path / "s/text.coverage").write_text("hello")
    write("s/z-0.coverage", "z", 0, invocations=1)
    combined = combine(tmp_path / "s")
    assert (combined.read, invocations(combined)) == (2, 11)
    assert [name for name, _ in combined.broken] == [
        "cut.coverage",
        "empty.coverage",
        "text.coverage",
    ]
    assert all(reason and "\n" not in reason for _, reason in combined.broken)


def test_whatever_reading_raises_only_sets_that_file_aside(
    write: WriteBundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("s/a-0.coverage", "a", 0)

    def fail(path: Path) -> None:
        raise ZeroDivisionError("odd bytes")

    monkeypatch.setattr("lambda_usage.combine.combiner.read_bundle", fail)
    combined = combine(tmp_path / "s")
    assert combined.broken == (("a-0.coverage", "ZeroDivisionError: odd bytes"),)


def test_an_empty_store_gives_nothing_and_no_error(tmp_path: Path) -> None:
    combined = combine(tmp_path)
    assert (combined.read, combined.broken, combined.bundle.origins) == (0, (), {})


def test_only_the_prefix_is_read(write: WriteBundle, tmp_path: Path) -> None:
    write("s/2026/11/20/a-0.coverage", "a", 0)
    write("s/2026/12/20/b-0.coverage", "b", 0)
    combined = combine(tmp_path / "s", "2026/11/")
    assert set(combined.bundle.bundles) == {BundleId("a", 0)}


def test_progress_counts_every_file_to_the_end(write: WriteBundle, tmp_path: Path) -> None:
    write("s/a-0.coverage", "a", 0)
    (tmp_path / "s/broken.coverage").write_bytes(b"")
    seen: list[tuple[int, int]] = []
    combine_store(open_store(str(tmp_path / "s")), "", lambda *at: seen.append(at))
    assert seen == [(1, 2), (2, 2)]


def test_reading_leaves_the_store_as_it_was(write: WriteBundle, tmp_path: Path) -> None:
    path = write("s/a-0.coverage", "a", 0)
    before = path.read_bytes()
    combine(tmp_path / "s")
    assert path.read_bytes() == before
    assert list((tmp_path / "s").iterdir()) == [path]


def test_s3_and_a_folder_combine_alike(write: WriteBundle, tmp_path: Path, s3: Any) -> None:
    for number in range(40):
        write(f"s/2026/11/20/p-{number:03}.coverage", "p", number, invocations=number)
    for path in (tmp_path / "s").rglob("*.coverage"):
        key = f"coverage/{path.relative_to(tmp_path / 's').as_posix()}"
        s3.upload_file(str(path), BUCKET, key)
    s3.put_object(Bucket=BUCKET, Key="coverage/broken.coverage", Body=b"not a bundle")
    combined = combine(f"s3://{BUCKET}/coverage")
    assert combined.bundle == combine(tmp_path / "s").bundle
    assert invocations(combined) == sum(range(40))
    assert [name for name, _ in combined.broken] == ["broken.coverage"]


class Downloads:
    """A store that downloads, and notes how much of it lies on disk at once."""

    downloads = True
    address = "test://"

    def __init__(self, original: Path, count: int) -> None:
        self.original = original
        self.count = count
        self.folder: Path | None = None
        self.most = 0
        self.lock = threading.Lock()

    def single(self) -> None:
        return None

    def bundles(self, prefix: str = "") -> Any:
        return (StoredFile(f"{number}.coverage", 1) for number in range(self.count))

    def fetch(self, name: str, to_path: Path) -> Path:
        if name == "3.coverage":
            raise BundleGoneError("it was deleted while the store was being read")
        if name == "999.coverage":
            raise StoreError("the network is gone")
        shutil.copy(self.original, to_path)
        with self.lock:
            self.folder = to_path.parent
            self.most = max(self.most, len(list(to_path.parent.iterdir())))
        return to_path

    def put(self, local_path: Path, target: str) -> str:
        raise NotImplementedError


def test_downloads_are_few_at_a_time_and_leave_nothing(write: WriteBundle) -> None:
    store = Downloads(write("one.coverage", "a", 0, invocations=10), 100)
    combined = combine_store(store)
    assert (combined.read, combined.duplicates, invocations(combined)) == (1, 98, 10)
    assert combined.broken == (("3.coverage", "it was deleted while the store was being read"),)
    assert store.most <= _fetching.AHEAD + 2
    assert store.folder is not None
    assert not store.folder.exists()


def test_a_store_that_fails_midway_ends_the_combining(write: WriteBundle) -> None:
    store = Downloads(write("one.coverage", "a", 0), 1500)
    with pytest.raises(StoreError, match="the network is gone"):
        combine_store(store)
    assert store.folder is not None
    assert not store.folder.exists()


def test_a_combined_file_says_what_it_is(write: WriteBundle, tmp_path: Path) -> None:
    write("s/a-0.coverage", "a", 0)
    target = tmp_path / "all.coverage"
    assert write_output(combine(tmp_path / "s"), str(target)) == str(target)
    assert bundle_kind(target) == "combined"


def test_coverage_opens_the_combined_file_as_its_own(write: WriteBundle, tmp_path: Path) -> None:
    from coverage import CoverageData

    write("s/a-0.coverage", "a", 0)
    write_output(combine(tmp_path / "s"), str(tmp_path / "all.coverage"))
    data = CoverageData(basename=str(tmp_path / "all.coverage"))
    data.read()
    assert data.lines("/var/task/app.py") == [4, 5]
    data.close(force=True)


def test_an_output_that_cannot_be_written_is_a_store_error(
    write: WriteBundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("s/a-0.coverage", "a", 0)
    combined = combine(tmp_path / "s")

    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lambda_usage.combine.outputs.write_bundle", fail)
    with pytest.raises(StoreError, match="No space left"):
        write_output(combined, str(tmp_path / "all.coverage"))


def test_the_writer_and_the_reader_agree(make_bundle: Any, tmp_path: Path) -> None:
    write_bundle(make_bundle("a", 0), tmp_path / "a.coverage")
    assert combine(tmp_path).bundle == make_bundle("a", 0)
