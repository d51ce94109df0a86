"""Runs tests: POST /runs."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from config.database import table
from config.secrets import signing_key
from middleware.auth import requires
from middleware.cors import Response
from middleware.error_handler import handle_errors
from middleware.responses import success
from middleware.validation import parse_body
from models.requests import RunRequest
from models.test_result import TestResult
from repositories.result_repository import RESULTS, ResultRepository
from repositories.test_repository import TEST_CASES, TestRepository
from services.notification_service import NOTIFICATIONS, Notifier, Outbox
from services.test_service import TestService
from utils.logger import logger, tracer
from utils.signing import sign

_service = TestService(
    TestRepository(table(TEST_CASES)),
    ResultRepository(table(RESULTS)),
    Notifier(Outbox(table(NOTIFICATIONS))),
)


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@handle_errors
@requires("runs:write")
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Response:
    """Judges what a runner has observed."""
    request = parse_body(event, RunRequest)
    if request.rehearsal:
        return success(event, context, [_shown(each) for each in _service.rehearse(request)])
    results = _service.run(request)
    logger.info("tests run", extra={"runs": len(results), "environment": request.environment})
    key = signing_key()
    return success(event, context, [_signed(each, key) for each in results], status=201)


def _shown(result: TestResult) -> dict[str, Any]:
    return result.model_dump(mode="json")


def _signed(result: TestResult, key: str) -> dict[str, Any]:
    """A result that a release gate can trust without asking again."""
    receipt = f"{result.test_id}:{result.run_id}:{result.outcome}"
    return {**_shown(result), "signature": sign(receipt, key)}
