"""Every variable of the combiner, in one frozen data class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lambda_usage.evidence.model import Thresholds


class SettingsError(Exception):
    """A variable is missing or makes no sense: the function fails at INIT, where a rollout sees."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One deployment. The README has a line on each of the variables."""

    bucket: str
    prefix: str
    """Ends in ``/``, or is empty."""
    output_bucket: str
    output_prefix: str
    """Ends in ``/``, or is empty."""
    inventory: str
    """Name of the source tree; may be empty where there is one only."""
    thresholds: Thresholds
    schedule_days: int
    """Days that a schedule looks at, the present one included."""

    @property
    def store(self) -> str:
        """Address of the bundles."""
        return f"s3://{self.bucket}/{self.prefix}"


def read_settings(variables: Mapping[str, str]) -> Settings:
    """The settings in an environment.

    Raises:
        SettingsError: It says which variable is wrong, and what to write.
    """
    bucket = variables.get("COVERAGE_S3_BUCKET", "")
    if not bucket:
        raise SettingsError("COVERAGE_S3_BUCKET is not set: name the bucket that has the bundles")
    settings = Settings(
        bucket=bucket,
        prefix=_folder(variables.get("COVERAGE_S3_PREFIX", "coverage/")),
        output_bucket=variables.get("COMBINER_OUTPUT_BUCKET", "") or bucket,
        output_prefix=_folder(variables.get("COMBINER_OUTPUT_PREFIX", "combined/")),
        inventory=variables.get("COMBINER_INVENTORY", ""),
        thresholds=Thresholds(
            _number(variables, "COMBINER_MIN_EXPOSURE", 1000),
            _number(variables, "COMBINER_MIN_DAYS", 14),
            tuple(variables.get("COMBINER_EXPECT_FUNCTIONS", "").replace(",", " ").split()),
        ),
        schedule_days=_number(variables, "COMBINER_SCHEDULE_DAYS", 3),
    )
    _check_apart(settings)
    return settings


def _check_apart(settings: Settings) -> None:
    """What is written must not look like what is read: it would set off the next run."""
    if settings.output_bucket != settings.bucket:
        return
    if settings.output_prefix.startswith(settings.prefix) or settings.prefix.startswith(
        settings.output_prefix
    ):
        raise SettingsError(
            f"results cannot go to {settings.output_prefix!r} beside bundles in "
            f"{settings.prefix!r}: set COMBINER_OUTPUT_PREFIX to a folder outside it, or "
            "COMBINER_OUTPUT_BUCKET to another bucket"
        )


def _folder(prefix: str) -> str:
    return f"{prefix.strip('/')}/" if prefix.strip("/") else ""


def _number(variables: Mapping[str, str], name: str, default: int) -> int:
    text = variables.get(name, "") or str(default)
    if not text.isascii() or not text.isdecimal():
        raise SettingsError(f"{name} is {text!r}: write a whole number, {default} say")
    return int(text)
