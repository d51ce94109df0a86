import os

from coverage_wrapper import coverage_handler
from coverage_wrapper.combiner import combine_coverage_files


def send_coverage_metrics(result):
    print(f"combined with status {result['status']}")


@coverage_handler
def daily_coverage_report(event, context):
    """Yesterday's files as one report."""
    from datetime import datetime, timedelta

    yesterday = datetime.now() - timedelta(days=1)
    prefix = f"coverage/{yesterday.strftime('%Y/%m/%d')}/"

    result = combine_coverage_files(
        bucket_name=os.environ["COVERAGE_S3_BUCKET"],
        prefix=prefix,
        output_key=f"coverage/daily/{yesterday.strftime('%Y-%m-%d')}.json",
    )

    send_coverage_metrics(result)
    return result
