"""Shows which Python code an AWS Lambda fleet really uses in production.

The public API, all of it lazy: importing this package imports next to nothing.
"""

from lambda_usage.attach.bootstrap import public_attribute as __getattr__
from lambda_usage.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lambda_usage.attach.context import CoverageContext
    from lambda_usage.attach.decorator import coverage_handler
    from lambda_usage.combine.api import combine_coverage_files
    from lambda_usage.health import health_check_handler

__all__ = [
    "CoverageContext",
    "__getattr__",
    "__version__",
    "combine_coverage_files",
    "coverage_handler",
    "health_check_handler",
]
