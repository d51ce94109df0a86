"""S3's errors in words: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from lambda_usage.combine.errors import BundleGoneError, StoreAddressError, StoreError


class Action(Enum):
    """What was asked of S3, with the right that it needs."""

    LIST = ("list", "s3:ListBucket")
    READ = ("read", "s3:GetObject")
    WRITE = ("write", "s3:PutObject")


_DENIED = {"AccessDenied", "AllAccessDisabled", "Forbidden", "403"}
_NO_BUCKET = {"NoSuchBucket"}
_NO_KEY = {"NoSuchKey", "404"}
_CREDENTIALS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidToken",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
}
_REGION = {
    "301",
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
    "PermanentRedirect",
}
_LOG_IN = "log in again (aws sso login), or set AWS_PROFILE or AWS_ACCESS_KEY_ID"


@contextmanager
def translated(action: Action, bucket: str, key: str) -> Iterator[None]:
    """Turns botocore's exceptions into :class:`StoreError`, and leaves all others alone."""
    try:
        yield
    except Exception as error:
        words = _explain(error, action, bucket, key)
        if words is None:
            raise
        raise words from error


def is_transient(error: Exception) -> bool:
    """Whether the network failed, so that another attempt may succeed."""
    from botocore import exceptions as boto

    return isinstance(error, boto.HTTPClientError | boto.ConnectionError | boto.IncompleteReadError)


def _explain(error: Exception, action: Action, bucket: str, key: str) -> StoreError | None:
    from botocore import exceptions as boto

    where = f"s3://{bucket}/{key}"
    if isinstance(error, boto.ClientError):
        return _explain_answer(error, action, bucket, where)
    if isinstance(error, boto.ParamValidationError):
        return StoreAddressError(f"{bucket!r} is no valid bucket name: check the address")
    if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError):
        return StoreError(f"no AWS credentials to {action.value[0]} {where}: {_LOG_IN}")
    if is_transient(error):
        return StoreError(
            f"cannot reach S3 for {where}: check the network, and AWS_ENDPOINT_URL if it is set "
            f"({_one_line(error)})"
        )
    if isinstance(error, boto.BotoCoreError):
        # Profiles, SSO sessions, broken configuration files: botocore's words are the best.
        return StoreError(f"cannot {action.value[0]} {where}: {_one_line(error)}; {_LOG_IN}")
    return None


def _explain_answer(error: Exception, action: Action, bucket: str, where: str) -> StoreError:
    verb, right = action.value
    answer = getattr(error, "response", {}).get("Error", {})
    code, message = str(answer.get("Code", "")), str(answer.get("Message", ""))
    if code in _NO_BUCKET:
        return StoreError(
            f"there is no bucket {bucket!r}: check the name, the account (AWS_PROFILE) "
            "and AWS_ENDPOINT_URL"
        )
    if code in _NO_KEY:
        return BundleGoneError("it was deleted while the store was being read")
    if code in _DENIED:
        return StoreError(f"not allowed to {verb} {where}: the credentials need {right}")
    if code in _CREDENTIALS:
        return StoreError(f"S3 refuses the credentials for {where} ({code}): {_LOG_IN}")
    if code in _REGION:
        return StoreError(f"bucket {bucket!r} is in another region ({code}): set AWS_REGION")
    return StoreError(f"cannot {verb} {where}: {code or 'error'}: {' '.join(message.split())}")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
