from coverage_wrapper import CoverageContext, coverage_handler

PRICES = {"book": 12, "pen": 2}
stock = {}


class InvalidOrder(ValueError):
    pass


def validate_order(order):
    unknown = [item for item in order["items"] if item not in PRICES]
    if unknown:
        raise InvalidOrder(f"unknown: {', '.join(unknown)}")
    return order


def process_payment(order):
    return {"charged": sum(PRICES[item] * count for item, count in order["items"].items())}


def create_order_response(order, payment, inventory):
    return {"order": order["id"], **payment, "left": inventory}


# the order service
@coverage_handler
def process_order_handler(event, context):
    setup_database_connection()
    order = validate_order(event["order"])
    payment = process_payment(order)
    inventory = update_inventory(order["items"])
    return create_order_response(order, payment, inventory)


# the inventory service
def inventory_handler(event, context):
    setup_database_connection()

    with CoverageContext():
        if event["action"] == "check":
            return check_inventory(event["items"])
        elif event["action"] == "update":
            return update_inventory(event["items"])


def setup_database_connection():
    for item in PRICES:
        stock.setdefault(item, 100)


def check_inventory(items):
    return {item: stock[item] >= count for item, count in items.items()}


def update_inventory(items):
    for item, count in items.items():
        stock[item] -= count
    return {item: stock[item] for item in items}
