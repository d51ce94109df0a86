"""The combiner function, and what sets it off: S3 by a queue, and a schedule."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import (
    Aws,
    Duration,
    aws_events,
    aws_events_targets,
    aws_iam,
    aws_lambda,
    aws_s3,
    aws_sqs,
)
from constructs import Construct

from infra import policies
from infra.artefacts import COMBINER_ARCHITECTURE, Artefacts
from infra.findings import acknowledge, any_object
from infra.layers import ARCHITECTURE
from infra.roles import LoggedRole
from infra.storage import UsageBucket

RUNTIME = "python3.13"
RUNTIME_OF_ZIP = "the libraries in the combiner's zip are built for this version of Python"
NAMED_BY_DAY = "bundles and results are named by the day that they are of"
TIMEOUT_S = 900
BATCHING_WINDOW_S = 300


class Combiner(Construct):
    """Settings as combiner/README.md advises them."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        usage: UsageBucket,
        artefacts: Artefacts,
        *,
        inventory: str = "",
        expected: Sequence[str] = (),
    ) -> None:
        """Also has the bucket tell the queue of new bundles.

        Args:
            scope: Where to.
            name: In there.
            usage: Where bundles are, and results go.
            artefacts: Has the zip.
            inventory: Name of the source tree that reports are about.
            expected: Names of Lambda functions that ought to report.
        """
        super().__init__(scope, name)
        bucket = usage.bucket
        self.dead_letters = _queue(self, "DeadLetters", retention_period=Duration.days(14))
        self.queue = _queue(
            self,
            "Bundles",
            visibility_timeout=Duration.seconds(6 * TIMEOUT_S + BATCHING_WINDOW_S),
            dead_letter_queue=aws_sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=5),
        )
        may = LoggedRole(
            self,
            "May",
            [
                *policies.combiner(bucket.bucket_arn),
                *policies.queues(self.queue.queue_arn, self.dead_letters.queue_arn),
            ],
        )
        self.role = may.role
        prefixes = any_object(bucket, policies.BUNDLES, policies.RESULTS)
        acknowledge(self.role, "IAM5", NAMED_BY_DAY, prefixes)
        self.function = aws_lambda.Function(
            self,
            "Function",
            runtime=aws_lambda.Runtime(RUNTIME, aws_lambda.RuntimeFamily.PYTHON),
            architecture=ARCHITECTURE[COMBINER_ARCHITECTURE],
            handler="usage_combiner.handler.lambda_handler",
            code=aws_lambda.Code.from_asset(artefacts.combiner()),
            environment={
                "COVERAGE_S3_BUCKET": bucket.bucket_name,
                "POWERTOOLS_TRACE_DISABLED": "true",
                **({"COMBINER_INVENTORY": inventory} if inventory else {}),
                **({"COMBINER_EXPECT_FUNCTIONS": ",".join(expected)} if expected else {}),
            },
            memory_size=1769,
            timeout=Duration.seconds(TIMEOUT_S),
            role=may.role,
            log_group=may.log,
        )
        acknowledge(self.function, "L1", RUNTIME_OF_ZIP)
        self._set_off_by_queue()
        self._set_off_by_schedule()
        _tell_of_bundles(usage, self.queue)

    def _set_off_by_queue(self) -> None:
        aws_lambda.EventSourceMapping(
            self,
            "Mapping",
            target=self.function,
            event_source_arn=self.queue.queue_arn,
            batch_size=1000,
            max_batching_window=Duration.seconds(BATCHING_WINDOW_S),
            max_concurrency=2,
            report_batch_item_failures=True,
        )

    def _set_off_by_schedule(self) -> None:
        """Each hour. What keeps failing goes where messages go that keep failing."""
        aws_lambda.CfnEventInvokeConfig(
            self,
            "OnFailure",
            function_name=self.function.function_name,
            qualifier="$LATEST",
            destination_config=aws_lambda.CfnEventInvokeConfig.DestinationConfigProperty(
                on_failure=aws_lambda.CfnEventInvokeConfig.OnFailureProperty(
                    destination=self.dead_letters.queue_arn
                )
            ),
        )
        aws_events.Rule(
            self,
            "Hourly",
            schedule=aws_events.Schedule.rate(Duration.hours(1)),
            targets=[aws_events_targets.LambdaFunction(self.function)],
        )


def _queue(scope: Construct, name: str, **options: object) -> aws_sqs.Queue:
    return aws_sqs.Queue(
        scope, name, encryption=aws_sqs.QueueEncryption.SQS_MANAGED, enforce_ssl=True, **options
    )


def _tell_of_bundles(usage: UsageBucket, queue: aws_sqs.Queue) -> None:
    """Sets the notification in the bucket itself.

    The CDK's own way is a function that sets it afterwards, with a right to set that of any bucket.
    The queue's policy has to be there first, so it names the bucket and does not refer to it.
    """
    queue.add_to_resource_policy(
        aws_iam.PolicyStatement(
            actions=["sqs:SendMessage"],
            principals=[aws_iam.ServicePrincipal("s3.amazonaws.com")],
            resources=[queue.queue_arn],
            conditions={
                "ArnLike": {"aws:SourceArn": f"arn:{Aws.PARTITION}:s3:::{usage.name}"},
                "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
            },
        )
    )
    bucket = usage.bucket.node.default_child
    rules = {"prefix": policies.BUNDLES, "suffix": ".coverage"}
    bucket.notification_configuration = aws_s3.CfnBucket.NotificationConfigurationProperty(
        queue_configurations=[
            aws_s3.CfnBucket.QueueConfigurationProperty(
                event="s3:ObjectCreated:*",
                queue=queue.queue_arn,
                filter=aws_s3.CfnBucket.NotificationFilterProperty(
                    s3_key=aws_s3.CfnBucket.S3KeyFilterProperty(
                        rules=[
                            aws_s3.CfnBucket.FilterRuleProperty(name=name, value=value)
                            for name, value in rules.items()
                        ]
                    )
                ),
            )
        ]
    )
    bucket.node.add_dependency(queue.node.find_child("Policy"))
