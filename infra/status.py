"""What ``make test-status`` prints: the stack of the load test, its functions and their bundles.

Exit code 0 where it is deployed, 1 where it is not, 3 where AWS cannot be asked.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.command import NO_CREDENTIALS, session
from infra.context import LOAD_TEST
from infra.load_test import HANDLERS
from infra.policies import BUNDLES

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def main() -> int:
    """Prints it."""
    asked = session()
    problem = NO_CREDENTIALS if asked.get_credentials() is None else ""
    if not problem and asked.region_name is None:
        problem = "no region: set AWS_REGION"
    if problem:
        print(f"make test-status: {problem}", file=sys.stderr)
        return 3
    try:
        return _status(asked)
    except (BotoCoreError, ClientError) as error:
        print(f"make test-status: {error}", file=sys.stderr)
        return 3


def _status(asked: boto3.session.Session) -> int:
    try:
        (stack,) = asked.client("cloudformation").describe_stacks(StackName=LOAD_TEST)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        print(f"{LOAD_TEST} is not deployed in {asked.region_name}: make test-deploy")
        return 1
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())}
    print(f"{LOAD_TEST} in {asked.region_name}: {stack['StackStatus']}")
    functions = {
        name.lower(): outputs[f"{name}Arn"] for name in HANDLERS if f"{name}Arn" in outputs
    }
    for name, arn in functions.items():
        print(f"  {name:<8}{arn}")
    if "Bucket" in outputs:
        bucket = outputs["Bucket"]
        print(f"  {_bundles(asked.client('s3'), bucket)} in s3://{bucket}/{BUNDLES}")
    if functions:
        print(f'  make load-test ARN="{" ".join(map("=".join, functions.items()))}"')
    return 0


def _bundles(client: S3Client, bucket: str) -> str:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=BUNDLES)
    found = [
        each["LastModified"]
        for page in pages
        for each in page.get("Contents", ())
        if each["Key"].endswith(".coverage")
    ]
    newest = f", the newest of {max(found):%Y-%m-%d %H:%M:%S} UTC," if found else ""
    return f"{len(found):,} bundle{'' if len(found) == 1 else 's'}{newest}"


if __name__ == "__main__":
    sys.exit(main())
