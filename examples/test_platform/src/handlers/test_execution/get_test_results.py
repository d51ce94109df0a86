"""Shows results: GET /results."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from config.database import table
from config.secrets import signing_key
from middleware.auth import requires
from middleware.cors import Response
from middleware.error_handler import handle_errors
from middleware.responses import attachment, success
from middleware.validation import parse_parameters
from models.requests import ResultsQuery, View
from repositories.result_repository import RESULTS, ResultRepository
from repositories.test_repository import TEST_CASES, TestRepository
from services.result_service import ResultService
from utils.logger import logger, tracer

_service = ResultService(TestRepository(table(TEST_CASES)), ResultRepository(table(RESULTS)))


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@handle_errors
@requires("results:read")
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Response:
    """Finds what was asked for, in the form that was asked for."""
    query = parse_parameters(event, ResultsQuery)
    logger.info("results asked for", extra={"view": query.view})
    if query.view is View.EXPORT:
        return _export(event, query)
    return success(event, context, _data(query))


def _data(query: ResultsQuery) -> dict[str, Any]:
    if query.view is View.LIST:
        return _service.page(query, signing_key())
    if query.view is View.OVERVIEW:
        return _service.overview(query.test_ids)
    if query.view is View.BROKEN:
        return _service.broken()
    if query.view is View.ANNUAL:
        return _service.annual()
    return _service.summary(str(query.test_id), query.days)


def _export(event: dict[str, Any], query: ResultsQuery) -> Response:
    from services.export import rows  # few ask for it: no business of a cold start

    text = "".join(rows(_service.history(str(query.test_id), query.days)))
    return attachment(event, text, f"{query.test_id}.csv")
