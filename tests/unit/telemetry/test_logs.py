"""The agent's log: one JSON object a line, and never the reason why a function fails."""

from __future__ import annotations

import io
import json
import sys

import pytest

from lambda_usage.telemetry.logs import Log

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class Unprintable:
    def __str__(self) -> str:
        raise ValueError("no")

    __repr__ = __str__


class Broken(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


def test_each_line_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    log = Log("DEBUG")
    log.say("INFO", 'two\nlines and a "quote"', error="caf\u00e9\n\udcff", count=3)
    log.say("ERROR", "another")
    output = capsys.readouterr()
    first, second = output.err.splitlines()
    assert output.out == ""
    assert json.loads(first)["message"] == 'two\nlines and a "quote"'
    assert json.loads(first)["count"] == 3
    assert json.loads(first)["logger"] == "lambda_usage"
    assert json.loads(second)["level"] == "ERROR"


@pytest.mark.parametrize("threshold", LEVELS)
def test_what_is_below_the_level_is_not_said(
    threshold: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log = Log(threshold)
    for level in LEVELS:
        log.say(level, level)
    said = [json.loads(line)["level"] for line in capsys.readouterr().err.splitlines()]
    assert said == list(LEVELS[LEVELS.index(threshold) :])


def test_an_unknown_level_means_info(capsys: pytest.CaptureFixture[str]) -> None:
    log = Log("LOUD")
    log.say("DEBUG", "quiet")
    log.say("INFO", "said")
    assert json.loads(capsys.readouterr().err)["message"] == "said"


def test_once_says_each_message_once(capsys: pytest.CaptureFixture[str]) -> None:
    log = Log()
    for number in range(3):
        log.once("WARNING", "again", number=number)
        log.once("WARNING", "and again")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [each["message"] for each in lines] == ["again", "and again"]
    assert lines[0]["number"] == 0


def test_values_of_any_type_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    Log().say("INFO", "m", path=io.StringIO, raw=b"\xff")
    assert "StringIO" in json.loads(capsys.readouterr().err)["path"]


@pytest.mark.parametrize("stream", [None, Broken(), object()])
def test_a_broken_standard_error_is_survived(
    stream: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    Log().say("ERROR", "m")
    Log().once("ERROR", "m")


def test_a_closed_standard_error_is_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    stream.close()
    monkeypatch.setattr(sys, "stderr", stream)
    Log().say("ERROR", "m")


def test_a_value_that_cannot_be_written_is_survived(capsys: pytest.CaptureFixture[str]) -> None:
    Log().say("ERROR", "m", value=Unprintable())
    assert capsys.readouterr().err == ""
