# Terraform does not destroy it while data is in it: that takes a person who deletes the data first.
# Versions are kept for some days: once bundles have expired, the results are all that is left.
resource "aws_s3_bucket" "usage" {
  bucket = local.bucket
}

resource "aws_s3_bucket_versioning" "usage" {
  bucket = aws_s3_bucket.usage.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "usage" {
  bucket                  = aws_s3_bucket.usage.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "usage" {
  bucket = aws_s3_bucket.usage.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "usage" {
  bucket = aws_s3_bucket.usage.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_policy" "usage" {
  bucket     = aws_s3_bucket.usage.id
  depends_on = [aws_s3_bucket_public_access_block.usage]

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TLSOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "RecentTLSOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
    ]
  })
}

resource "aws_s3_bucket_lifecycle_configuration" "usage" {
  bucket     = aws_s3_bucket.usage.id
  depends_on = [aws_s3_bucket_versioning.usage]

  # Bundles lie in folders of days: below coverage/2…. Inventories, below coverage/inventory/, are
  # needed for as long as reports are made, and must not expire with them.
  rule {
    id     = "bundles"
    status = "Enabled"

    filter {
      prefix = "${local.prefix}2"
    }

    expiration {
      days = var.bundle_retention_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  # Results stay: those of longer periods are made of those of the days.
  rule {
    id     = "results"
    status = "Enabled"

    filter {
      prefix = local.results
    }

    noncurrent_version_expiration {
      noncurrent_days = 7
    }
  }

  rule {
    id     = "remains"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }

    expiration {
      expired_object_delete_marker = true
    }
  }
}

resource "aws_s3_bucket_notification" "usage" {
  bucket = aws_s3_bucket.usage.id

  queue {
    id            = "bundles"
    queue_arn     = aws_sqs_queue.bundles.arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = local.prefix
    filter_suffix = ".coverage"
  }
}
