"""Code that no ordinary import brings is not called dead where it runs.

Each handler runs in a process of its own, with the agent attached before its module is imported.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store
from lambda_usage.evidence.dead_code import dead_code_report
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.model import DeadCodeReport, Thresholds, Verdict

RUN = """
import sys
from lambda_usage.attach.local import run_local
for result in run_local("app.handler", [{}], "store", 3):
    if result.error:
        raise result.error
"""
NEVER_RAN = (Verdict.DEAD, Verdict.UNPROVEN)
"""Of code that was found alive, it is not always known what it ran before."""

PLUGIN = "def used():\n    return 1\n\ndef idle():\n    return 2\n"
BY_RUNPY = """
import runpy
def handler(event, context):
    return runpy.run_path("plugin.py")["used"]()
"""
BY_EXEC = """
def handler(event, context):
    names = {}
    with open("plugin.py") as file:
        exec(compile(file.read(), "plugin.py", "exec"), names)
    return names["used"]()
"""
BY_EXEC_AT_INIT = """
names = {}
with open("plugin.py") as file:
    exec(compile(file.read(), "plugin.py", "exec"), names)
def handler(event, context):
    return names["used"]()
"""
BY_OWN_LOADER = """
import importlib.abc, importlib.util
class Loader(importlib.abc.SourceLoader):
    def get_filename(self, name):
        return "plugin.py"
    def get_data(self, path):
        with open("plugin.py", "rb") as file:
            return file.read()
def handler(event, context):
    spec = importlib.util.spec_from_loader("plugin", Loader())
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.used()
"""
REPLACED = """
import types
def used():
    return 1
used.__code__ = used.__code__.replace(co_name="renamed")
def idle():
    return 2
@types.coroutine
def hop(value):
    got = yield value
    return got
async def go():
    return await hop(3)
def handler(event, context):
    coroutine = go()
    coroutine.send(None)
    try:
        coroutine.send(4)
    except StopIteration:
        return used()
"""
STARTED_ONLY = """
import types
@types.coroutine
def at_start():
    value = 1
    yield value
async def go():
    await at_start()
go().send(None)
def idle():
    return 2
def handler(event, context):
    return 1
"""

BREAKS = """
def fallback():
    return 1
def newest(rows):
    for row in rows:
        print(row)
        break
    return fallback()
def handler(event, context):
    return newest([])
"""
DEFAULTS = """
outer = lambda xs, key=(lambda v: v.lower()): sorted(xs)
def handler(event, context):
    return outer(["b", "a"])
"""
THREAD = """
import threading, time
go = threading.Event()
def late():
    return 1
def tail():
    go.wait()
    late()
def handler(event, context):
    thread = threading.Thread(target=tail, daemon=True)
    thread.start()
    return 1
"""
AGAIN = """
import importlib.util
count = 0
def handler(event, context):
    global count
    count += 1
    spec = importlib.util.spec_from_file_location("plugin", "plugin.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.idle() if count == 40 else module.used()
"""
METACLASS = """
class Meta(type):
    def __getattr__(cls, name):
        raise RuntimeError(name)
class Odd(metaclass=Meta):
    pass
keep = Odd()
def idle():
    return 2
def handler(event, context):
    return 1
"""


def report_of(folder: Path, app: str, times: int = 3) -> DeadCodeReport:
    (folder / "app.py").write_text(app)
    (folder / "plugin.py").write_text(PLUGIN)
    done = subprocess.run(
        [sys.executable, "-c", RUN.replace("3)", f"{times})")],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    bundle = combine_store(open_store(str(folder / "store"))).bundle
    limits = Thresholds(min_exposure=1, min_days=0)
    return dead_code_report(bundle, read_inventory(folder), limits)


def verdicts(folder: Path, app: str, times: int = 3) -> dict[str, Verdict]:
    functions = report_of(folder, app, times).functions
    return {f"{each.file}:{each.name}": each.verdict for each in functions}


@pytest.mark.parametrize(
    "app",
    [BY_RUNPY, BY_EXEC, BY_OWN_LOADER],
    ids=["runpy", "exec", "a loader of its own"],
)
def test_a_file_that_is_run_by_other_means_is_seen(tmp_path: Path, app: str) -> None:
    found = verdicts(tmp_path, app)
    assert found["plugin.py:<module>"] is Verdict.USED
    assert found["plugin.py:used"] is Verdict.USED
    assert found["plugin.py:idle"] in NEVER_RAN


def test_what_was_run_by_other_means_before_the_handler_is_never_dead(tmp_path: Path) -> None:
    found = verdicts(tmp_path, BY_EXEC_AT_INIT)
    assert found["plugin.py:used"] is Verdict.USED
    assert found["plugin.py:idle"] in NEVER_RAN


def test_a_function_whose_code_was_replaced_is_seen(tmp_path: Path) -> None:
    found = verdicts(tmp_path, REPLACED)
    assert found["app.py:used"] is Verdict.USED
    assert found["app.py:hop"] is Verdict.USED
    assert found["app.py:idle"] is Verdict.DEAD


def test_replaced_code_that_ran_at_the_start_only_is_never_dead(tmp_path: Path) -> None:
    found = verdicts(tmp_path, STARTED_ONLY)
    assert found["app.py:at_start"] in (Verdict.UNPROVEN, Verdict.STARTUP)
    assert found["app.py:idle"] is Verdict.DEAD


def test_a_line_after_a_loop_that_ran_out_is_not_dead(tmp_path: Path) -> None:
    (newest,) = (each for each in report_of(tmp_path, BREAKS).functions if each.name == "newest")
    dead = {line for part in newest.dead_lines for line in range(part.first, part.last + 1)}
    assert dead == {6, 7}


def test_a_lambda_in_the_defaults_of_another_is_told_from_it(tmp_path: Path) -> None:
    found = [
        each.verdict for each in report_of(tmp_path, DEFAULTS).functions if each.name == "<lambda>"
    ]
    # in the order of their bodies: the inner one, never called, then the outer one
    inner = Verdict.USED if sys.version_info < (3, 12) else Verdict.DEAD  # 3.11 tells not
    assert found == [inner, Verdict.USED]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="every thread is seen there")
def test_what_a_thread_runs_after_its_window_is_never_dead(tmp_path: Path) -> None:
    assert verdicts(tmp_path, THREAD)["app.py:late"] is Verdict.UNPROVEN


def test_a_file_that_is_loaded_in_each_invocation_is_never_judged_by_its_first_copies(
    tmp_path: Path,
) -> None:
    found = verdicts(tmp_path, AGAIN, times=50)
    assert found["plugin.py:used"] is Verdict.USED
    assert found["plugin.py:idle"] in (Verdict.USED, Verdict.UNPROVEN)


def test_a_metaclass_that_answers_for_everything_costs_no_data(tmp_path: Path) -> None:
    found = verdicts(tmp_path, METACLASS)
    assert found["app.py:handler"] is Verdict.USED
    assert found["app.py:idle"] is Verdict.DEAD
