"""Lambda functions that are watched."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from aws_cdk import Duration, aws_lambda, aws_s3
from constructs import Construct

from infra import policies
from infra.findings import acknowledge, any_object
from infra.layers import ARCHITECTURE, WRAPPER, UsageLayers
from infra.roles import LoggedRole

RUNTIME = "python3.13"
OLDER_RUNTIME = "the layer is for four versions of Python, of which this one is proved here"
BUNDLES_ARE_NAMED_LATER = "processes name their bundles, by day and by an identity of their own"


@dataclass(frozen=True, slots=True)
class Code:
    """What one Lambda function runs."""

    folder: Path
    handler: str
    architecture: str = "x86_64"


@dataclass(frozen=True, slots=True)
class Recording:
    """What all functions are told about recording."""

    bucket: aws_s3.IBucket
    layers: UsageLayers
    variables: dict[str, str]
    more_layers: list[aws_lambda.ILayerVersion] = field(default_factory=list)


class WatchedFunction(Construct):
    """A function with the layer, and a role that may deliver bundles and do nothing else."""

    def __init__(self, scope: Construct, name: str, code: Code, recording: Recording) -> None:
        super().__init__(scope, name)
        role = LoggedRole(self, "May", policies.function(recording.bucket.bucket_arn))
        self.role = role.role
        prefix = any_object(recording.bucket, policies.BUNDLES)
        acknowledge(self.role, "IAM5", BUNDLES_ARE_NAMED_LATER, prefix)
        self.function = aws_lambda.Function(
            self,
            "Function",
            runtime=aws_lambda.Runtime(RUNTIME, aws_lambda.RuntimeFamily.PYTHON),
            architecture=ARCHITECTURE[code.architecture],
            handler=code.handler,
            code=aws_lambda.Code.from_asset(str(code.folder), exclude=["*", "!*.py"]),
            layers=[recording.layers.versions[code.architecture], *recording.more_layers],
            environment={
                "AWS_LAMBDA_EXEC_WRAPPER": WRAPPER,
                "COVERAGE_S3_BUCKET": recording.bucket.bucket_name,
                **recording.variables,
            },
            memory_size=256,
            timeout=Duration.seconds(30),
            role=role.role,
            log_group=role.log,
        )
        acknowledge(self.function, "L1", OLDER_RUNTIME)
