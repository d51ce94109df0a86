import os

ENABLE_COVERAGE = os.environ.get("STAGE") in ["dev", "staging"]

if ENABLE_COVERAGE:
    from coverage_wrapper import coverage_handler
else:

    def coverage_handler(function):
        return function


@coverage_handler
def lambda_handler(event, context):
    return {"stage": os.environ.get("STAGE")}
