"""``combine_coverage_files``, where lambda-coverage-layer has it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["combine_coverage_files"]


def combine_coverage_files(bucket_name: str, prefix: str, output_key: str) -> dict[str, Any]:
    """As ``lambda_usage.combine_coverage_files``, whose imports wait for the first call."""
    from lambda_usage import combine_coverage_files as combine

    return combine(bucket_name, prefix, output_key)
