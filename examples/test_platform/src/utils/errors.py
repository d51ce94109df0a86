"""What can go wrong, with the status that a caller gets."""

from __future__ import annotations

from http import HTTPStatus


class PlatformError(Exception):
    """Base of all errors that a caller is told about."""

    __test__ = False  # pytest would collect subclasses whose name begins with Test
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "internal_error"


class DataValidationError(PlatformError):
    """The request is not what it should be."""

    status = HTTPStatus.BAD_REQUEST
    code = "invalid_request"


class UnauthenticatedError(PlatformError):
    """Nobody knows who asks."""

    status = HTTPStatus.UNAUTHORIZED
    code = "unauthenticated"


class ForbiddenError(PlatformError):
    """The caller may not do this."""

    status = HTTPStatus.FORBIDDEN
    code = "forbidden"


class TestNotFoundError(PlatformError):
    """There is no such test case."""

    status = HTTPStatus.NOT_FOUND
    code = "test_not_found"


class TestExecutionError(PlatformError):
    """The test case cannot be run as it is."""

    status = HTTPStatus.CONFLICT
    code = "test_not_runnable"


class DuplicateRunError(PlatformError):
    """A run with this id has been stored already."""

    status = HTTPStatus.CONFLICT
    code = "duplicate_run"

    def __init__(self, run_id: str) -> None:
        super().__init__(f"run {run_id} has been stored already")
        self.run_id = run_id


class ConcurrentUpdateError(PlatformError):
    """Somebody else changed the item first."""

    status = HTTPStatus.CONFLICT
    code = "concurrent_update"


class SecretUnavailableError(PlatformError):
    """A secret could not be had; its name is for the log only."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"

    def __init__(self, name: str) -> None:
        super().__init__("a secret could not be had")
        self.name = name
