data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  name       = "lambda-usage-${var.environment}"
  region     = data.aws_region.current.id
  account    = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  prefix     = "coverage/" # bundles and inventories: COVERAGE_S3_PREFIX
  results    = "combined/" # what the combiner writes: COMBINER_OUTPUT_PREFIX
  bucket     = "${local.name}-${local.account}-${local.region}"
  bucket_arn = "arn:${local.partition}:s3:::${local.bucket}"
}
