"""Foretells failures: POST /analyses."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from config.database import table
from middleware.auth import requires
from middleware.cors import Response
from middleware.error_handler import handle_errors
from middleware.responses import success
from middleware.validation import parse_body
from models.ai_prediction import AnalysisRequest
from repositories.result_repository import RESULTS, ResultRepository
from services.ai_service import AiService
from utils.logger import logger, tracer

_service = AiService(ResultRepository(table(RESULTS)))


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@handle_errors
@requires("analyses:read")
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Response:
    """Says which tests are likely to fail next."""
    request = parse_body(event, AnalysisRequest)
    predictions = _service.analyze(request.test_ids, request.days)
    return success(event, context, [each.model_dump(mode="json") for each in predictions])
