"""What the targets ``cdk-…``, ``test-deploy`` and ``test-destroy`` of the Makefile do.

Synthesis runs the app alone, so it needs no network. All else is done by the CDK's own command,
which npx gets from npm. Options are passed on: ``ARGS="--context environment=staging"``. Exit
code 3 where something is missing, else that of the app or of the command.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import boto3

from infra.artefacts import ARCHITECTURES, COMBINER_ARCHITECTURE, Artefacts, NotBuilt
from infra.node import NoNode, npx, variables

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "infra"
CDK = "aws-cdk@2.1148.1"
"""Its command, which has a version of its own."""
LAYERS = [sys.executable, str(ROOT / "layer" / "build.py")]
COMBINER = [sys.executable, str(ROOT / "combiner" / "build.py"), "--arch", COMBINER_ARCHITECTURE]
LOAD_TEST = ["--app", "../.venv/bin/python load_test.py", "--output", "../build/cdk-load-test.out"]

NO_CREDENTIALS = (
    "no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
)
NO_REGION = 'no region: set AWS_REGION, or ARGS="--context regions=eu-west-1,us-east-1"'


class Missing(Exception):
    """Something that is needed is not there; says what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Does what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m infra.command", description=__doc__)
    what = ("synth", "deploy", "destroy", "test-deploy", "test-destroy")
    parser.add_argument("what", choices=what)
    options, rest = parser.parse_known_args(arguments)
    try:
        if options.what == "synth":
            return _synth(rest)
        return _cdk(options.what, rest)
    except (Missing, NoNode, NotBuilt) as error:
        print(f"make {_target(options.what)}: {error}", file=sys.stderr)
        return 3


def _target(what: str) -> str:
    return what if what.startswith("test-") else f"cdk-{what}"


def _synth(arguments: Sequence[str]) -> int:
    """Takes the zips that are there, and builds those that are not."""
    parser = argparse.ArgumentParser(
        prog="make cdk-synth", epilog=f"For more options: cd infra && npx {CDK} synth"
    )
    parser.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "build" / "cdk.out")
    options = parser.parse_args(arguments)
    context = dict(each.partition("=")[::2] for each in options.context)
    _build_missing(Artefacts(ROOT / "dist"))
    told = {"CDK_CONTEXT_JSON": json.dumps(context), "CDK_OUTDIR": str(options.output.absolute())}
    done = subprocess.run(
        [sys.executable, str(HERE / "app.py")], env={**os.environ, **told}, check=False
    )
    if done.returncode == 0:
        for path in sorted(options.output.glob("*.template.json")):
            resources = json.loads(path.read_text("utf-8"))["Resources"]
            print(f"{path} ({len(resources)} resources)")
    return done.returncode


def _build_missing(artefacts: Artefacts) -> None:
    try:
        for each in ARCHITECTURES:
            artefacts.layer(each)
            artefacts.layer(each, otel=True)
    except NotBuilt:
        _run(LAYERS)
    try:
        artefacts.combiner()
    except NotBuilt:
        _run(COMBINER)


def _cdk(what: str, arguments: Sequence[str]) -> int:
    """Leaves it to the CDK's command, once all is there that it would miss."""
    command = npx()
    _check_account(arguments)
    verb = what.removeprefix("test-")
    options = ["--all"]
    if what.startswith("test-"):
        options += LOAD_TEST
        options += ["--require-approval", "never"] if verb == "deploy" else ["--force"]
    if verb == "deploy":  # what is deployed is what the source says now
        _run(LAYERS)
        if what == "deploy":
            _run(COMBINER)
    else:
        _build_missing(Artefacts(ROOT / "dist"))
    done = subprocess.run(
        [*command, "--yes", CDK, verb, *options, *arguments],
        cwd=HERE,
        env={**os.environ, **variables()},
        check=False,
    )
    return done.returncode


def session() -> boto3.session.Session:
    """The account and region that the CDK's command takes, too."""
    # that takes either variable for the region, boto3 the second alone
    return boto3.session.Session(region_name=os.environ.get("AWS_REGION") or None)


def _check_account(arguments: Sequence[str]) -> None:
    asked = session()
    if asked.get_credentials() is None:
        raise Missing(NO_CREDENTIALS)
    if asked.region_name is None and not any("regions=" in each for each in arguments):
        raise Missing(NO_REGION)


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, stdout=sys.stderr, check=False)
    if done.returncode:
        raise Missing(f"{Path(command[1]).relative_to(ROOT)} failed, see above")


if __name__ == "__main__":
    sys.exit(main())
