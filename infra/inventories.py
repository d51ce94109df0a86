"""What the source of the deployed functions holds, uploaded when they are deployed.

The combiner joins it to the data: reports need no source code then. The file is named by its
content and never deleted, so a report of older data still finds the one that fits it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Stack, aws_s3, aws_s3_assets, custom_resources
from constructs import Construct

from infra import policies
from infra.findings import acknowledge
from infra.roles import LoggedRole
from lambda_usage.combine.stores import INVENTORY_FOLDER, INVENTORY_SUFFIX
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.inventory_file import pack


@dataclass(frozen=True, slots=True)
class SourceTree:
    """The code that one or more functions are made of, laid out as in the deployment package."""

    name: str
    folder: Path


class UploadedInventory(Construct):
    """One object, copied from the CDK's own bucket by one call of S3's API."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        tree: SourceTree,
        bucket: aws_s3.IBucket,
        folder: Path,
    ) -> None:
        """Packs the inventory into *folder*."""
        super().__init__(scope, name)
        packed = pack(read_inventory(tree.folder))
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{tree.name}-{packed.hash}{INVENTORY_SUFFIX}"
        path.write_bytes(packed.content)
        asset = aws_s3_assets.Asset(self, "Packed", path=str(path))
        self.key = (
            f"{policies.BUNDLES}{INVENTORY_FOLDER}{tree.name}/{packed.hash}{INVENTORY_SUFFIX}"
        )
        source = Stack.of(self).format_arn(
            service="s3",
            region="",
            account="",
            resource=asset.s3_bucket_name,
            resource_name=asset.s3_object_key,
        )
        role = LoggedRole(self, "May", policies.inventory(source, bucket.arn_for_objects(self.key)))
        copy = custom_resources.AwsSdkCall(
            service="S3",
            action="copyObject",
            parameters={
                "Bucket": bucket.bucket_name,
                "Key": self.key,
                "CopySource": f"{asset.s3_bucket_name}/{asset.s3_object_key}",
            },
            physical_resource_id=custom_resources.PhysicalResourceId.of(self.key),
        )
        custom_resources.AwsCustomResource(
            self,
            "Copy",
            on_create=copy,
            on_update=copy,
            role=role.role,
            install_latest_aws_sdk=False,
            log_group=role.log,
        )
        provider = f"AWS{custom_resources.AwsCustomResource.PROVIDER_FUNCTION_UUID}"
        acknowledge(Stack.of(self).node.find_child(provider.replace("-", "")), "L1", CDKS_RUNTIME)


CDKS_RUNTIME = "the CDK chooses the runtime of the function that runs its custom resources"
