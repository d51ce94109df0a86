"""An agent from its start to its last bundle, in a process of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from lambda_usage.bundle.model import Bundle, Code, Distribution, OriginUsage
from lambda_usage.bundle.reader import read_bundle

from .fakes import exposures, total
from .support import log_lines, run_fresh, write_files

ON_MONITORING = sys.version_info >= (3, 12)
APP = """\
import helper

ready = helper.shared(1)

def handler(event, context):
    if event % 2:
        return helper.shared(event)
    import lazy
    return lazy.even(event)

def never():
    return 0
"""
FILES = {
    "app.py": APP,
    "helper.py": """\
        def shared(n):
            return n

        def at_import_only():
            return 1

        at_import_only()
        """,
    "lazy.py": "def even(n):\n    return n\n",
    "unloaded.py": "x = 1\n",
    "lib/__init__.py": "",
    "lib-1.0.dist-info/RECORD": "lib/__init__.py,,\n",
}
REDIRECT = """\
import lambda_usage
handler = lambda_usage.handler
print([handler(n, None) for n in range(6)])
"""


@pytest.fixture
def task(tmp_path: Path) -> Path:
    return write_files(tmp_path / "task", FILES)


def environment(task: Path, **more: str) -> dict[str, str]:
    return {
        "COVERAGE_HANDLER": "app.handler",
        "COVERAGE_S3_BUCKET": str(task.parent / "store"),
        "LAMBDA_TASK_ROOT": str(task),
        "AWS_LAMBDA_FUNCTION_NAME": "orders",
        "COVERAGE_OVERHEAD_BUDGET": "1",  # each invocation is a window
        "COVERAGE_MAX_WINDOWS_PER_MINUTE": "1000000",
        **more,
    }


def delivered(task: Path) -> list[Bundle]:
    return [read_bundle(each) for each in sorted((task.parent / "store").rglob("*.coverage"))]


def usage_of(bundle: Bundle) -> OriginUsage:
    (found,) = bundle.origins.values()
    return found


def code(bundle: Bundle, path: str, name: str) -> Code:
    (found,) = [
        each
        for key, each in usage_of(bundle).codes.items()
        if (key.path, key.qualname) == (path, name)
    ]
    return found


def test_a_process_tells_at_its_end_what_it_saw(task: Path) -> None:
    done = run_fresh(REDIRECT, task, environment(task))
    assert done.stdout == "[0, 1, 2, 3, 4, 5]\n", done.stderr
    (bundle,) = delivered(task)
    (info,) = bundle.bundles.values()
    assert info.final
    assert info.id.sequence == 0
    (exposure,) = exposures(bundle).values()
    assert (exposure.inits, exposure.invocations, exposure.windows) == (1, 6, 6)
    (origin,) = bundle.origins
    assert (origin.function_name, origin.attach) == ("orders", "redirect")
    assert origin.recorder == ("monitoring" if ON_MONITORING else "ctrace")
    usage = usage_of(bundle)
    assert {path: each.loaded for path, each in usage.files.items()} == {
        "app.py": True,
        "helper.py": True,
        "lazy.py": True,
        "unloaded.py": False,
    }
    assert usage.distributions == {"lib": Distribution("lib", "1.0", imported=False)}


def test_phases_and_lines_are_those_that_ran(task: Path) -> None:
    done = run_fresh(REDIRECT, task, environment(task))
    assert done.returncode == 0, done.stderr
    (bundle,) = delivered(task)
    body = code(bundle, "app.py", "<module>")
    assert (body.init_lines, body.invoke_lines) == ({1, 3, 5, 11}, set())
    assert code(bundle, "app.py", "handler").init_lines == set()
    assert code(bundle, "app.py", "handler").invoke_lines == {6, 7, 8, 9}
    assert code(bundle, "app.py", "never").first_seen == 0
    shared = code(bundle, "helper.py", "shared")
    assert (shared.init_lines, shared.invoke_lines) == ({2}, {2})
    startup = code(bundle, "helper.py", "at_import_only")
    assert (startup.init_lines, startup.invoke_lines) == ({5}, set())
    assert code(bundle, "lazy.py", "<module>").invoke_lines == {1}
    shares = sorted(each.counts.windows for each in usage_of(bundle).paths.values())
    assert shares == [1, 2, 3]  # the first even event imports a module besides


def test_a_bundle_after_each_interval_and_shipped_files_only_in_the_first(task: Path) -> None:
    script = """\
        import lambda_usage
        from lambda_usage.attach import starting
        handler = lambda_usage.handler
        dispatch = starting._agent.dispatch
        dispatch._in_background = lambda batch: dispatch._work(batch) or True
        for n in range(3):
            handler(n, None)
        """
    done = run_fresh(script, task, environment(task, COVERAGE_FLUSH_INTERVAL="0"))
    bundles = delivered(task)
    assert done.returncode == 0, done.stderr
    assert [total([each], "invocations") for each in bundles] == [1, 1, 1]
    assert total(bundles, "inits") == 1
    infos = [info for each in bundles for info in each.bundles.values()]
    assert [each.id.sequence for each in infos] == [0, 1, 2]
    assert [each.final for each in infos] == [False, False, True]
    assert len({each.id.process_id for each in infos}) == 1
    assert ["unloaded.py" in usage_of(each).files for each in bundles] == [True] + [False] * 2
    for each in bundles:  # existence is cumulative
        assert code(each, "app.py", "<module>").init_lines == {1, 3, 5, 11}
    # nothing after the first is forgotten either
    assert code(bundles[0], "app.py", "handler").invoke_lines == {6, 8, 9}
    assert code(bundles[2], "app.py", "handler").invoke_lines == {6, 7, 8, 9}


@pytest.mark.parametrize("attach", ["redirect", "decorator", "context"])
def test_without_a_bucket_it_is_inert_and_says_so_once(attach: str, task: Path) -> None:
    scripts = {
        "redirect": REDIRECT,
        "decorator": """\
            from lambda_usage import coverage_handler
            import app
            handler = coverage_handler()(coverage_handler(app.handler))
            print([handler(n, None) for n in range(6)])
            """,
        "context": """\
            from lambda_usage import CoverageContext
            import app
            def handler(event):
                with CoverageContext():
                    return app.handler(event, None)
            print([handler(n) for n in range(6)])
            """,
    }
    variables = environment(task)
    del variables["COVERAGE_S3_BUCKET"]
    done = run_fresh(scripts[attach], task, variables)
    assert done.stdout == "[0, 1, 2, 3, 4, 5]\n"
    (line,) = log_lines(done.stderr)
    assert line["level"] == "WARNING"
    assert "COVERAGE_S3_BUCKET" in line["message"]


def test_switched_off_it_does_and_says_nothing(task: Path) -> None:
    script = f"{REDIRECT}\nimport sys\nprint(getattr(sys, 'monitoring', None) and [\n" + (
        "sys.monitoring.get_tool(n) for n in range(6)])"
    )
    done = run_fresh(script, task, environment(task, COVERAGE_ENABLED="false"))
    result, tools = done.stdout.splitlines()
    assert result == "[0, 1, 2, 3, 4, 5]"
    assert tools in ("None", str([None] * 6))
    assert done.stderr == ""
    assert delivered(task) == []


def test_a_budget_of_nothing_switches_it_off_and_says_so(task: Path) -> None:
    done = run_fresh(REDIRECT, task, environment(task, COVERAGE_OVERHEAD_BUDGET="0"))
    assert done.stdout == "[0, 1, 2, 3, 4, 5]\n"
    (line,) = log_lines(done.stderr)
    assert line["level"] == "WARNING"
    assert "COVERAGE_OVERHEAD_BUDGET" in line["message"]
    assert delivered(task) == []


def test_within_a_budget_invocations_are_seen_that_are_no_windows(task: Path) -> None:
    script = REDIRECT.replace("range(6)", "range(400)")
    done = run_fresh(script, task, environment(task, COVERAGE_OVERHEAD_BUDGET="0.01"))
    assert done.returncode == 0, done.stderr
    (bundle,) = delivered(task)
    (exposure,) = exposures(bundle).values()
    assert (exposure.invocations, exposure.unsampled) == (400, 0)
    assert exposure.windows < 100
    assert exposure.inits == 1  # no time of the handlers: the budget is not asked
    if ON_MONITORING:
        assert code(bundle, "app.py", "handler").invoke_lines == {6, 7, 8, 9}


def test_a_wrong_variable_costs_one_warning(task: Path) -> None:
    variables = environment(task, COVERAGE_SAMPLE_RATE="2", COVERAGE_LOG_LEVEL="WARNING")
    done = run_fresh(REDIRECT, task, variables)
    (line,) = log_lines(done.stderr)
    assert line["level"] == "WARNING"
    assert "COVERAGE_SAMPLE_RATE" in line["message"]
    assert total(delivered(task), "windows") == 6


@pytest.mark.skipif(
    sys.version_info < (3, 12) or sys.version_info >= (3, 14),
    reason="Python 3.11 and 3.14 can observe branches",
)
def test_branches_where_they_cannot_be_had_cost_one_warning(task: Path) -> None:
    variables = environment(task, COVERAGE_BRANCH_COVERAGE="true", COVERAGE_LOG_LEVEL="WARNING")
    done = run_fresh(REDIRECT, task, variables)
    (line,) = log_lines(done.stderr)
    assert "COVERAGE_BRANCH_COVERAGE" in line["message"]
    assert total(delivered(task), "windows") == 6


@pytest.mark.skipif(
    (3, 12) <= sys.version_info < (3, 14), reason="Python 3.12 and 3.13 cannot observe branches"
)
@pytest.mark.parametrize(("wanted", "found"), [("", True), ("true", True), ("false", False)])
def test_branches_are_recorded_where_they_can_be_had(wanted: str, found: bool, task: Path) -> None:
    done = run_fresh(REDIRECT, task, environment(task, COVERAGE_BRANCH_COVERAGE=wanted))
    (bundle,) = delivered(task)
    assert [each["level"] for each in log_lines(done.stderr)] == ["INFO"]
    arcs = code(bundle, "app.py", "handler").arcs
    assert ({(6, 7), (6, 8)} <= arcs) is found
    assert bool(arcs) is found


def test_a_handler_that_was_loaded_before_us_is_found(task: Path) -> None:
    script = """\
        import app
        from lambda_usage import coverage_handler
        handler = coverage_handler(app.handler)
        print([handler(n, None) for n in range(6)])
        """
    done = run_fresh(script, task, environment(task))
    assert done.stdout == "[0, 1, 2, 3, 4, 5]\n", done.stderr
    (bundle,) = delivered(task)
    assert total([bundle], "inits") == 0
    files = usage_of(bundle).files
    assert {path: each.body_seen for path, each in files.items() if each.loaded} == {
        "app.py": False,
        "helper.py": False,
        "lazy.py": True,
    }
    assert code(bundle, "app.py", "handler").invoke_lines == {6, 7, 8, 9}
    assert code(bundle, "app.py", "never").first_seen == 0
    assert code(bundle, "helper.py", "shared").invoke_lines == {2}
    assert code(bundle, "lazy.py", "<module>").invoke_lines == {1}


def test_a_decorator_under_the_redirect_changes_nothing(task: Path) -> None:
    write_files(
        task,
        {
            "app.py": """\
            from lambda_usage import CoverageContext, coverage_handler

            @coverage_handler
            def handler(event, context):
                with CoverageContext():
                    return event
            """
        },
    )
    done = run_fresh(REDIRECT, task, environment(task))
    assert done.stdout == "[0, 1, 2, 3, 4, 5]\n", done.stderr
    (bundle,) = delivered(task)
    assert (total([bundle], "inits"), total([bundle], "invocations")) == (1, 6)
    assert next(iter(bundle.origins)).attach == "redirect"
    assert code(bundle, "app.py", "handler").invoke_lines == {5, 6}


BLOCK = """\
from lambda_usage import CoverageContext

