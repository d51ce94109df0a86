"""The combiner function as it is deployed: its zip in AWS's emulator, S3 and SQS beside it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lambda_usage.bundle.model import Bundle
from lambda_usage.bundle.writer import bundle_bytes
from tests.support.emulator import Emulator
from tests.support.made_bundles import inventory_content, name_of
from tests.support.pythons import PythonEnv
from tests.support.s3_server import S3Server

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

T = TypeVar("T")

BATCH = 100
"""Messages that one invocation gets."""


@dataclass(frozen=True)
class Site:
    """A bucket, and the function that combines what is in it."""

    env: PythonEnv
    task: Path
    server: S3Server
    bucket: str

    def function(self, output: str = "combined/", endpoint: str = "") -> Emulator:
        """An execution environment of the function."""
        return Emulator(
            self.env,
            self.task,
            "usage_combiner.handler.lambda_handler",
            variables={
                **self.server.variables,
                "AWS_ENDPOINT_URL": endpoint or self.server.endpoint,
                "COVERAGE_S3_BUCKET": self.bucket,
                "COMBINER_OUTPUT_PREFIX": output,
                "COMBINER_MIN_EXPOSURE": "10",
                "POWERTOOLS_LOG_LEVEL": "INFO",
            },
            memory_mb=2048,
            timeout_s=300,
        )

    def upload(self, bundles: Iterable[Bundle]) -> list[str]:
        """Deliver bundles; their keys."""
        named = [(f"coverage/{name_of(each)}", bundle_bytes(each)) for each in bundles]
        self.put(dict(named))
        return [key for key, _ in named]

    def put(self, objects: dict[str, bytes]) -> None:
        """Store objects."""
        with closing(self.server.client()) as client, ThreadPoolExecutor(8) as pool:
            list(
                pool.map(
                    lambda item: client.put_object(Bucket=self.bucket, Key=item[0], Body=item[1]),
                    objects.items(),
                )
            )

    def put_inventory(self, folder: Path) -> None:
        """Upload the inventory of the source."""
        name, content = inventory_content(folder)
        self.put({f"coverage/{name}": content})

    def results(self, output: str = "combined/") -> dict[str, bytes]:
        """All that was written, by name."""
        with closing(self.server.client()) as client:
            return {
                key.removeprefix(output): client.get_object(Bucket=self.bucket, Key=key)[
                    "Body"
                ].read()
                for key in self.server.keys(self.bucket, output)
            }

    def summary(self, prefix: str) -> dict[str, Any]:
        """The summary of a period."""
        found: dict[str, Any] = json.loads(self.results()[f"{prefix}summary.json"])
        return found

    def s3_event(self, key: str) -> dict[str, Any]:
        """What S3 tells of a new object."""
        s3 = {"bucket": {"name": self.bucket}, "object": {"key": key}}
        return {
            "Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": s3}],
        }

    def eventbridge_event(self, key: str) -> dict[str, Any]:
        """What EventBridge tells of it."""
        detail = {"bucket": {"name": self.bucket}, "object": {"key": key}}
        return {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}


@dataclass(frozen=True)
class Queue:
    """A queue of SQS with a dead-letter queue, and what Lambda does between it and a function."""

    sqs: SQSClient
    url: str
    dead_url: str

    @classmethod
    def make(cls, sqs: SQSClient, name: str, max_receives: int = 3) -> Queue:
        """A new queue; after so many receives a message goes to the dead-letter queue."""
        dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
        redrive = {"deadLetterTargetArn": arn["QueueArn"], "maxReceiveCount": str(max_receives)}
        attributes = {"RedrivePolicy": json.dumps(redrive), "VisibilityTimeout": "600"}
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]  # type: ignore[arg-type]
        return cls(sqs, url, dead)

    def send(self, bodies: Iterable[str]) -> None:
        """Put messages into the queue."""
        for some in _tens(list(bodies)):
            self.sqs.send_message_batch(
                QueueUrl=self.url,
                Entries=[{"Id": str(n), "MessageBody": body} for n, body in enumerate(some)],
            )

    def deliver(self, function: Emulator) -> bool:
        """Hand one batch to the function, as Lambda would; False where there is none."""
        batch = self._receive()
        if not batch:
            return False
        records = [_record(each) for each in batch]
        answer = function.invoke({"Records": records}).payload
        failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
        for some in _tens([each for each in batch if each["MessageId"] not in failed]):
            self.sqs.delete_message_batch(
                QueueUrl=self.url,
                Entries=[
                    {"Id": str(n), "ReceiptHandle": each["ReceiptHandle"]}
                    for n, each in enumerate(some)
                ],
            )
        for each in batch:
            if each["MessageId"] in failed:  # what Lambda leaves to the visibility timeout
                self.sqs.change_message_visibility(
                    QueueUrl=self.url, ReceiptHandle=each["ReceiptHandle"], VisibilityTimeout=0
                )
        return True

    def dead(self) -> list[str]:
        """The bodies of the messages in the dead-letter queue."""
        answer = self.sqs.receive_message(QueueUrl=self.dead_url, MaxNumberOfMessages=10)
        return [each["Body"] for each in answer.get("Messages", ())]

    def _receive(self) -> list[MessageTypeDef]:
        batch: list[MessageTypeDef] = []
        while len(batch) < BATCH:
            answer = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
            batch += answer.get("Messages", ())
            if not answer.get("Messages"):
                break
        return batch


def shuffled(items: list[str], seed: int) -> list[str]:
    """In another order, and a third of them twice."""
    random_ = random.Random(seed)
    repeated = items + random_.sample(items, len(items) // 3)
    random_.shuffle(repeated)
    return repeated


def _record(message: MessageTypeDef) -> dict[str, Any]:
    return {
        "eventSource": "aws:sqs",
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {},
        "messageAttributes": {},
    }


def _tens(items: list[T]) -> Iterator[list[T]]:
    return (items[start : start + 10] for start in range(0, len(items), 10))
