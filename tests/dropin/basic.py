from coverage_wrapper import coverage_handler


def greeting(name):
    return f"Hello, {name}!"


def farewell(name):
    return f"Goodbye, {name}!"


@coverage_handler
def lambda_handler(event, context):
    name = event.get("name", "World")
    return {"statusCode": 200, "body": greeting(name)}
