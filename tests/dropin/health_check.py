import json

from coverage_wrapper import coverage_handler
from coverage_wrapper.health_check import health_check_handler


def handle_request(event, context):
    return {"statusCode": 200, "body": json.dumps({"path": event["path"]})}


@coverage_handler
def lambda_handler(event, context):
    if event.get("path") == "/health":
        return {"statusCode": 200, "body": json.dumps(health_check_handler())}

    return handle_request(event, context)
