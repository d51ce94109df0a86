"""The logger and the tracer that all modules share."""

from __future__ import annotations

from aws_lambda_powertools import Logger, Tracer

logger = Logger(service="test-automation")

# Named modules only: to patch all that X-Ray knows imports every one that is installed.
tracer = Tracer(service="test-automation", patch_modules=["botocore"])
