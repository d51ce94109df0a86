"""What each role may do: the statements of its policy.

docs/operations.md and combiner/README.md document those that are not only the deployment's own; a
test holds both to be the same.
"""

from __future__ import annotations

from typing import Any

Statement = dict[str, Any]

BUNDLES, RESULTS = "coverage/", "combined/"
"""Where in the bucket bundles and results lie."""


def function(bucket_arn: str) -> list[Statement]:
    """Of a function that is watched: deliver bundles."""
    return [_allow("s3:PutObject", f"{bucket_arn}/{BUNDLES}*")]


def combiner(bucket_arn: str) -> list[Statement]:
    """Of the combiner: read bundles, read and write results."""
    return [
        _allow("s3:GetObject", [f"{bucket_arn}/{BUNDLES}*", f"{bucket_arn}/{RESULTS}*"]),
        _allow("s3:PutObject", f"{bucket_arn}/{RESULTS}*"),
        {
            **_allow("s3:ListBucket", bucket_arn),
            "Condition": {"StringLike": {"s3:prefix": [f"{BUNDLES}*", f"{RESULTS}*"]}},
        },
    ]


def queues(queue_arn: str, dead_letters_arn: str) -> list[Statement]:
    """Of the combiner, besides: take messages, and set events aside that keep failing."""
    take = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    return [_allow(take, queue_arn), _allow("sqs:SendMessage", dead_letters_arn)]


def logs(log_group_arn: str) -> list[Statement]:
    """Of each function: write its log. ``log_group_arn`` ends in ``:*``, all of its streams."""
    return [_allow(["logs:CreateLogStream", "logs:PutLogEvents"], log_group_arn)]


def inventory(asset_arn: str, object_arn: str) -> list[Statement]:
    """Of the deployment: copy one object."""
    return [_allow("s3:GetObject", asset_arn), _allow("s3:PutObject", object_arn)]


def _allow(action: str | list[str], resource: str | list[str]) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource}
