"""Sends the sample platform's traffic through one of its functions, with the agent attached.

``run_platform.py FUNCTION INVOCATIONS STORE``, in the folder of the function's package. DynamoDB
and Secrets Manager are moto's, in this very process.
"""

from __future__ import annotations

import os
import sys

import boto3
from moto import mock_aws

from examples.test_platform.deploy.catalog import functions
from examples.test_platform.deploy.seed import seed
from examples.test_platform.deploy.traffic import events
from lambda_usage.attach.local import run_local


def main(name: str, invocations: str, store: str) -> None:
    function = functions()[name]
    os.environ.update(function.variables)
    os.environ["AWS_LAMBDA_FUNCTION_NAME"] = name
    with mock_aws():
        seed(boto3.resource("dynamodb"), boto3.client("secretsmanager"), dict(function.variables))
        for result in run_local(function.handler, events(name, int(invocations)), store):
            if result.error:
                raise result.error


if __name__ == "__main__":
    main(*sys.argv[1:])
