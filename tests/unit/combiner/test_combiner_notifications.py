"""With the bucket's notification as the README has it, new bundles are told of and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import boto3

from tests.support.made_bundles import bundle_file, made_bundle, name_of
from usage_combiner.events import Due, due
from usage_combiner.periods import ALL_TIME, Period
from usage_combiner.results import bring_up_to_date

from .conftest import BUCKET, SETTINGS, World

README = Path(__file__).parents[3] / "combiner" / "README.md"
DAY = Period("2025/11/22/")


def test_bundles_are_told_of_and_results_and_inventories_are_not(world: World) -> None:
    sqs = boto3.client("sqs", region_name="us-east-1")
    queue = sqs.create_queue(QueueName="lambda-usage-bundles")["QueueUrl"]
    events = README.read_text("utf-8").partition("## Events\n")[2]
    found = re.search(r"```json\n(.*?)```", events, re.DOTALL)
    assert found
    world.client.put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration=json.loads(found[1])
    )

    def told() -> list[Due]:
        bodies: list[str] = []
        while messages := sqs.receive_message(QueueUrl=queue).get("Messages"):
            bodies += [each["Body"] for each in messages]
            for each in messages:
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
        return [due(json.loads(body), SETTINGS) for body in bodies]

    told()  # what S3 sends when notifications are set up
    bundle = bundle_file(world.folder, made_bundle(0))
    key = SETTINGS.prefix + name_of(made_bundle(0))
    world.client.put_object(Bucket=BUCKET, Key=key, Body=bundle.read_bytes())
    assert told() == [Due(days=(DAY,))]

    world.add_inventory()
    for period in (DAY, ALL_TIME):
        bring_up_to_date(world.place(), period)
    world.client.put_object(Bucket=BUCKET, Key="coverage/inventory/o/ab.json.gz", Body=b"")
    assert len(world.results()) == 10
    assert told() == []
    sqs.close()
