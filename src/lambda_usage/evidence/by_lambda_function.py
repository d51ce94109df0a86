"""The same verdict, as each Lambda function alone would give it."""

from __future__ import annotations

from dataclasses import replace

from lambda_usage.evidence.judging import Case
from lambda_usage.evidence.model import LambdaFunctionVerdict
from lambda_usage.evidence.reasons import reason
from lambda_usage.evidence.times import iso
from lambda_usage.evidence.unread import own


def verdicts(case: Case) -> tuple[LambdaFunctionVerdict, ...]:
    """What each Lambda function that ships the file of a scope says of it.

    What others were expected to say, or said in bundles too large to be read, is no matter of
    theirs.

    Args:
        case: The scope, as all Lambda functions together see it.
    """
    return tuple(
        _verdict(name, replace(case, file=file, not_seen=(), unread=own(case.unread, name)))
        for name, file in case.file.by_lambda_function.items()
    )


def _verdict(name: str, case: Case) -> LambdaFunctionVerdict:
    estimate = case.frequency
    trials = case.trials[0]
    return LambdaFunctionVerdict(
        lambda_function=name,
        verdict=case.verdict,
        exposure=trials.count,
        days=trials.days,
        use_upper_bound=case.use_upper_bound,
        frequency=estimate.value if estimate else None,
        frequency_low=estimate.low if estimate else None,
        frequency_high=estimate.high if estimate else None,
        first_seen=iso(case.first_seen),
        last_seen=iso(case.last_seen),
        reason=reason(case),
    )