def user(n):
    before = helper(n)
    with CoverageContext():
        inside = 1
        if n:
            inside = helper(n)
    return inside

async def task(n):
    before = 1
    async with CoverageContext():
        inside = await nested(n)
    return inside

async def nested(n):
    return helper(n)

def helper(n):
    return n

def outside(n):
    return n
"""


@pytest.mark.parametrize("call", ["user({n})", "asyncio.run(task({n}))"])
def test_the_windows_of_a_block_hold_its_lines_and_no_others(call: str, task: Path) -> None:
    write_files(task, {"block.py": BLOCK})
    script = f"""\
        import asyncio
        from block import user, task, outside
        for n in range(4):
            {call.format(n="n")}
            outside(n)
        """
    done = run_fresh(script, task, environment(task))
    assert done.returncode == 0, done.stderr
    (bundle,) = delivered(task)
    assert next(iter(bundle.origins)).attach == "context"
    assert (total([bundle], "invocations"), total([bundle], "windows")) == (4, 4)
    for path in usage_of(bundle).paths.values():
        lines = {key.qualname: found for key, found in path.lines.items()}
        if "user" in call:
            assert {6, 7} <= lines["user"] <= {5, 6, 7, 8}
            assert lines.keys() <= {"user", "helper"}
            assert ("helper" in lines) is (8 in lines["user"])
        else:
            assert 14 in lines["task"]
            assert lines["task"] <= {13, 14}
            assert (lines["nested"], lines["helper"]) == ({18}, {21})
            assert lines.keys() == {"task", "nested", "helper"}
    # on 3.11 windows are all there is
    assert bool(code(bundle, "block.py", "outside").first_seen) is ON_MONITORING


def test_a_half_of_the_invocations_is_sampled_and_all_are_counted(task: Path) -> None:
    script = REDIRECT.replace("range(6)", "range(400)") + "\nimport random\nprint(random.random())"
    before = "import random\nrandom.seed(1)\n"
    variables = environment(task, COVERAGE_SAMPLE_RATE="0.5")
    done = run_fresh(before + script, task, variables)
    plain = run_fresh(before + "print(random.random())", task)
    assert done.stdout.splitlines()[-1] == plain.stdout.strip()
    (bundle,) = delivered(task)
    (exposure,) = exposures(bundle).values()
    assert exposure.invocations == 400
    assert abs(exposure.windows - 200) < 60  # six standard deviations
    assert exposure.weight == exposure.windows * 2.0
    assert exposure.unsampled == 0


def test_a_store_that_cannot_be_written_costs_a_warning(task: Path) -> None:
    (task.parent / "store").write_text("a file, not a folder")
    done = run_fresh(REDIRECT, task, environment(task))
    assert done.stdout == "[0, 1, 2, 3, 4, 5]\n"
    assert done.returncode == 0
    (line,) = log_lines(done.stderr)
    assert line["level"] == "WARNING"
    assert "could not be delivered" in line["message"]


def test_a_recorder_that_fails_costs_the_function_nothing(task: Path) -> None:
    script = """\
        import lambda_usage
        from lambda_usage.attach import starting
        handler = lambda_usage.handler
        def broken(frame=None):
            raise OSError("broken")
        starting._agent.recorder.open_window = broken
        print([handler(n, None) for n in range(6)])
        """
    done = run_fresh(script, task, environment(task))
    assert done.stdout == "[0, 1, 2, 3, 4, 5]\n"
    levels = [each["level"] for each in log_lines(done.stderr)]
    assert levels == ["ERROR", "ERROR", "INFO"]  # the last is the delivery of what is known
    (bundle,) = delivered(task)
    assert usage_of(bundle).losses["processes switched off after errors"] == 1
    assert (total([bundle], "invocations"), total([bundle], "windows")) == (3, 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
def test_a_forked_child_sends_nothing_and_is_counted(task: Path) -> None:
    script = """\
        import os, sys
        import lambda_usage
        handler = lambda_usage.handler
        handler(0, None)
        sys.stdout.flush()
        child = os.fork()
        if not child:
            print("child", handler(3, None), flush=True)
            sys.exit(0)  # orderly, so that what is registered for the end of a process runs
        os.waitpid(child, 0)
        print("parent", handler(5, None))
        """
    done = run_fresh(script, task, environment(task))
    assert done.stdout.splitlines() == ["child 3", "parent 5"], done.stderr
    (bundle,) = delivered(task)
    assert total([bundle], "invocations") == 2
    assert usage_of(bundle).losses["forked processes"] == 1
    assert code(bundle, "app.py", "handler").invoke_lines == {6, 7, 8, 9}
