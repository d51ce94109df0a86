"""Combining as one call, for a scheduled Lambda function."""

from __future__ import annotations

from typing import Any

from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.outputs import write_output
from lambda_usage.combine.stores import open_store
from lambda_usage.combine.summary import summarize


def combine_coverage_files(bucket_name: str, prefix: str, output_key: str) -> dict[str, Any]:
    """Combines the bundles under a prefix of a bucket into one object of it.

    Each bundle counts once, however often it is found. Combined files under the prefix are never
    read as input, so the output may lie there. Files that cannot be understood are set aside and
    named in the result. With no bundle at all, nothing is written.

    Args:
        bucket_name: The S3 bucket.
        prefix: Keys that begin with it are read, ``coverage/2026/11/22/`` say.
        output_key: Key of the result. One that ends in ``.json`` gets the summary and the
            report data as far as it is known without source code, and says why that has no
            verdicts; any other the combined file.

    Returns:
        The summary, fit for ``json.dumps``: ``status`` (``success``; ``partial``, where files
        were set aside; ``empty``, where there was nothing to read), ``message``, ``bundles``,
        ``duplicates``, ``broken``, ``combined_files_skipped``, ``lambda_functions``,
        ``invocations``, ``inits``, ``windows``, ``first``, ``last`` and ``output``.

    Raises:
        StoreError: The bucket cannot be read or written.
    """
    combined = combine_store(open_store(f"s3://{bucket_name}"), prefix)
    if not combined.read:
        return summarize(combined, None)
    output = write_output(combined, f"s3://{bucket_name}/{output_key}")
    return summarize(combined, output)
