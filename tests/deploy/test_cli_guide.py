"""docs/deploy/cli.md, done: its commands, by AWS's own command line, against moto's server.

moto runs no functions here, so a bundle is put where the guide's function would put it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from lambda_usage.bundle.writer import write_bundle
from tests.fuzz.sound import sound_bundle
from tests.support.documents import blocks, policy_for
from tests.support.emulator import ACCESS_KEY, SECRET_KEY
from tests.support.moto_server import MotoServer
from tests.support.paths import ROOT, Unavailable
from tests.support.pythons import environment, running

GUIDE = ROOT / "docs" / "deploy" / "cli.md"
REGION = "eu-west-1"
BUCKET = f"lambda-usage-123456789012-{REGION}"
KEY = "coverage/2026/11/28/orders-0123-000000.coverage"
SOURCE = "src/pkg/mod0.py"  # as in the bundle
EMPTY_ZIP = b"PK\5\6" + bytes(18)
ROLE = {"RoleName": "orders", "AssumeRolePolicyDocument": '{"Statement": []}'}
INSTEAD = """
set -euo pipefail
make() { :; }
pip() { :; }
sleep() { :; }
put_a_bundle() {
  aws s3api get-bucket-policy --bucket "$BUCKET" --query Policy --output text > policy-in-force
  aws s3api delete-bucket-policy --bucket "$BUCKET"
  aws s3 cp bundle "s3://$BUCKET/%s"
}
"""
"""What is tested elsewhere, or takes long. moto knows no conditions of a bucket's policy: under one
that refuses what comes without TLS it would refuse everything.
"""


@dataclass(frozen=True)
class Guide:
    """An account with a function, and the guide's commands, done in it."""

    folder: Path
    server: MotoServer
    before: dict[str, Any]
    said: str

    def client(self, service: str) -> Any:
        return _session().client(service, endpoint_url=self.server.endpoint)


def _session() -> boto3.Session:
    return boto3.Session(ACCESS_KEY, SECRET_KEY, region_name=REGION)


def _steps() -> tuple[str, str]:
    """All commands up to the report, and those that undo it."""
    found = blocks(GUIDE, "sh")
    undo = next(n for n, each in enumerate(found) if "undo.json" in each)
    look = next(n for n, each in enumerate(found) if "aws lambda invoke" in each)
    found[look] = f"put_a_bundle\n{found[look]}"
    keep = "declare -p AWS_DEFAULT_REGION ARCH BUCKET FUNCTION LAYER POLICY ROLE > shell"
    return "\n".join([*found[:undo], keep]), "\n".join(["source shell", *found[undo:]])


def _run(script: str, folder: Path, server: MotoServer) -> str:
    try:
        aws = environment(running(), ("awscli>=1.40",)).executable.parent
    except Unavailable as reason:
        pytest.skip(str(reason))
    variables = {
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_PAGER": "",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), str(aws), os.environ["PATH"]]),
    }
    done = subprocess.run(
        ["bash", "-c", INSTEAD % KEY + script],
        cwd=folder,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guide]:
    folder = tmp_path_factory.mktemp("clone")
    (folder / "dist").mkdir()
    said = dict(re.findall(r"^([A-Z]+)=(\S+)$", _steps()[0], re.MULTILINE))
    version, arch = said["VERSION"], said["ARCH"]
    (folder / "dist" / f"lambda-usage-layer-{version}-{arch}.zip").write_bytes(EMPTY_ZIP)
    (folder / "src" / "pkg").mkdir(parents=True)
    (folder / SOURCE).write_text("def handler(event, context): ...\n", "utf-8")
    write_bundle(sound_bundle(), folder / "bundle")
    with MotoServer() as server:
        _run_no_containers(server)
        before = _a_function(server)
        yield Guide(folder, server, before, _run(_steps()[0], folder, server))


def _run_no_containers(server: MotoServer) -> None:
    body = json.dumps({"lambda": {"use_docker": False}}).encode()
    urllib.request.urlopen(f"{server.endpoint}/moto-api/config", body).close()


def _a_function(server: MotoServer) -> dict[str, Any]:
    """That has a layer, a wrapper and a variable already."""
    iam = _session().client("iam", endpoint_url=server.endpoint)
    lambda_ = _session().client("lambda", endpoint_url=server.endpoint)
    layer = lambda_.publish_layer_version(LayerName="otel", Content={"ZipFile": EMPTY_ZIP})
    made: dict[str, Any] = lambda_.create_function(
        FunctionName="orders",
        Role=iam.create_role(**ROLE)["Role"]["Arn"],
        Runtime="python3.13",
        Handler="app.handler",
        Code={"ZipFile": EMPTY_ZIP},
        Layers=[layer["LayerVersionArn"]],
        Environment={"Variables": {"TABLE": "t", "AWS_LAMBDA_EXEC_WRAPPER": "/opt/otel-handler"}},
    )
    return made


def test_the_function_keeps_what_it_has_and_gets_the_layer(guide: Guide) -> None:
    after = guide.client("lambda").get_function_configuration(FunctionName="orders")
    assert after["Environment"]["Variables"] == {
        "TABLE": "t",
        "COVERAGE_NEXT_WRAPPER": "/opt/otel-handler",
        "AWS_LAMBDA_EXEC_WRAPPER": "/opt/lambda-usage",
        "COVERAGE_S3_BUCKET": BUCKET,
    }
    names = [each["Arn"].split(":")[-2] for each in after["Layers"]]
    assert names == ["otel", "lambda-usage-arm64"]


def test_its_role_gets_the_documented_policy(guide: Guide) -> None:
    iam = guide.client("iam")
    (attached,) = iam.list_attached_role_policies(RoleName="orders")["AttachedPolicies"]
    found = iam.get_policy_version(PolicyArn=attached["PolicyArn"], VersionId="v1")
    assert found["PolicyVersion"]["Document"] == policy_for(BUCKET, "The function")


def test_the_bucket_is_private_and_for_tls_only(guide: Guide) -> None:
    s3 = guide.client("s3")
    block = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert list(block.values()) == [True] * 4
    (statement,) = json.loads((guide.folder / "policy-in-force").read_text("utf-8"))["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Resource"] == [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_what_the_guide_says_is_seen(guide: Guide) -> None:
    assert '"StatusCode": 200' in guide.said
    assert KEY in guide.said
    assert SOURCE.removeprefix("src/") in guide.said


def test_undoing_it_leaves_what_was_there_before(guide: Guide) -> None:
    _run(_steps()[1], guide.folder, guide.server)
    after = guide.client("lambda").get_function_configuration(FunctionName="orders")
    for name in ("Environment", "Layers"):
        assert after[name] == guide.before[name]
    assert guide.client("s3").list_buckets()["Buckets"] == []
    layers = guide.client("lambda").list_layers()["Layers"]
    assert [each["LayerName"] for each in layers] == ["otel"]
    assert guide.client("iam").list_policies(Scope="Local")["Policies"] == []
    left = {each.name for each in guide.folder.iterdir()}
    assert left == {"bundle", "dist", "policy-in-force", "shell", "src"}
