import json
import os

from coverage_wrapper import coverage_handler
from coverage_wrapper.combiner import combine_coverage_files


@coverage_handler
def coverage_combiner_handler(event, context):
    result = combine_coverage_files(
        bucket_name=os.environ["COVERAGE_S3_BUCKET"],
        prefix="coverage/",
        output_key="coverage/combined/daily-report.json",
    )
    return {"statusCode": 200, "body": json.dumps(result)}
