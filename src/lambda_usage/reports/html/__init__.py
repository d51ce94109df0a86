"""The HTML report: one file for dead code and hot paths that loads nothing from anywhere."""

from lambda_usage.reports.html._render import write_html

__all__ = ["write_html"]
