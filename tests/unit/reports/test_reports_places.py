"""Finding the code that somebody names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambda_usage.evidence.model import (
    DeadCodeReport,
    FileEvidence,
    FileState,
    FunctionEvidence,
    Verdict,
)
from lambda_usage.reports._places import PlaceError, find_place

NAMES = {
    "app/jobs.py": [
        ("<module>", 1, 40),
        ("Jobs", 3, 20),
        ("Jobs.run", 5, 10),
        ("Jobs.run.<locals>.<lambda>", 7, 7),
        ("Jobs.run.<locals>.<lambda>", 8, 8),
        ("Jobs.stop", 12, 20),
        ("legacy", 30, 35),
    ],
    "app/tasks.py": [("<module>", 1, 9), ("run", 2, 4), ("Tasks", 5, 9), ("Tasks.stop", 6, 9)],
    "other/tasks.py": [("<module>", 1, 3), ("begin", 2, 3)],
}


@pytest.fixture
def report(dead_code: DeadCodeReport) -> DeadCodeReport:
    functions = tuple(
        FunctionEvidence(
            file, name, first, Verdict.USED, 1.0, None, None, None, None, (), last_line=last
        )
        for file, members in NAMES.items()
        for name, first, last in members
    )
    files = tuple(
        FileEvidence(file, FileState.LOADED, (), lines=members[0][2])
        for file, members in NAMES.items()
    )
    return replace(dead_code, functions=functions, files=files)


def found(report: DeadCodeReport, words: str) -> tuple[str, str, int]:
    function = find_place(report, words).function
    return function.file, function.name, function.line


@pytest.mark.parametrize(
    "words",
    [
        "app/jobs.py:Jobs.run",
        "./app/jobs.py:Jobs.run",
        "src/app/jobs.py:Jobs.run",
        "jobs.py:Jobs.run",
        "jobs.py:run",
        "Jobs.run",
    ],
)
def test_a_function_is_found_by_what_names_it_alone(report: DeadCodeReport, words: str) -> None:
    assert found(report, words) == ("app/jobs.py", "Jobs.run", 5)


def test_a_full_name_goes_before_the_end_of_another(report: DeadCodeReport) -> None:
    assert found(report, "run") == ("app/tasks.py", "run", 2)


@pytest.mark.parametrize(
    ("line", "name"), [(1, "<module>"), (4, "Jobs"), (6, "Jobs.run"), (21, "<module>")]
)
def test_a_line_means_the_innermost_function(report: DeadCodeReport, line: int, name: str) -> None:
    place = find_place(report, f"app/jobs.py:{line}")
    assert (place.function.name, place.line, place.whole_file) == (name, line, False)


@pytest.mark.parametrize("words", ["app/jobs.py", "jobs.py", "app/jobs.py:<module>"])
def test_a_file_means_its_body_and_all_in_it(report: DeadCodeReport, words: str) -> None:
    place = find_place(report, words)
    assert (place.function.name, place.line, place.whole_file) == ("<module>", None, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "stop",
            "stop may be app/jobs.py:Jobs.stop or app/tasks.py:Tasks.stop: name one of them",
        ),
        ("tasks.py", "tasks.py may be in app/tasks.py or other/tasks.py: name the file with its "),
        ("jobs.py:<lambda>", "jobs.py:<lambda> may be app/jobs.py:7 or app/jobs.py:8: name one"),
        ("legacyy", "the report knows no legacyy: did you mean app/jobs.py:legacy?"),
        ("app/job.py", "the report knows no app/job.py: did you mean app/jobs.py"),
        ("app/job.py:run", "the report knows no file app/job.py: did you mean app/jobs.py"),
        ("app/jobs.py:stpo", "no app/jobs.py:stpo: did you mean app/jobs.py:Jobs.stop?"),
        ("app/jobs.py:41", "app/jobs.py has 40 lines: there is no line 41"),
        ("app/jobs.py:0", "app/jobs.py has 40 lines: there is no line 0"),
        ("xyzzy", "the report knows no xyzzy: check the spelling"),
        ("", "check the spelling"),
        (":", "check the spelling"),
    ],
)
def test_what_is_not_found_or_not_clear_is_told_with_suggestions(
    report: DeadCodeReport, words: str, message: str
) -> None:
    with pytest.raises(PlaceError) as error:
        find_place(report, words)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
