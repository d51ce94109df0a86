from coverage_wrapper import CoverageContext

connections = []


def setup_resources():
    connections.append("database")


def process_business_logic(event):
    total = sum(event["prices"])
    if event.get("coupon"):
        total -= total // 10
    return {"total": total}


def cleanup_resources():
    connections.clear()


def lambda_handler(event, context):
    setup_resources()

    with CoverageContext():
        result = process_business_logic(event)

    cleanup_resources()

    return result
