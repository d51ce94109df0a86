"""A bundle survives its file, and coverage.py reads the file as its own."""

from __future__ import annotations

import tempfile
from pathlib import Path

from coverage import CoverageData
from hypothesis import given, settings

from lambda_usage.bundle.model import Bundle
from lambda_usage.bundle.reader import bundle_kind, read_bundle
from lambda_usage.bundle.schema import from_numbits, pack_weights, to_numbits, unpack_weights
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
