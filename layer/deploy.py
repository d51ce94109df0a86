"""Publishes the built zips as layers, each under its own name, in one region or several.

What is there already, byte for byte, is not published again: after a failure in one region the
same command goes on where it stopped. Exit code 0 where all is published, 1 where a region
refuses, 3 where nothing can be published.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lambda_usage.version import __version__  # noqa: E402
from layer.contents import Layer, NoLayer, built, faults, read_layer  # noqa: E402
from scripts.pythons import VERSIONS  # noqa: E402

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

NAME = "lambda-usage"
DESCRIPTION = "lambda-usage {version} ({arch}){more}: which Python code production uses. {runtimes}"
LICENCE = "MIT"
ADVICE = {
    "AccessDeniedException": "this takes lambda:PublishLayerVersion, lambda:ListLayerVersions and "
    "lambda:GetLayerVersion",
    "ExpiredTokenException": "log in again",
    "UnrecognizedClientException": "the region is not enabled in this account, or the "
    "credentials are wrong",
}


class CannotDeploy(Exception):
    """Nothing can be published; says why."""


def main(arguments: list[str] | None = None) -> int:
    """Publishes what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("zips", nargs="*", type=Path, help="default: this version's in dist/")
    parser.add_argument("--region", action="append", help="default: the AWS profile's own")
    parser.add_argument(
        "--name", default=NAME, help=f"layers are NAME-<arch> and NAME-otel-<arch>; default: {NAME}"
    )
    options = parser.parse_args(arguments)
    try:
        layers = _layers(options.zips)
        session = boto3.session.Session()
        regions = _regions(session, options.region)
    except (CannotDeploy, BotoCoreError) as error:
        print(f"layer/deploy.py: {error}", file=sys.stderr)
        return 3
    failed = False
    for region in regions:
        try:
            client = session.client("lambda", region_name=region)
            for layer in layers:
                print(_published(client, layer, options.name))
        except (BotoCoreError, ClientError) as error:
            failed = True
            print(f"layer/deploy.py: {region}: {_said(error)}", file=sys.stderr)
    return 1 if failed else 0


def _layers(zips: list[Path]) -> list[Layer]:
    paths = zips or built(ROOT / "dist", __version__)
    if not paths:
        raise CannotDeploy(f"no zip of {__version__} in dist/: run `make build` first")
    layers = []
    for path in paths:
        try:
            layers.append(read_layer(path))
        except NoLayer as error:
            raise CannotDeploy(f"{path.name} {error}") from error
        for fault in faults(layers[-1]):
            raise CannotDeploy(f"{path.name} is wrong: {fault} (`make validate` tells all)")
    return layers


def _regions(session: boto3.session.Session, asked: list[str] | None) -> list[str]:
    # AWS's command line takes either variable, boto3 the second alone
    own = os.environ.get("AWS_REGION") or session.region_name
    regions = asked or [region for region in (own,) if region]
    if not regions:
        raise CannotDeploy("no region: make deploy REGIONS='eu-west-1 us-east-1', or AWS_REGION")
    if session.get_credentials() is None:
        raise CannotDeploy(
            "no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    return list(dict.fromkeys(regions))


def _published(client: LambdaClient, layer: Layer, name: str) -> str:
    """The ARN, and whether it is new."""
    name = f"{name}-otel-{layer.arch}" if layer.variant == "otel" else f"{name}-{layer.arch}"
    content = layer.path.read_bytes()
    there = _already(client, name, content)
    if there:
        return f"{there} (was there)"
    answer = client.publish_layer_version(
        LayerName=name,
        Description=_description(layer),
        LicenseInfo=LICENCE,
        CompatibleRuntimes=[f"python{version}" for version in VERSIONS],  # type: ignore[misc]
        CompatibleArchitectures=[layer.arch],  # type: ignore[list-item]
        Content={"ZipFile": content},
    )
    return answer["LayerVersionArn"]


def _already(client: LambdaClient, name: str, content: bytes) -> str | None:
    there = client.list_layer_versions(LayerName=name)["LayerVersions"]
    if not there:
        return None
    latest = max(each["Version"] for each in there)
    found = client.get_layer_version(LayerName=name, VersionNumber=latest)
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return found["LayerVersionArn"] if found["Content"]["CodeSha256"] == digest else None


def _description(layer: Layer) -> str:
    runtimes = f"Python {VERSIONS[0]} to {VERSIONS[-1]}"
    more = " with OpenTelemetry" if layer.variant == "otel" else ""
    return DESCRIPTION.format(version=layer.version, arch=layer.arch, more=more, runtimes=runtimes)


def _said(error: BotoCoreError | ClientError) -> str:
    if isinstance(error, EndpointConnectionError):
        return f"{error} (is there such a region, and a way to it?)"
    if not isinstance(error, ClientError):
        return str(error)
    code = error.response["Error"]["Code"]
    return f"{error} ({ADVICE[code]})" if code in ADVICE else str(error)


if __name__ == "__main__":
    sys.exit(main())
