# For the functions that are watched: the layer, and the one permission that it needs.

resource "aws_lambda_layer_version" "usage" {
  for_each = var.layer_zips

  layer_name               = "${local.name}-${each.key}"
  description              = "lambda-usage: which Python code production uses"
  license_info             = "MIT"
  filename                 = each.value
  source_code_hash         = filebase64sha256(each.value)
  compatible_architectures = [each.key]

  # No compatible_runtimes: providers refuse those that are newer than they are (5.100: python3.14),
  # and Lambda only sorts its lists by them.

  # A function cannot be updated while it names a version that was deleted.
  skip_destroy = true
}

resource "aws_iam_policy" "function" {
  name        = "${local.name}-function-${local.region}"
  description = "Put usage bundles into ${local.bucket}, and nothing else"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "s3:PutObject"
      Resource = "${local.bucket_arn}/${local.prefix}*"
    }]
  })
}
