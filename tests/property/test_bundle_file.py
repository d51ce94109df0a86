"""A bundle survives its file, and coverage.py reads the file as its own."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from coverage import CoverageData
from hypothesis import given, settings

from lambda_usage.bundle.model import Bundle
from lambda_usage.bundle.reader import bundle_kind, read_bundle
from lambda_usage.bundle.schema import (
    TRACES,
    from_numbits,
    pack_weights,
    to_numbits,
    unpack_weights,
)
from lambda_usage.bundle.writer import write_bundle

from .bundles import bundles, lines, weights


@settings(max_examples=100, deadline=None)
@given(bundles())
def test_what_is_written_is_what_is_read(bundle: Bundle) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "b.coverage")
        write_bundle(bundle, path)
        assert read_bundle(path) == bundle
        assert bundle_kind(path) == "bundle"
        assert [each.name for each in Path(folder).iterdir()] == ["b.coverage"]


def without_traces(bundle: Bundle) -> Bundle:
    for usage in bundle.origins.values():
        usage.paths = {name: replace(path, traces=()) for name, path in usage.paths.items()}
    return bundle


def tables(path: str) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        return {name for (name,) in db.execute("SELECT name FROM sqlite_master")}


@settings(max_examples=50, deadline=None)
@given(bundles())
def test_a_bundle_without_traces_is_as_if_there_were_no_table_for_them(bundle: Bundle) -> None:
    """Such are the bundles of functions that do not allow trace ids, and those of before."""
    named = any(path.traces for usage in bundle.origins.values() for path in usage.paths.values())
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "b.coverage")
        write_bundle(bundle, path)
        assert (TRACES in tables(path)) == named
        write_bundle(without_traces(bundle), path)
        assert TRACES not in tables(path)
        assert read_bundle(path) == bundle


@settings(max_examples=50, deadline=None)
@given(bundles())
def test_a_reader_that_knows_no_traces_reads_all_else(bundle: Bundle) -> None:
    """It looks at the tables it knows, and overlooks the others: the schema's number stays."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "b.coverage")
        write_bundle(bundle, path)
        with closing(sqlite3.connect(path)) as db:
            db.execute(f"DROP TABLE IF EXISTS {TRACES}")
            db.commit()
        assert read_bundle(path) == without_traces(bundle)


@settings(max_examples=50, deadline=None)
@given(bundles())
def test_coverage_reads_the_lines_of_both_phases(bundle: Bundle) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "b.coverage")
        write_bundle(bundle, path)
        data = CoverageData(path)
        data.read()
        assert not data.has_arcs()
        for name in ("app.py", "pkg/mod.py"):
            codes = [
                code
                for usage in bundle.origins.values()
                for code in usage.codes.values()
                if code.key.path == name
            ]
            for phase in ("init", "invoke"):
                data.set_query_context(phase)
                ran = set().union(*(getattr(code, f"{phase}_lines") for code in codes))
                assert set(data.lines(f"/var/task/{name}") or ()) == ran
        data.close()


@given(lines)
def test_numbits_are_coverages(numbers: frozenset[int]) -> None:
    from coverage.numbits import nums_to_numbits

    assert from_numbits(to_numbits(numbers)) == numbers
    assert from_numbits(nums_to_numbits(numbers)) == numbers


@given(weights)
def test_weights_survive_packing(vector: tuple[float, ...]) -> None:
    assert unpack_weights(pack_weights(vector)) == vector
