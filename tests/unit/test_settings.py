"""A typing error in a variable gives one clear warning and the default; it breaks nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_usage._light import fields
from lambda_usage.settings import Settings

DOCUMENTED = {
    "COVERAGE_ENABLED": True,
    "COVERAGE_S3_BUCKET": "",
    "COVERAGE_S3_PREFIX": "coverage/",
    "COVERAGE_INCLUDE_PATTERNS": (),
    "COVERAGE_EXCLUDE_PATTERNS": (),
    "COVERAGE_BRANCH_COVERAGE": None,
    "COVERAGE_LOG_LEVEL": "INFO",
    "COVERAGE_UPLOAD_TIMEOUT": 30,
    "COVERAGE_S3_SSE": "",
    "COVERAGE_S3_KMS_KEY_ID": "",
    "COVERAGE_SAMPLE_RATE": 1,
    "COVERAGE_OVERHEAD_BUDGET": 0.01,
    "COVERAGE_MAX_WINDOWS_PER_MINUTE": 600,
    "COVERAGE_SAMPLER": "random",
    "COVERAGE_FLUSH_INTERVAL": 300,
    "COVERAGE_METRICS": "opentelemetry",
    "COVERAGE_TRACE_IDS": False,
    "COVERAGE_HANDLER": "",
}
GOOD = [
    ("COVERAGE_ENABLED", "false", False),
    ("COVERAGE_ENABLED", "0", False),
    ("COVERAGE_ENABLED", "No", False),
    ("COVERAGE_ENABLED", "OFF", False),
    ("COVERAGE_ENABLED", "true", True),
    ("COVERAGE_ENABLED", "1", True),
    ("COVERAGE_ENABLED", "Yes", True),
    ("COVERAGE_ENABLED", "on", True),
    ("COVERAGE_S3_BUCKET", "usage-data", "usage-data"),
    ("COVERAGE_S3_BUCKET", "file:///tmp/usage", "file:///tmp/usage"),
    ("COVERAGE_S3_PREFIX", "a/b", "a/b/"),
    ("COVERAGE_S3_PREFIX", "/a/b/", "a/b/"),
    ("COVERAGE_S3_PREFIX", "/", ""),
    ("COVERAGE_S3_SSE", "aes256", "AES256"),
    ("COVERAGE_S3_SSE", "aws:kms", "aws:kms"),
    ("COVERAGE_S3_SSE", "aws:kms:dsse", "aws:kms:dsse"),
    ("COVERAGE_S3_KMS_KEY_ID", "alias/usage", "alias/usage"),
    ("COVERAGE_METRICS", "EMF", "emf"),
    ("COVERAGE_METRICS", "none", "none"),
    ("COVERAGE_TRACE_IDS", "true", True),
    ("COVERAGE_INCLUDE_PATTERNS", "app/*", ("app/*",)),
    ("COVERAGE_INCLUDE_PATTERNS", " app/* , lib/*.py ,, ", ("app/*", "lib/*.py")),
    ("COVERAGE_EXCLUDE_PATTERNS", "*/tests/*,gen_*.py", ("*/tests/*", "gen_*.py")),
    ("COVERAGE_BRANCH_COVERAGE", "true", True),
    ("COVERAGE_BRANCH_COVERAGE", "false", False),
    ("COVERAGE_LOG_LEVEL", "debug", "DEBUG"),
    ("COVERAGE_LOG_LEVEL", "Warning", "WARNING"),
    ("COVERAGE_LOG_LEVEL", "ERROR", "ERROR"),
    ("COVERAGE_UPLOAD_TIMEOUT", "2.5", 2.5),
    ("COVERAGE_UPLOAD_TIMEOUT", "3600", 3600.0),
    ("COVERAGE_SAMPLE_RATE", "0.05", 0.05),
    ("COVERAGE_SAMPLE_RATE", "1", 1.0),
    ("COVERAGE_SAMPLE_RATE", "1e-3", 0.001),
    ("COVERAGE_OVERHEAD_BUDGET", "0.002", 0.002),
    ("COVERAGE_OVERHEAD_BUDGET", "1", 1.0),
    ("COVERAGE_OVERHEAD_BUDGET", "0", 0.0),
    ("COVERAGE_MAX_WINDOWS_PER_MINUTE", "60", 60.0),
    ("COVERAGE_MAX_WINDOWS_PER_MINUTE", "0.5", 0.5),
    ("COVERAGE_SAMPLER", "Trace", "trace"),
    ("COVERAGE_SAMPLER", "random", "random"),
    ("COVERAGE_FLUSH_INTERVAL", "0", 0.0),
    ("COVERAGE_FLUSH_INTERVAL", "86400", 86400.0),
    ("COVERAGE_HANDLER", "orders/app.handler", "orders/app.handler"),
]
NONSENSE = [
    ("COVERAGE_ENABLED", "maybe"),
    ("COVERAGE_ENABLED", "2"),
    ("COVERAGE_BRANCH_COVERAGE", "some"),
    ("COVERAGE_LOG_LEVEL", "LOUD"),
    ("COVERAGE_LOG_LEVEL", "20"),
    ("COVERAGE_UPLOAD_TIMEOUT", "soon"),
    ("COVERAGE_UPLOAD_TIMEOUT", "0"),
    ("COVERAGE_UPLOAD_TIMEOUT", "-1"),
    ("COVERAGE_UPLOAD_TIMEOUT", "nan"),
    ("COVERAGE_UPLOAD_TIMEOUT", "inf"),
    ("COVERAGE_UPLOAD_TIMEOUT", "3601"),
    ("COVERAGE_SAMPLE_RATE", "0"),
    ("COVERAGE_SAMPLE_RATE", "-0.1"),
    ("COVERAGE_SAMPLE_RATE", "1.01"),
    ("COVERAGE_SAMPLE_RATE", "5%"),
    ("COVERAGE_SAMPLE_RATE", "NaN"),
    ("COVERAGE_SAMPLE_RATE", "0,5"),
    ("COVERAGE_OVERHEAD_BUDGET", "1%"),
    ("COVERAGE_OVERHEAD_BUDGET", "-0.01"),
    ("COVERAGE_OVERHEAD_BUDGET", "1.5"),
    ("COVERAGE_OVERHEAD_BUDGET", "nan"),
    ("COVERAGE_MAX_WINDOWS_PER_MINUTE", "0"),
    ("COVERAGE_MAX_WINDOWS_PER_MINUTE", "inf"),
    ("COVERAGE_MAX_WINDOWS_PER_MINUTE", "many"),
    ("COVERAGE_SAMPLER", "traces"),
    ("COVERAGE_S3_SSE", "kms"),
    ("COVERAGE_FLUSH_INTERVAL", "-1"),
    ("COVERAGE_FLUSH_INTERVAL", "nan"),
    ("COVERAGE_FLUSH_INTERVAL", "86401"),
    ("COVERAGE_FLUSH_INTERVAL", "5m"),
]
NAMES = {
    str(each.metadata["variable"]): each.name
    for each in fields(Settings)
    if "variable" in each.metadata
}


def value_of(variable: str, settings: Settings) -> object:
    return getattr(settings, NAMES[variable])


def test_every_variable_has_its_documented_default() -> None:
    settings = Settings.from_environment({})
    assert {name: value_of(name, settings) for name in NAMES} == {
        name: DOCUMENTED.get(name, value_of(name, settings)) for name in NAMES
    }
    assert DOCUMENTED.keys() <= NAMES.keys()
    assert settings.warnings == ()


@pytest.mark.parametrize(("variable", "text", "value"), GOOD)
def test_a_good_value_is_taken_without_a_word(variable: str, text: str, value: object) -> None:
    settings = Settings.from_environment({variable: text})
    assert value_of(variable, settings) == value
    assert settings.warnings == ()


@pytest.mark.parametrize(("variable", "text"), NONSENSE)
def test_nonsense_gives_one_warning_and_the_default(variable: str, text: str) -> None:
    settings = Settings.from_environment({variable: text})
    assert value_of(variable, settings) == DOCUMENTED[variable]
    (warning,) = settings.warnings
    assert variable in warning
    assert repr(text) in warning
    assert "\n" not in warning


@pytest.mark.parametrize("variable", sorted(DOCUMENTED))
@pytest.mark.parametrize("text", ["", " ", " \t\n"])
def test_an_empty_value_is_no_value(variable: str, text: str) -> None:
    assert Settings.from_environment({variable: text}) == Settings()


@pytest.mark.parametrize(("variable", "text", "value"), GOOD)
def test_spaces_around_a_value_do_not_count(variable: str, text: str, value: object) -> None:
    settings = Settings.from_environment({variable: f"  {text}\n"})
    assert value_of(variable, settings) == value
    assert settings.warnings == ()


def test_each_wrong_value_has_a_warning_of_its_own() -> None:
    settings = Settings.from_environment(
        {"COVERAGE_SAMPLE_RATE": "x", "COVERAGE_ENABLED": "x", "COVERAGE_HANDLER": "a.b"}
    )
    assert len(settings.warnings) == 2
    assert settings.handler == "a.b"


def test_a_warning_says_what_would_be_right_and_what_is_used_instead() -> None:
    (warning,) = Settings.from_environment({"COVERAGE_SAMPLE_RATE": "2"}).warnings
    assert "above 0, at most 1" in warning
    assert "1.0" in warning
    (warning,) = Settings.from_environment({"COVERAGE_BRANCH_COVERAGE": "2"}).warnings
    assert "None" not in warning


def test_a_long_value_is_not_repeated_at_length() -> None:
    (warning,) = Settings.from_environment({"COVERAGE_ENABLED": "x" * 4000}).warnings
    assert len(warning) < 300


def test_the_process_environment_is_read_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COVERAGE_S3_BUCKET", "from-the-process")
    assert Settings.from_environment().bucket == "from-the-process"


@pytest.mark.parametrize(
    ("address", "prefix", "bucket", "expected"),
    [
        ("s3://usage", None, "usage", "coverage/"),
        ("s3://usage/", None, "usage", "coverage/"),
        ("s3://usage/team/orders", None, "usage", "team/orders/"),
        ("s3://usage/team/orders/", None, "usage", "team/orders/"),
        ("s3://usage", "/a/b/", "usage", "a/b/"),
        ("s3://usage/team", "/a/b/", "usage", "team/a/b/"),
        ("s3://usage/team/", "/", "usage", "team/"),
        ("usage", "a", "usage", "a/"),
        ("/tmp/usage/team", None, "/tmp/usage/team", "coverage/"),
        ("file:///tmp/usage", "a", "file:///tmp/usage", "a/"),
    ],
)
def test_a_folder_in_the_buckets_address_is_the_beginning_of_the_prefix(
    address: str, prefix: str | None, bucket: str, expected: str
) -> None:
    variables = {"COVERAGE_S3_BUCKET": address}
    if prefix is not None:
        variables["COVERAGE_S3_PREFIX"] = prefix
    settings = Settings.from_environment(variables)
    assert (settings.bucket, settings.prefix) == (bucket, expected)
    assert settings.warnings == ()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="cannot be changed"):
        Settings().enabled = False  # type: ignore[misc]


@given(st.dictionaries(st.sampled_from(sorted(NAMES)), st.text(max_size=30)))
def test_no_environment_whatever_raises(environment: dict[str, str]) -> None:
    settings = Settings.from_environment(environment)
    assert 0 < settings.sample_rate <= 1
    assert 0 <= settings.overhead_budget <= 1
    assert 0 < settings.max_windows_per_minute <= 1e9
    assert settings.sampler in ("random", "trace")
    assert 0 < settings.upload_timeout <= 3600
    assert 0 <= settings.flush_interval <= 86400
    assert settings.log_level in ("DEBUG", "INFO", "WARNING", "ERROR")
    assert len(settings.warnings) <= len(environment)
