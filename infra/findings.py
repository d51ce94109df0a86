"""cdk-nag's rules, which fail the synthesis, and the exceptions from them with their reasons."""

from __future__ import annotations

from collections.abc import Iterable

from aws_cdk import Acknowledgment, App, Stack, Validations, aws_s3
from cdk_nag import AwsSolutionsChecks
from constructs import Construct

PACK = "AwsSolutions"


def check(app: App) -> None:
    """Have the rules checked when the app is synthesised, which fails where one is broken."""
    Validations.of(app).add_plugins(
        AwsSolutionsChecks(app, write_suppressions_to_cloud_formation=True)
    )


def acknowledge(scope: Construct, rule: str, reason: str, findings: Iterable[str] = ()) -> None:
    """Accept what a rule finds in a construct, or some of its findings only."""
    ids = [f"{rule}[{each}]" for each in findings] or [rule]
    Validations.of(scope).acknowledge(
        *(Acknowledgment(id=f"{PACK}-{each}", reason=reason) for each in ids)
    )


def any_object(bucket: aws_s3.IBucket, *prefixes: str) -> list[str]:
    """What the rule IAM5 finds in a policy for all objects below a prefix."""
    stack = Stack.of(bucket)
    name = stack.resolve(stack.get_logical_id(bucket.node.default_child))
    return [f"Resource::<{name}.Arn>/{each}*" for each in prefixes]
