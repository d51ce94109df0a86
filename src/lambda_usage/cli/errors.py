"""Exit codes, and errors in one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from enum import IntEnum
from functools import wraps
from typing import NoReturn, ParamSpec

from lambda_usage.combine.errors import StoreAddressError, StoreError
from lambda_usage.visible import visible

DEBUG_VARIABLE = "LAMBDA_USAGE_DEBUG"

_Parameters = ParamSpec("_Parameters")


class ExitCode(IntEnum):
    """How a command ended."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    STORE = 3
    NO_BUNDLES = 4
    SOURCE = 5
    BROKEN_BUNDLES = 6
    ENDPOINT = 7
    CHECK_FAILED = 8


MEANINGS = {
    ExitCode.DONE: "done",
    ExitCode.UNEXPECTED: "an error of lambda-usage's own",
    ExitCode.USAGE: "wrong usage, or a part is not installed",
    ExitCode.STORE: "the store cannot be read or written",
    ExitCode.NO_BUNDLES: "no bundle found, or none that can be read",
    ExitCode.SOURCE: "no source or inventory, or of something else, or unclear keeps",
    ExitCode.BROKEN_BUNDLES: "done, but broken bundles were set aside (named on stderr)",
    ExitCode.ENDPOINT: "the OpenTelemetry endpoint did not take the metrics",
    ExitCode.CHECK_FAILED: "a check failed (check alone)",
}


class CommandError(Exception):
    """A command cannot go on.

    Args:
        code: The exit code.
        message: One line: what is wrong, and what to do.
    """

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code


def complain(message: str) -> None:
    """One line on stderr, whatever names are in it."""
    print(f"lambda-usage: {visible(message)}", file=sys.stderr)


def in_one_line(command: Callable[_Parameters, ExitCode]) -> Callable[_Parameters, None]:
    """Makes a command end with the code that it returns, and its errors one line each."""

    @wraps(command)
    def guarded(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
            sys.stdout.flush()
        except CommandError as error:
            _end(error.code, str(error))
        except StoreAddressError as error:
            _end(ExitCode.USAGE, str(error))
        except StoreError as error:
            _end(ExitCode.STORE, str(error))
        except BrokenPipeError:
            _stop_writing()
            code = ExitCode.DONE
        except Exception as error:
            if os.environ.get(DEBUG_VARIABLE):
                raise
            words = " ".join(f"{type(error).__name__}: {error}".split())
            _end(
                ExitCode.UNEXPECTED,
                f"unexpected error: {words}. This is a bug of lambda-usage: please report it "
                f"with what {DEBUG_VARIABLE}=1 makes this command print",
            )
        sys.exit(code)

    return guarded


def _end(code: ExitCode, message: str) -> NoReturn:
    complain(message)
    sys.exit(code)


def _stop_writing() -> None:
    """Whoever read our output has had enough (``| head``): that is no error."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, sys.stdout.fileno())
