"""Schedules tests: POST /schedules."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from config.database import table
from middleware.auth import requires
from middleware.cors import Response
from middleware.error_handler import handle_errors
from middleware.responses import success
from middleware.validation import parse_body
from models.schedule import ScheduleRequest
from repositories.schedule_repository import SCHEDULES, ScheduleRepository
from repositories.test_repository import TEST_CASES, TestRepository
from services.schedule_service import ScheduleService
from utils.logger import logger, tracer

_service = ScheduleService(TestRepository(table(TEST_CASES)), ScheduleRepository(table(SCHEDULES)))


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@handle_errors
@requires("schedules:write")
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Response:
    """Has a test run every so many days."""
    schedule = _service.schedule(parse_body(event, ScheduleRequest))
    return success(event, context, schedule.model_dump(mode="json"), status=201)
