"""Reports: one small renderer for each form."""

from lambda_usage.reports.renderer import Renderer, renderer_for

__all__ = ["Renderer", "renderer_for"]
