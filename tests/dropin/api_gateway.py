import json

from coverage_wrapper import coverage_handler
from coverage_wrapper.health_check import health_check_handler

notes = {}


def handle_get_request(event):
    note = notes.get(event["path"])
    if note is None:
        return {"statusCode": 404, "body": json.dumps({"error": "no such note"})}
    return {"statusCode": 200, "body": json.dumps(note)}


def handle_post_request(event):
    notes[event["path"]] = json.loads(event["body"])
    return {"statusCode": 201, "body": event["body"]}


@coverage_handler
def api_gateway_handler(event, context):
    if event.get("path") == "/health":
        return {"statusCode": 200, "body": json.dumps(health_check_handler())}

    if event["httpMethod"] == "GET":
        return handle_get_request(event)
    elif event["httpMethod"] == "POST":
        return handle_post_request(event)
