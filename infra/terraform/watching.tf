locals {
  # Raised by one, within a quarter of an hour.
  alarms = {
    dead-letters = {
      description = "Messages or events of the combiner keep failing: read them, mend the cause, and redrive them"
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = aws_sqs_queue.dead_letters.name }
      statistic   = "Maximum"
    }
    combiner-errors = {
      description = "The combiner failed or ran out of time: its log says of which period"
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      dimensions  = { FunctionName = aws_lambda_function.combiner.function_name }
      statistic   = "Sum"
    }
    bundles-set-aside = {
      description = "Bundles could not be read, and may keep code from being called dead: the day's summary.json names them"
      namespace   = "lambda-usage"
      metric      = "BundlesSetAside"
      dimensions  = { service = "usage-combiner", function_name = aws_lambda_function.combiner.function_name }
      statistic   = "Sum"
    }
  }
  alarm_actions = var.alarm_topic == "" ? [] : [var.alarm_topic]
}

resource "aws_cloudwatch_metric_alarm" "usage" {
  for_each = local.alarms

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = 900
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
}

# Of functions with COVERAGE_METRICS=emf. A query over all of them: alarms take no search.
resource "aws_cloudwatch_metric_alarm" "losses" {
  alarm_name          = "${local.name}-losses"
  alarm_description   = "Functions that write CloudWatch metrics lost some of what they saw: the dashboard says for which reason"
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions

  metric_query {
    id          = "losses"
    expression  = "SELECT SUM(\"lambda_usage.losses\") FROM SCHEMA(\"LambdaUsage\", \"FunctionName\", \"lambda_usage.reason\")"
    period      = 900
    return_data = true
  }
}

resource "aws_cloudwatch_dashboard" "usage" {
  dashboard_name = "${local.name}-${local.region}"
  dashboard_body = replace(
    file("${path.module}/../../dashboards/cloudwatch/lambda-usage.json"),
    "$${AWS::Region}", local.region,
  )
}
