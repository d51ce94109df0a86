import random

from coverage_wrapper import CoverageContext

random.seed(7)


def process_request(event):
    return {"doubled": 2 * event["number"]}


def lambda_handler(event, context):
    if random.random() < 0.5:
        with CoverageContext():
            return process_request(event)
    else:
        return process_request(event)
