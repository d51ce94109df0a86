"""``make deploy`` publishes what was built, once, with all that Lambda is to know of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from lambda_usage.version import __version__
from layer import deploy
from tests.support.paths import ROOT

REGIONS = ["eu-west-1", "us-east-1"]
ASKED = [part for region in REGIONS for part in ("--region", region)]
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A machine that knows of no account and no region."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


@pytest.fixture
def aws(nowhere: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An account in memory."""
    for name, value in KEYS.items():
        nowhere.setenv(name, value)
    with mock_aws():
        yield nowhere


@pytest.fixture
def layer_name(layer_zip: Path) -> str:
    return f"lambda-usage-{layer_zip.stem.rpartition('-')[2]}"


def versions(region: str, name: str) -> list[Any]:
    client = boto3.client("lambda", region_name=region)
    return list(client.list_layer_versions(LayerName=name)["LayerVersions"])


@pytest.mark.usefixtures("aws")
def test_it_publishes_in_each_region_what_was_built(
    layer_zip: Path, layer_name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deploy.main([str(layer_zip), *ASKED]) == 0
    arch = layer_name.removeprefix("lambda-usage-")
    arns = []
    for region in REGIONS:
        (found,) = versions(region, layer_name)
        arns.append(found["LayerVersionArn"])
        assert found["CompatibleArchitectures"] == [arch]
        assert found["CompatibleRuntimes"] == [
            "python3.11", "python3.12", "python3.13", "python3.14",
        ]  # fmt: skip
        assert found["LicenseInfo"] == "MIT"
        assert f"lambda-usage {__version__} ({arch})" in found["Description"]
        assert len(found["Description"]) <= 256  # what Lambda takes
        client = boto3.client("lambda", region_name=region)
        whole = client.get_layer_version(LayerName=layer_name, VersionNumber=1)
        assert whole["Content"]["CodeSize"] == layer_zip.stat().st_size
    assert capsys.readouterr().out.splitlines() == arns


@pytest.mark.usefixtures("aws")
def test_what_else_was_built_is_no_layer(
    monkeypatch: pytest.MonkeyPatch,
    layer_zip: Path,
    layer_name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(deploy, "ROOT", tmp_path)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / layer_zip.name).symlink_to(layer_zip)
    (tmp_path / "dist" / f"lambda-usage-combiner-{__version__}-x86_64.zip").touch()
    assert deploy.main(ASKED) == 0
    assert all(layer_name in line for line in capsys.readouterr().out.splitlines())


@pytest.mark.usefixtures("aws")
def test_what_is_there_is_not_published_again(
    layer_zip: Path, layer_name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deploy.main([str(layer_zip), "--region", REGIONS[0]]) == 0
    (arn,) = capsys.readouterr().out.splitlines()
    assert deploy.main([str(layer_zip), *ASKED]) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"{arn} (was there)"
    assert [len(versions(region, layer_name)) for region in REGIONS] == [1, 1]


@pytest.mark.usefixtures("aws")
def test_the_one_with_opentelemetry_has_a_name_of_its_own(otel_zip: Path) -> None:
    assert deploy.main([str(otel_zip), "--region", REGIONS[0]]) == 0
    arch = otel_zip.stem.rpartition("-")[2]
    (found,) = versions(REGIONS[0], f"lambda-usage-otel-{arch}")
    assert "with OpenTelemetry" in found["Description"]
    assert versions(REGIONS[0], f"lambda-usage-{arch}") == []


@pytest.mark.usefixtures("aws")
def test_another_build_is_another_version(layer_zip: Path, layer_name: str) -> None:
    client = boto3.client("lambda", region_name=REGIONS[0])
    client.publish_layer_version(LayerName=layer_name, Content={"ZipFile": b"an older one"})
    assert deploy.main([str(layer_zip), "--region", REGIONS[0]]) == 0
    assert sorted(each["Version"] for each in versions(REGIONS[0], layer_name)) == [1, 2]


def test_a_region_that_refuses_does_not_keep_it_from_the_others(
    aws: pytest.MonkeyPatch, layer_zip: Path, layer_name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    published = deploy._published

    def refusing(client: Any, *arguments: Any) -> str:
        if client.meta.region_name == REGIONS[0]:
            answer: Any = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
            raise ClientError(answer, "PublishLayerVersion")
        return published(client, *arguments)

    aws.setattr(deploy, "_published", refusing)
    assert deploy.main([str(layer_zip), *ASKED]) == 1
    assert [len(versions(region, layer_name)) for region in REGIONS] == [0, 1]
    said = capsys.readouterr().err
    assert said.startswith(f"layer/deploy.py: {REGIONS[0]}: An error occurred (AccessDenied")
    assert "lambda:PublishLayerVersion" in said


def test_without_credentials_it_says_what_to_set(
    nowhere: pytest.MonkeyPatch, layer_zip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deploy.main([str(layer_zip), *ASKED]) == 3
    assert "no AWS credentials: set AWS_PROFILE" in capsys.readouterr().err


def test_without_a_region_it_says_how_to_name_one(
    nowhere: pytest.MonkeyPatch, layer_zip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere.setenv("AWS_ACCESS_KEY_ID", "key")
    assert deploy.main([str(layer_zip)]) == 3
    assert "no region: make deploy REGIONS=" in capsys.readouterr().err


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_of_the_environment_is_taken(
    variable: str, aws: pytest.MonkeyPatch, layer_zip: Path, layer_name: str
) -> None:
    aws.setenv(variable, REGIONS[0])
    assert deploy.main([str(layer_zip)]) == 0
    assert len(versions(REGIONS[0], layer_name)) == 1


def test_a_profile_that_is_not_there_is_told(
    nowhere: pytest.MonkeyPatch, layer_zip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere.setenv("AWS_PROFILE", "nobody")
    assert deploy.main([str(layer_zip), *ASKED]) == 3
    assert "profile (nobody) could not be found" in capsys.readouterr().err


@pytest.mark.usefixtures("aws")
def test_what_is_no_layer_is_not_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"lambda-usage-layer-{__version__}-arm64.zip"
    path.write_bytes(b"text")
    assert deploy.main([str(path), *ASKED]) == 3
    assert f"{path.name} cannot be read" in capsys.readouterr().err
    assert versions(REGIONS[0], "lambda-usage-arm64") == []


@pytest.mark.parametrize(
    ("given", "asked"),
    [([], ""), (["REGIONS=eu-west-1 us-east-1"], " --region eu-west-1 --region us-east-1")],
)
def test_make_passes_the_regions_on(given: list[str], asked: str) -> None:
    done = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", "deploy", *given],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.rstrip().endswith(f"layer/deploy.py{asked}")
