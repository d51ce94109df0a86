"""The bucket for bundles and results."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy, aws_s3
from constructs import Construct

from infra.findings import acknowledge
from infra.policies import BUNDLES, RESULTS

BUNDLE_DAYS = 90
OVERWRITTEN_DAYS = 7


class UsageBucket(Construct):
    """Encrypted, for TLS only, never public.

    S3's own keys encrypt it, so that functions need no right to a key. Versions are kept for some
    days: once bundles have expired, the combined files are all that is left of them.
    """

    def __init__(self, scope: Construct, name: str, bucket_name: str, *, kept: bool = True) -> None:
        """*kept*: also when the stack is deleted. Else it goes with all that is in it."""
        super().__init__(scope, name)
        self.name = bucket_name
        self.bucket = aws_s3.Bucket(
            self,
            "Bucket",
            bucket_name=bucket_name,
            encryption=aws_s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            block_public_access=aws_s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=aws_s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            versioned=True,
            removal_policy=RemovalPolicy.RETAIN if kept else RemovalPolicy.DESTROY,
            auto_delete_objects=not kept,
            lifecycle_rules=[*_bundles(), _results(), _all()],
        )
        acknowledge(self.bucket, "S1", NO_ACCESS_LOG)


NO_ACCESS_LOG = (
    "each delivery would write a line of an access log, as large as what it delivers; CloudTrail's "
    "data events tell the same of those who need it"
)


def _bundles() -> list[aws_s3.LifecycleRule]:
    """By the first digit of their year: inventories lie beside them, and stay."""
    return [
        aws_s3.LifecycleRule(
            id="bundles",
            prefix=f"{BUNDLES}2",
            expiration=Duration.days(BUNDLE_DAYS),
            noncurrent_version_expiration=Duration.days(1),
        )
    ]


def _results() -> aws_s3.LifecycleRule:
    """Results stay, since longer periods are made of those of the days."""
    return aws_s3.LifecycleRule(
        id="results",
        prefix=RESULTS,
        noncurrent_version_expiration=Duration.days(OVERWRITTEN_DAYS),
    )


def _all() -> aws_s3.LifecycleRule:
    return aws_s3.LifecycleRule(
        id="remains",
        abort_incomplete_multipart_upload_after=Duration.days(1),
        expired_object_delete_marker=True,
    )
