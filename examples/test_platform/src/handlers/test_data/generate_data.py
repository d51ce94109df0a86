"""Generates test data: POST /datasets."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from config.database import table
from middleware.auth import requires
from middleware.cors import Response
from middleware.error_handler import handle_errors
from middleware.responses import success
from middleware.validation import parse_body
from models.test_data import DataRequest
from repositories.data_repository import DATASETS, DataRepository
from services.data_service import DataService
from utils.logger import logger, tracer

_service = DataService(DataRepository(table(DATASETS)))


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@handle_errors
@requires("datasets:write")
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Response:
    """Makes as many records as were asked for."""
    request = parse_body(event, DataRequest)
    count = _service.generate(request)
    return success(event, context, {"dataset_id": request.dataset_id, "records": count}, 201)
