"""An agent from its start to its last bundle, in a process of its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lambda_usage.bundle.model import Distribution

from .fakes import exposures, total
from .started import ON_MONITORING, REDIRECT, code, delivered, environment, usage_of
from .support import log_lines, run_fresh, write_files


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
