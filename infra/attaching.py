"""What stacks of functions need to know, in parameters that they can read.

Exports would not do: CloudFormation changes none that is imported, and each new version of the
layer has a new ARN.
"""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack, aws_iam, aws_ssm
from constructs import Construct

from infra import policies
from infra.context import Context
from infra.findings import acknowledge, any_object
from infra.functions import BUNDLES_ARE_NAMED_LATER
from infra.layers import UsageLayers
from infra.storage import UsageBucket


class Attaching(Construct):
    """A policy for functions, and where everything is."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        context: Context,
        usage: UsageBucket,
        layers: UsageLayers,
    ) -> None:
        super().__init__(scope, name)
        allowed = policies.function(usage.bucket.bucket_arn)
        policy = aws_iam.ManagedPolicy(
            self,
            "FunctionPolicy",
            description="Put usage bundles into the bucket, and nothing else",
            statements=[aws_iam.PolicyStatement.from_json(each) for each in allowed],
        )
        prefix = any_object(usage.bucket, policies.BUNDLES)
        acknowledge(policy, "IAM5", BUNDLES_ARE_NAMED_LATER, prefix)
        told = {
            "bucket": usage.bucket.bucket_name,
            "function-policy": policy.managed_policy_arn,
            "sample-rate": str(context.sample_rate),
            "overhead-budget": str(context.overhead_budget),
            **{f"layer-{each}": found.layer_version_arn for each, found in layers.versions.items()},
        }
        for key, value in told.items():
            aws_ssm.StringParameter(
                self,
                key,
                parameter_name=f"/lambda-usage/{context.environment}/{key}",
                string_value=value,
            )
        stack = Stack.of(self)
        CfnOutput(stack, "Bucket", value=told["bucket"])
        CfnOutput(stack, "FunctionPolicy", value=told["function-policy"])
        CfnOutput(stack, "LayerX8664", value=told["layer-x86_64"])
        CfnOutput(stack, "LayerArm64", value=told["layer-arm64"])
