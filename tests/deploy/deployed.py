"""What was deployed, however that was: in the words of the services' own APIs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ENVIRONMENT = "dev"
REGION = "eu-west-1"
ACCOUNT = "123456789012"
"""moto's."""
BUCKET = f"lambda-usage-{ENVIRONMENT}-{ACCOUNT}-{REGION}"

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Deployed:
    """The objects that promises are about."""

    encryption: str
    public_access_block: Document
    versioning: str
    bucket_policy: Document
    expiry: Mapping[str, int | None]
    """Days that objects are kept, by the prefix of their keys."""
    notifications: list[Document]
    function_policy: Document
    layers: Mapping[str, Document]
    """By architecture."""
    queue: Document
    queue_policies: list[Document]
    dead_letters_arn: str
    combiner: Document
    combiner_policies: Mapping[str, Document]
    mapping: Document
    on_failure: str
    schedule: str
    target: Document
    alarms: Mapping[str, Document]
    dashboard: str


def queue_arn(name: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:lambda-usage-{ENVIRONMENT}-{name}"
