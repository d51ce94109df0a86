"""The layer, as each architecture has it."""

from __future__ import annotations

from aws_cdk import RemovalPolicy, aws_lambda
from constructs import Construct

from infra.artefacts import ARCHITECTURES, Artefacts
from lambda_usage.version import __version__

WRAPPER = "/opt/lambda-usage"
RUNTIMES = ("python3.11", "python3.12", "python3.13", "python3.14")
ARCHITECTURE = {
    "x86_64": aws_lambda.Architecture.X86_64,
    "arm64": aws_lambda.Architecture.ARM_64,
}


class UsageLayers(Construct):
    """A layer version for each architecture. Versions stay: functions elsewhere may use them."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        artefacts: Artefacts,
        *,
        otel: bool = False,
        policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(scope, name)
        self.versions = {
            each: aws_lambda.LayerVersion(
                self,
                each,
                code=aws_lambda.Code.from_asset(artefacts.layer(each, otel=otel)),
                compatible_architectures=[ARCHITECTURE[each]],
                compatible_runtimes=[
                    aws_lambda.Runtime(name, aws_lambda.RuntimeFamily.PYTHON) for name in RUNTIMES
                ],
                description=f"lambda-usage {__version__} ({each}): which code production uses",
                license="MIT",
                removal_policy=policy,
            )
            for each in ARCHITECTURES
        }
