output "bucket" {
  description = "Name of the bucket: `COVERAGE_S3_BUCKET`."
  value       = aws_s3_bucket.usage.id
}

output "layer_arns" {
  description = "ARN of the layer's version, by architecture."
  value       = { for arch, layer in aws_lambda_layer_version.usage : arch => layer.arn }
}

output "function_policy_arn" {
  description = "ARN of the policy that a function's role needs."
  value       = aws_iam_policy.function.arn
}

output "function_variables" {
  description = "Environment variables that a function needs."
  value = {
    AWS_LAMBDA_EXEC_WRAPPER  = "/opt/lambda-usage"
    COVERAGE_S3_BUCKET       = aws_s3_bucket.usage.id
    COVERAGE_S3_PREFIX       = local.prefix
    COVERAGE_SAMPLE_RATE     = tostring(var.sample_rate)
    COVERAGE_OVERHEAD_BUDGET = tostring(var.overhead_budget)
  }
}

output "combiner_function" {
  description = "Name of the combiner function."
  value       = aws_lambda_function.combiner.function_name
}

output "dead_letter_queue_url" {
  description = "URL of the queue that holds what the combiner could not do."
  value       = aws_sqs_queue.dead_letters.url
}
