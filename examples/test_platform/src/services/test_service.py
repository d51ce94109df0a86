"""Running tests."""

from __future__ import annotations

from collections.abc import Iterable

from models.requests import Run, RunRequest
from models.test_case import CaseStatus, TestCase
from models.test_result import Outcome, TestResult
from repositories.result_repository import ResultRepository
from repositories.test_repository import TestRepository
from services.checks import evaluate
from services.notification_service import Notifier
from utils.errors import TestExecutionError, TestNotFoundError
from utils.logger import tracer

_STATUS = {Outcome.PASSED: CaseStatus.PASSING, Outcome.FAILED: CaseStatus.FAILING}


class TestService:
    """Judges what runners observed, and keeps the outcome."""

    __test__ = False  # no test, whatever pytest thinks of its name

    def __init__(
        self, tests: TestRepository, results: ResultRepository, notifier: Notifier
    ) -> None:
        self._tests = tests
        self._results = results
        self._notifier = notifier

    def run(self, request: RunRequest) -> list[TestResult]:
        """Judge and store all runs of a request, or none if any test is not there."""
        if len(request.runs) == 1:
            return [self._run_one(request.runs[0], request.environment)]
        return self._run_suite(request)

    def rehearse(self, request: RunRequest) -> list[TestResult]:
        """What a run would say, with nothing stored and nobody told."""
        tests = self._all_tests(request.runs)
        return self._judge_all(tests, request)

    def repeat(self, result: TestResult, run: Run) -> TestResult:
        """Run a test again in the environment of an earlier run."""
        return self._run_one(run, result.environment)

    def _run_one(self, run: Run, environment: str) -> TestResult:
        test = self._tests.get(run.test_id)
        result = judge(test, run, environment)
        self._results.save(result)
        self._note(test, result)
        return result

    def _run_suite(self, request: RunRequest) -> list[TestResult]:
        tests = self._all_tests(request.runs)
        results = self._judge_all(tests, request)
        self._results.save_all(results)
        for result in results:
            self._note(tests[result.test_id], result)
        return results

    def _judge_all(self, tests: dict[str, TestCase], request: RunRequest) -> list[TestResult]:
        return [judge(tests[run.test_id], run, request.environment) for run in request.runs]

    def _all_tests(self, runs: Iterable[Run]) -> dict[str, TestCase]:
        wanted = [run.test_id for run in runs]
        found = self._tests.get_many(wanted)
        missing = sorted(set(wanted) - found.keys())
        if missing:
            raise TestNotFoundError(f"there are no tests {', '.join(missing)}")
        return found

    def _note(self, test: TestCase, result: TestResult) -> None:
        """Remember how a test is doing, where that has changed."""
        status = _STATUS[result.outcome]
        if status is test.status:
            return
        self._tests.update(test, {"status": status})
        if status is CaseStatus.FAILING:
            self._notifier.test_broke(test, result)


@tracer.capture_method(capture_response=False)
def judge(test: TestCase, run: Run, environment: str) -> TestResult:
    """Hold what was observed against what must hold."""
    if not test.is_runnable:
        raise TestExecutionError(f"test {test.test_id} is {test.status}")
    if not test.checks:
        raise TestExecutionError(f"test {test.test_id} has no checks")
    checks = tuple(evaluate(check, run.observations) for check in test.checks)
    return TestResult(
        test_id=test.test_id,
        run_id=run.run_id,
        outcome=Outcome.PASSED if all(each.passed for each in checks) else Outcome.FAILED,
        environment=environment,
        started_at=run.started_at,
        duration_ms=run.duration_ms,
        checks=checks,
    )
