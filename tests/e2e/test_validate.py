"""``make validate`` refuses a zip that is broken in any way that it looks for, and says how."""

from __future__ import annotations

import copy
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from layer.contents import Limits, NoLayer, built, differences, faults, read_layer
from layer.trial import trial
from scripts.pythons import running
from tests.support.paths import ROOT

VALIDATE = ROOT / "layer" / "validate.py"
INIT = "python/lambda_usage/__init__.py"
SITE = "python/lib/python3.13/site-packages"


class Zip:
    """The entries of a zip, to be changed and written anew."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.entries = [(info, archive.read(info)) for info in archive.infolist()]

    def find(self, end: str) -> int:
        (index,) = (n for n, (info, _) in enumerate(self.entries) if info.filename.endswith(end))
        return index

    def info(self, end: str) -> zipfile.ZipInfo:
        return self.entries[self.find(end)][0]

    def drop(self, end: str) -> None:
        del self.entries[self.find(end)]

    def drop_tracer(self, version: str) -> None:
        tag = f"coverage/tracer.cpython-{version.replace('.', '')}-"
        self.entries = [each for each in self.entries if tag not in each[0].filename]

    def replace(self, end: str, change: Callable[[bytes], bytes]) -> None:
        index = self.find(end)
        self.entries[index] = (self.entries[index][0], change(self.entries[index][1]))

    def add(self, name: str, data: bytes = b"") -> None:
        info = copy.copy(self.info(INIT))
        info.filename = name
        self.entries.append((info, data))
        self.entries.sort(key=lambda entry: entry[0].filename)

    def without_byte_code(self) -> None:
        """So that a changed source is what runs."""
        self.entries = [each for each in self.entries if "__pycache__" not in each[0].filename]

    def write(self, path: Path) -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for info, data in self.entries:
                archive.writestr(info, data, zipfile.ZIP_DEFLATED)
        return path


@pytest.fixture
def broken(layer_zip: Path, tmp_path: Path) -> Callable[[Callable[[Zip], object]], Path]:
    def make(change: Callable[[Zip], object]) -> Path:
        found = Zip(layer_zip)
        change(found)
        return found.write(tmp_path / layer_zip.name)

    return make


def mode(end: str, bits: int) -> Callable[[Zip], object]:
    return lambda zip_: setattr(zip_.info(end), "external_attr", bits << 16)


def of_a_time(zip_: Zip) -> None:
    zip_.info(INIT).date_time = (2026, 11, 28, 9, 0, 0)


def out_of_order(zip_: Zip) -> None:
    zip_.entries.reverse()


def other_machine(data: bytes) -> bytes:
    number = {62: 183, 183: 62}[data[18]]
    return data[:18] + bytes([number]) + data[19:]


BREAKS: list[tuple[Callable[[Zip], object], str]] = [
    (lambda z: z.add("python/lambda_usage/evidence/model.py"), "belongs to the analysis"),
    (lambda z: z.add("python/lambda_usage/reports/text.py"), "belongs to the analysis"),
    (lambda z: z.add("python/lambda_usage/cli/app.py"), "belongs to the analysis"),
    (lambda z: z.add("python/lambda_usage/tests/a.py"), "belongs to tests"),
    (lambda z: z.add("python/coverage_wrapper/test_a.py"), "belongs to tests"),
    (lambda z: z.add("python/rich/__init__.py"), "is no part of the layer"),
    (lambda z: z.add("extensions/lambda-usage"), "is no part of the layer"),
    (lambda z: z.add(f"{SITE}/boto3/__init__.py"), "is no part of the layer"),
    (lambda z: z.add("python/lambda_usage/a.pth"), "would run in every interpreter"),
    (lambda z: z.add("/python/a.py"), "is no plain path below /opt"),
    (lambda z: z.add("python/lambda_usage/../../../a.py"), "is no plain path below /opt"),
    (lambda z: z.add("python/lambda_usage/a\\b.py"), "is no plain path below /opt"),
    (lambda z: z.add("python/lambda_usage/folder/"), "is no plain path below /opt"),
    (out_of_order, "not in order"),
    (mode("lambda-usage", 0o100644), "lambda-usage has the mode 100644, not 100755"),
    (mode(INIT, 0o100755), "has the mode 100755, not 100644"),
    (mode(INIT, 0o120644), "has the mode 120644, not 100644"),
    (of_a_time, "no two builds would be equal"),
    (lambda z: setattr(z.info(INIT), "create_system", 0), "no two builds would be equal"),
    (lambda z: z.replace("usage/version.py", lambda _: b'__version__ = "9"\n'), "does not say"),
    (lambda z: z.drop("lambda-usage"), "the exec wrapper, is missing"),
    (
        lambda z: z.replace("lambda-usage", lambda data: data.replace(b"\n", b"\r\n")),
        "is no script that /bin/sh would run",
    ),
    (lambda z: z.drop("_hits.abi3.so"), "_hits.abi3.so is missing"),
    (lambda z: z.drop("_gate.abi3.so"), "_gate.abi3.so is missing"),
    (lambda z: z.drop_tracer("3.14"), "python3.14/site-packages/coverage/tracer"),
    (lambda z: z.replace("_hits.abi3.so", other_machine), "_hits.abi3.so is not for"),
    (lambda z: z.replace("_hits.abi3.so", lambda _: b"text"), "_hits.abi3.so is not for"),
    (
        lambda z: z.add("python/lambda_usage/more.so", z.entries[z.find("_hits.abi3.so")][1]),
        "more.so is not among what is asked for",
    ),
    (lambda z: z.drop("lambda_usage/LICENSE"), "lambda_usage/LICENSE is missing"),
    (
        lambda z: z.drop(f"{SITE}/coverage-7.17.3.dist-info/licenses/LICENSE.txt"),
        "the licence of coverage.py for Python 3.13 is missing",
    ),
    (
        lambda z: z.drop("usage/__pycache__/agent.cpython-311.pyc"),
        "agent.cpython-311.pyc is missing",
    ),
    (lambda z: z.drop("start.cpython-311.pack"), "start.cpython-311.pack is missing"),
    (lambda z: z.drop("lambda_usage/agent.py"), "byte code of nothing that is in it"),
    (
        lambda z: z.replace(
            "usage/__pycache__/agent.cpython-311.pyc",
            lambda data: data[:4] + b"\0\0\0\0" + data[8:],
        ),
        "would be compared with its source",
    ),
]
"""What is done to a zip, and a part of what is then said."""


def test_nothing_is_wrong_with_what_was_built(layer_zip: Path) -> None:
    assert list(faults(read_layer(layer_zip))) == []


@pytest.mark.parametrize(("change", "said"), BREAKS, ids=range(len(BREAKS)))
def test_each_way_to_break_it_is_told(
    broken: Callable[[Callable[[Zip], object]], Path],
    change: Callable[[Zip], object],
    said: str,
) -> None:
    found = list(faults(read_layer(broken(change))))
    assert any(said in each for each in found), found


def test_an_entry_that_is_in_it_twice_is_told(
    broken: Callable[[Callable[[Zip], object]], Path],
) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = broken(lambda z: z.add(INIT, b"other"))
    assert f"{INIT} is in it 2 times" in list(faults(read_layer(path)))


@pytest.mark.parametrize(
    ("limits", "said"),
    [(Limits(1_000, 10**9), "bytes, more than 1,000"), (Limits(10**9, 9), "unpacked, more than")],
)
def test_a_zip_that_is_too_large_is_told(layer_zip: Path, limits: Limits, said: str) -> None:
    (found,) = faults(read_layer(layer_zip), limits)
    assert said in found


def test_architectures_may_differ_in_machine_code_alone(
    broken: Callable[[Callable[[Zip], object]], Path], layer_zip: Path
) -> None:
    whole = read_layer(layer_zip)
    natives = read_layer(broken(lambda z: z.replace("_hits.abi3.so", other_machine)))
    assert list(differences(natives, whole)) == []
    changed = read_layer(broken(lambda z: z.replace(INIT, lambda data: data + b"#\n")))
    assert list(differences(changed, whole)) == [f"{INIT} is not the same as in {layer_zip.name}"]


@pytest.mark.parametrize("content", [b"", b"text", b"cut"])
def test_what_is_no_zip_is_refused(layer_zip: Path, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / layer_zip.name
    path.write_bytes(layer_zip.read_bytes()[:-99] if content == b"cut" else content)
    with pytest.raises(NoLayer, match="cannot be read"):
        read_layer(path)


def test_a_damaged_entry_is_refused(layer_zip: Path, tmp_path: Path) -> None:
    data = bytearray(layer_zip.read_bytes())
    data[200] ^= 0xFF
    (tmp_path / layer_zip.name).write_bytes(data)
    with pytest.raises(NoLayer, match="cannot be read"):
        read_layer(tmp_path / layer_zip.name)


def test_only_the_layers_of_this_version_are_taken_from_a_folder(tmp_path: Path) -> None:
    wanted = ["lambda-usage-layer-1.2.3-arm64.zip", "lambda-usage-layer-otel-1.2.3-x86_64.zip"]
    others = ["lambda-usage-combiner-1.2.3-x86_64.zip", "lambda-usage-layer-11.2.3-arm64.zip"]
    for name in wanted + others:
        (tmp_path / name).touch()
    assert [path.name for path in built(tmp_path, "1.2.3")] == wanted


def test_a_file_of_another_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoLayer, match="is not named lambda-usage-layer-"):
        read_layer(tmp_path / "layer.zip")


def stub(text: str) -> Callable[[bytes], bytes]:
    return lambda data: data + text.encode()


TRIALS: list[tuple[Callable[[Zip], object], str]] = [
    (mode("lambda-usage", 0o100644), "cannot record: "),
    (
        lambda z: z.replace("lambda-usage", lambda data: data.replace(b"attach() {", b"attach(")),
        "cannot record: ",
    ),
    (
        lambda z: z.replace("lambda-usage", lambda data: data.replace(b"\nattach\n", b"\n")),
        "leaves the handler app.handler in front",
    ),
    (lambda z: z.drop("coverage_wrapper/__init__.py"), "cannot import name 'coverage_handler'"),
    (lambda z: z.drop("lambda_usage/attach/decorator.py"), "cannot record: "),
    (
        lambda z: z.replace("lambda_usage/agent.py", stub("\nraise OSError\n")),
        "cannot record: OSError",
    ),
    (
        lambda z: z.replace("lambda_usage/agent.py", stub("\nimport sqlite3\n")),
        "the function has to import sqlite3",
    ),
    (
        lambda z: z.replace(
            "attach/bootstrap.py", lambda data: data.replace(b"return result", b"return 0")
        ),
        "the function answers [0, 0, 0], not [1, 2, 3]",
    ),
    (
        lambda z: z.replace(
            "lambda_usage/agent.py", stub("\nAgent.finish = lambda self: None\n")
        ),
        "left 0 bundles, not one",
    ),
    (
        lambda z: z.replace("combine/merge.py", stub("\nimport rich\n")),
        "cannot read: ModuleNotFoundError: No module named 'rich'",
    ),
    (
        lambda z: z.drop_tracer(running().version),
        "cannot read: ModuleNotFoundError: No module named 'coverage.tracer'",
    ),
]  # fmt: skip
"""What is done to a zip, and a part of what trying it then says."""


@pytest.mark.parametrize(("change", "said"), TRIALS, ids=range(len(TRIALS)))
def test_a_layer_that_does_not_work_is_told(
    broken: Callable[[Callable[[Zip], object]], Path],
    change: Callable[[Zip], object],
    said: str,
) -> None:
    def without_byte_code(found: Zip) -> None:
        found.without_byte_code()
        change(found)

    found = list(trial(read_layer(broken(without_byte_code)), running()))
    assert any(said in each for each in found), found


OTEL_BREAKS: list[tuple[Callable[[Zip], object], str]] = [
    (lambda z: z.add("python/urllib3/__init__.py"), "is no part of the layer"),
    (lambda z: z.add("python/certifi/tests/a.py"), "belongs to tests"),
    (lambda z: z.drop("python/google/_upb/_message.abi3.so"), "_message.abi3.so is missing"),
    (lambda z: z.replace("_upb/_message.abi3.so", other_machine), "_message.abi3.so is not for"),
    (
        lambda z: z.drop("python/requests-2.34.2.dist-info/licenses/LICENSE"),
        "the licence in python/requests-2.34.2.dist-info is missing",
    ),
    (
        lambda z: z.drop("python/requests/__pycache__/api.cpython-311.pyc"),
        "python/requests/__pycache__/api.cpython-311.pyc is missing",
    ),
]


@pytest.fixture
def broken_otel(otel_zip: Path, tmp_path: Path) -> Callable[[Callable[[Zip], object]], Path]:
    def make(change: Callable[[Zip], object]) -> Path:
        found = Zip(otel_zip)
        change(found)
        return found.write(tmp_path / otel_zip.name)

    return make


def test_nothing_is_wrong_with_the_one_with_opentelemetry(otel_zip: Path) -> None:
    layer = read_layer(otel_zip)
    assert layer.variant == "otel"
    assert list(faults(layer)) == []


@pytest.mark.parametrize(("change", "said"), OTEL_BREAKS, ids=range(len(OTEL_BREAKS)))
def test_each_way_to_break_the_one_with_opentelemetry_is_told(
    broken_otel: Callable[[Callable[[Zip], object]], Path],
    change: Callable[[Zip], object],
    said: str,
) -> None:
    found = list(faults(read_layer(broken_otel(change))))
    assert any(said in each for each in found), found


def test_what_is_of_opentelemetry_has_no_place_in_the_slim_one(
    broken: Callable[[Callable[[Zip], object]], Path],
) -> None:
    found = list(faults(read_layer(broken(lambda z: z.add("python/requests/a.txt")))))
    assert found == ["python/requests/a.txt is no part of the layer"]


def test_the_one_with_opentelemetry_exports(otel_zip: Path) -> None:
    assert list(trial(read_layer(otel_zip), running())) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda z: z.drop("python/requests/sessions.py"), "cannot export: "),
        (
            lambda z: z.replace(
                "sdk/trace/export/__init__.py", stub("\nSimpleSpanProcessor.on_end = print\n")
            ),
            "OpenTelemetry exports {'received': {'/v1/metrics': 1}",
        ),
    ],
    ids=["an import", "a span"],
)
def test_one_that_does_not_export_is_told(
    broken_otel: Callable[[Callable[[Zip], object]], Path],
    change: Callable[[Zip], object],
    said: str,
) -> None:
    def without_byte_code(found: Zip) -> None:
        found.without_byte_code()
        change(found)

    found = list(trial(read_layer(broken_otel(without_byte_code)), running()))
    assert any(said in each for each in found), found


def validated(*arguments: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, VALIDATE, *arguments], capture_output=True, text=True, check=False
    )


def test_the_command_proves_what_was_built(layer_zip: Path) -> None:
    done = validated(layer_zip)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{layer_zip.stat().st_size:,} bytes" in done.stdout
    assert f"Python {running().version}: imports and records" in done.stdout


def test_the_command_names_the_zip_and_the_fault(
    broken: Callable[[Callable[[Zip], object]], Path],
) -> None:
    path = broken(lambda z: z.drop("lambda_usage/LICENSE"))
    done = validated(path)
    assert done.returncode == 1
    fault = "is wrong: python/lambda_usage/LICENSE is missing"
    assert done.stderr == f"layer/validate.py: {path.name} {fault}\n"
