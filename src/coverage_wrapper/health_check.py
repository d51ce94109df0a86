"""``health_check_handler``, where lambda-coverage-layer has it."""

from lambda_usage.health import health_check_handler

__all__ = ["health_check_handler"]
