"""The Makefile's targets for the CDK: what they run, and what they say is missing."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infra import command, node, status
from infra.artefacts import Artefacts, NotBuilt
from infra.load_test import HANDLERS, SOURCE
from lambda_usage.version import __version__
from tests.infra.deployment import deployed
from tests.support.emulator import ACCESS_KEY, REGION, SECRET_KEY
from tests.support.paths import ROOT

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
Run = Callable[..., Any]


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A machine that knows of no account, no region and no Node.js of its own."""
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("JSII_NODE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


@pytest.fixture
def account(nowhere: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """One that knows of an account."""
    nowhere.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    nowhere.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    nowhere.setenv("AWS_REGION", REGION)
    nowhere.setenv("AWS_DEFAULT_REGION", REGION)
    return nowhere


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would have been run: each says that it has done its work."""
    commands: list[list[str]] = []

    def run(arguments: list[str], **options: Any) -> Any:
        commands.append([Path(each).name for each in arguments])
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(command, "subprocess", SimpleNamespace(run=run))
    return commands


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("what", "built", "passed"),
    [
        ("deploy", 2, ["deploy", "--all"]),
        ("test-deploy", 1, ["deploy", "--all", "load_test.py", "--require-approval", "never"]),
    ],
)
def test_what_is_deployed_is_built_anew(
    ran: list[list[str]], what: str, built: int, passed: list[str]
) -> None:
    assert command.main([what, "--context", "environment=staging"]) == 0
    assert [each[1] for each in ran[:-1]] == ["build.py"] * built
    asked = ran[-1]
    assert asked[asked.index("--yes") + 1] == "aws-cdk@2.1148.1"
    assert asked[-2:] == ["--context", "environment=staging"]
    rest = [each.rpartition(" ")[2] for each in asked[asked.index("--yes") + 2 : -2]]
    assert [each for each in rest if each in passed] == passed


@pytest.mark.usefixtures("account")
def test_what_is_destroyed_for_a_test_is_not_asked_about(
    ran: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_build_missing", lambda artefacts: None)
    assert command.main(["destroy"]) == 0
    assert command.main(["test-destroy"]) == 0
    kept, tested = ran
    assert "--force" not in kept
    assert "--force" in tested


@pytest.mark.usefixtures("nowhere", "ran")
@pytest.mark.parametrize("what", ["deploy", "destroy", "test-deploy", "test-destroy"])
def test_without_credentials_it_says_so(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([what]) == 3
    said = capsys.readouterr().err
    assert said.startswith(f"make {what if what.startswith('test-') else f'cdk-{what}'}: ")
    assert "AWS_PROFILE" in said


@pytest.mark.usefixtures("ran")
def test_without_a_region_it_says_so(
    account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account.delenv("AWS_REGION")
    account.delenv("AWS_DEFAULT_REGION")
    assert command.main(["deploy"]) == 3
    assert "AWS_REGION" in capsys.readouterr().err
    assert command.main(["deploy", "--context", "regions=eu-west-1"]) == 0
    assert status.main() == 3
    assert "AWS_REGION" in capsys.readouterr().err


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_is_that_of_either_variable(
    variable: str, account: pytest.MonkeyPatch, ran: list[list[str]]
) -> None:
    account.delenv("AWS_REGION")
    account.delenv("AWS_DEFAULT_REGION")
    account.setenv(variable, REGION)
    assert command.main(["deploy"]) == 0
    assert ran
    assert command.session().region_name == REGION


def test_without_node_it_says_so(
    nowhere: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere.setattr(node, "_brought", lambda: Path("no-such-folder"))
    assert command.main(["deploy"]) == 3
    assert "needs Node.js" in capsys.readouterr().err
    nowhere.setenv("JSII_NODE", "no-such-program")
    assert command.main(["deploy"]) == 3
    assert "JSII_NODE" in capsys.readouterr().err


@pytest.mark.usefixtures("nowhere")
def test_node_is_found_where_the_machine_has_none() -> None:
    """The synthesis of the other tests runs in it, too."""
    program = node.node()
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert int(done.stdout[1:].partition(".")[0]) >= 22
    assert node.npx()[0] == str(program)
    assert node.variables()["PATH"].startswith(str(program.parent))


def test_a_bad_value_fails_the_synthesis_with_one_line(assemblies: Path) -> None:
    code, line = (assemblies / "bad-value.txt").read_text("utf-8").splitlines()
    assert code == "1"
    assert line == (
        "infra/app.py: the context sample_rate is 'often': write a number above 0 up to 1"
    )


def test_a_key_that_nothing_reads_fails_the_synthesis_with_one_line(assemblies: Path) -> None:
    code, line = (assemblies / "bad-key.txt").read_text("utf-8").splitlines()
    assert code == "1"
    assert line.startswith("infra/app.py: the context has no enviroment: choose environment, ")


def test_each_zip_that_is_missing_is_named_with_how_to_build_it(tmp_path: Path) -> None:
    artefacts = Artefacts(tmp_path)
    with pytest.raises(NotBuilt, match=rf"layer-otel-{__version__}-arm64.*make build"):
        artefacts.layer("arm64", otel=True)
    with pytest.raises(NotBuilt, match=r"combiner-.*make combiner"):
        artefacts.combiner()


@pytest.mark.usefixtures("nowhere")
def test_the_status_needs_an_account(capsys: pytest.CaptureFixture[str]) -> None:
    assert status.main() == 3
    assert "make test-status: no AWS credentials" in capsys.readouterr().err


def test_the_status_tells_of_the_stack_its_functions_and_their_bundles(
    assemblies: Path, account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with deployed(assemblies / "load-test", "lambda-usage-load-test") as found:
        account.setenv("AWS_ENDPOINT_URL", found.server.endpoint)
        bucket = found.physical("Usage", "AWS::S3::Bucket")
        with found.requests_let_through(bucket):
            assert status.main() == 0
            assert f"  0 bundles in s3://{bucket}/coverage/" in capsys.readouterr().out
            for name in ("a.coverage", "b.coverage", "inventory/c.json.gz"):
                found.client("s3").put_object(Bucket=bucket, Key=f"coverage/{name}", Body=b"")
            assert status.main() == 0
        said = capsys.readouterr().out.splitlines()
        assert said[0] == f"lambda-usage-load-test in {REGION}: CREATE_COMPLETE"
        functions = found.client("lambda").list_functions()["Functions"]
        arns = {each["Handler"]: each["FunctionArn"] for each in functions}
        for name, handler in HANDLERS.items():
            assert f"  {name.lower():<8}{arns[handler]}" in said
        given = " ".join(f"{name.lower()}={arns[handler]}" for name, handler in HANDLERS.items())
        assert f'  make load-test ARN="{given}"' in said
        assert re.fullmatch(r"  2 bundles, the newest of .* UTC, in s3://.*/coverage/", said[-2])
        found.client("cloudformation").delete_stack(StackName="lambda-usage-load-test")
        assert status.main() == 1
        assert "make test-deploy" in capsys.readouterr().out


def test_all_of_the_load_test_goes_with_its_stack(assemblies: Path) -> None:
    path = assemblies / "load-test" / "lambda-usage-load-test.template.json"
    resources = json.loads(path.read_text("utf-8"))["Resources"]
    assert all(each.get("DeletionPolicy") != "Retain" for each in resources.values())
    assert [each for each in resources.values() if each["Type"] == "Custom::S3AutoDeleteObjects"]


def test_the_handlers_of_the_load_test_are_in_its_source() -> None:
    text = (SOURCE / "app.py").read_text("utf-8")
    for each in HANDLERS.values():
        assert f"def {each.removeprefix('app.')}(" in text


@pytest.mark.parametrize(
    "target",
    ["cdk-synth", "cdk-deploy", "cdk-destroy", "test-deploy", "test-status", "test-destroy"],
)
def test_make_help_names_each_target(target: str) -> None:
    assert re.search(rf"^{target}:.*## ", MAKEFILE, re.MULTILINE)
