"""The dashboard, and the alarms."""

from __future__ import annotations

from aws_cdk import Aws, Duration, Fn, aws_cloudwatch, aws_cloudwatch_actions, aws_sns
from constructs import Construct

from dashboards.cloudwatch_board import body
from infra.combining import Combiner
from lambda_usage.telemetry.definitions import LOSSES
from lambda_usage.telemetry.emf import FUNCTION, NAMESPACE

COMBINERS_NAMESPACE, COMBINERS_SERVICE = "lambda-usage", "usage-combiner"
"""Where the combiner's handler puts its metrics."""
_MINUTES = Duration.minutes(15)


class Watching(Construct):
    """What tells people: a dashboard to look at, and alarms."""

    def __init__(self, scope: Construct, name: str, title: str, combiner: Combiner) -> None:
        super().__init__(scope, name)
        # dashboards are the account's, not the region's
        aws_cloudwatch.CfnDashboard(
            self,
            "Dashboard",
            dashboard_name=f"{title}-{Aws.REGION}",
            dashboard_body=Fn.sub(body()),
        )
        self.alarms = [
            self._alarm(
                "DeadLetters",
                "Messages or events of the combiner keep failing: read them, mend the cause, and "
                "redrive them",
                combiner.dead_letters.metric_approximate_number_of_messages_visible(
                    period=_MINUTES, statistic="Maximum"
                ),
            ),
            self._alarm(
                "CombinerErrors",
                "The combiner failed or ran out of time: its log says of which period",
                combiner.function.metric_errors(period=_MINUTES),
            ),
            self._alarm(
                "BundlesSetAside",
                "Bundles could not be read, and may keep code from being called dead: the day's "
                "summary.json names them",
                aws_cloudwatch.Metric(
                    namespace=COMBINERS_NAMESPACE,
                    metric_name="BundlesSetAside",
                    dimensions_map={
                        "service": COMBINERS_SERVICE,
                        "function_name": combiner.function.function_name,
                    },
                    period=_MINUTES,
                    statistic="Sum",
                ),
            ),
            self._alarm(
                "Losses",
                "Functions that write CloudWatch metrics lost some of what they saw: the "
                "dashboard says for which reason",
                aws_cloudwatch.MathExpression(
                    expression=losses(), using_metrics={}, period=_MINUTES, label="losses"
                ),
            ),
        ]

    def send_to(self, topic_arn: str) -> None:
        """Tell a topic of each alarm."""
        topic = aws_sns.Topic.from_topic_arn(self, "Topic", topic_arn)
        for each in self.alarms:
            each.add_alarm_action(aws_cloudwatch_actions.SnsAction(topic))

    def _alarm(
        self, name: str, description: str, metric: aws_cloudwatch.IMetric
    ) -> aws_cloudwatch.Alarm:
        """Raised by one, within a quarter of an hour."""
        return aws_cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            alarm_description=description,
            threshold=0,
            comparison_operator=aws_cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=aws_cloudwatch.TreatMissingData.NOT_BREACHING,
        )


def losses() -> str:
    """A query over all functions: alarms take no search."""
    assert LOSSES.attribute is not None
    dimensions = f'"{NAMESPACE}", "{FUNCTION}", "{LOSSES.attribute.name}"'
    return f'SELECT SUM("{LOSSES.name}") FROM SCHEMA({dimensions})'
