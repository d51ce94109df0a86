locals {
  combiner         = "${local.name}-combiner"
  combiner_timeout = 900
  batching_window  = 300

  queue_names = { bundles = "${local.name}-bundles", dead_letters = "${local.name}-dead-letters" }
  queue_arns = {
    for queue, name in local.queue_names :
    queue => "arn:${local.partition}:sqs:${local.region}:${local.account}:${name}"
  }
  tls_only = {
    for queue, arn in local.queue_arns : queue => {
      Sid       = "TLSOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }
  }
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = local.queue_names.dead_letters
  message_retention_seconds = 1209600 # 14 days, the longest
  sqs_managed_sse_enabled   = true

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [local.tls_only.dead_letters]
  })
}

resource "aws_sqs_queue" "bundles" {
  name                       = local.queue_names.bundles
  visibility_timeout_seconds = 6 * local.combiner_timeout + local.batching_window # as AWS advises
  sqs_managed_sse_enabled    = true

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = 5
  })

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TheBucketTells"
        Effect    = "Allow"
        Principal = { Service = "s3.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = local.queue_arns.bundles
        Condition = {
          ArnEquals    = { "aws:SourceArn" = local.bucket_arn }
          StringEquals = { "aws:SourceAccount" = local.account }
        }
      },
      local.tls_only.bundles,
    ]
  })
}

resource "aws_cloudwatch_log_group" "combiner" {
  name              = "/aws/lambda/${local.combiner}"
  retention_in_days = 30
}

resource "aws_iam_role" "combiner" {
  name = "${local.combiner}-${local.region}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "combiner_results" {
  name = "results"
  role = aws_iam_role.combiner.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = ["${local.bucket_arn}/${local.prefix}*", "${local.bucket_arn}/${local.results}*"]
      },
      {
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "${local.bucket_arn}/${local.results}*"
      },
      {
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = local.bucket_arn
        Condition = { StringLike = { "s3:prefix" = ["${local.prefix}*", "${local.results}*"] } }
      },
    ]
  })
}

resource "aws_iam_role_policy" "combiner_messages" {
  name = "messages"
  role = aws_iam_role.combiner.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        Resource = aws_sqs_queue.bundles.arn
      },
      {
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = aws_sqs_queue.dead_letters.arn
      },
    ]
  })
}

resource "aws_iam_role_policy" "combiner_logs" {
  name = "logs"
  role = aws_iam_role.combiner.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.combiner.arn}:*"
    }]
  })
}

resource "aws_lambda_function" "combiner" {
  function_name    = local.combiner
  description      = "Combines what functions of ${var.environment} have used, and reports on it"
  role             = aws_iam_role.combiner.arn
  runtime          = "python3.13"
  handler          = "usage_combiner.handler.lambda_handler"
  architectures    = ["x86_64"]
  memory_size      = 1769 # one processor
  timeout          = local.combiner_timeout
  filename         = var.combiner_zip
  source_code_hash = filebase64sha256(var.combiner_zip)

  environment {
    variables = {
      COVERAGE_S3_BUCKET        = local.bucket
      COVERAGE_S3_PREFIX        = local.prefix
      COMBINER_OUTPUT_PREFIX    = local.results
      COMBINER_INVENTORY        = var.combiner_inventory
      POWERTOOLS_TRACE_DISABLED = "true"
    }
  }

  depends_on = [
    aws_cloudwatch_log_group.combiner, # else Lambda makes one that keeps its lines for ever
    aws_iam_role_policy.combiner_logs,
    aws_iam_role_policy.combiner_messages,
    aws_iam_role_policy.combiner_results,
  ]
}

resource "aws_lambda_event_source_mapping" "bundles" {
  event_source_arn                   = aws_sqs_queue.bundles.arn
  function_name                      = aws_lambda_function.combiner.arn
  batch_size                         = 1000
  maximum_batching_window_in_seconds = local.batching_window
  function_response_types            = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = 2
  }
}

# Where events end that come without the queue, when the function has failed three times.
resource "aws_lambda_function_event_invoke_config" "combiner" {
  function_name = aws_lambda_function.combiner.function_name

  destination_config {
    on_failure {
      destination = aws_sqs_queue.dead_letters.arn
    }
  }
}

# The queue brings the days up to date; the schedule makes months and all time of them.
resource "aws_cloudwatch_event_rule" "combiner" {
  name                = "${local.combiner}-schedule"
  description         = "Combines the last days, their months and all time"
  schedule_expression = "rate(1 hour)"
}

resource "aws_cloudwatch_event_target" "combiner" {
  rule = aws_cloudwatch_event_rule.combiner.name
  arn  = aws_lambda_function.combiner.arn
}

resource "aws_lambda_permission" "combiner_schedule" {
  statement_id  = "schedule"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.combiner.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.combiner.arn
}
