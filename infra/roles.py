"""Roles of Lambda functions: one inline policy of what ``policies`` says, and nothing beside it."""

from __future__ import annotations

from collections.abc import Iterable

from aws_cdk import RemovalPolicy, aws_iam, aws_logs
from constructs import Construct

from infra import policies


class LoggedRole(Construct):
    """The role of one Lambda function, and the log that it writes to.

    No managed policy of AWS: those allow writing to each log there is.
    """

    def __init__(
        self, scope: Construct, name: str, statements: Iterable[policies.Statement]
    ) -> None:
        super().__init__(scope, name)
        self.log = aws_logs.LogGroup(
            self,
            "Log",
            retention=aws_logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        allowed = [*statements, *policies.logs(self.log.log_group_arn)]
        self.role = aws_iam.Role(
            self,
            "Role",
            assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={
                "allowed": aws_iam.PolicyDocument(
                    statements=[aws_iam.PolicyStatement.from_json(each) for each in allowed]
                )
            },
        )
