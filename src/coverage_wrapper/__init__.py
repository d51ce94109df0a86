"""The names of lambda-coverage-layer, for functions that were written for it.

They are lambda_usage's own under another address, all of them lazy: importing this package imports
nothing else.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lambda_usage import CoverageContext, coverage_handler

__all__ = ["CoverageContext", "coverage_handler"]


def __getattr__(name: str) -> object:
    """PEP 562."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import lambda_usage

    return getattr(lambda_usage, name)
