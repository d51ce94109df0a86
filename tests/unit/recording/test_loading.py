"""What our hook on the loaders hears, and that a failing import looks as it does without it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.support import run_fresh, write_files

FILES = {
    "app.py": """\
        def handler(name):
            __import__(name)
        """,
    "syntax.py": "def f(:\n",
    "indented.py": "def f():\n    return 1\n  x = 2\n",
    "raising.py": "def fail():\n    raise OSError('at import')\n\nfail()\n",
    "chained.py": "def f():\n    import syntax\n\nf()\n",
    "pkg/__init__.py": "from . import broken\n",
    "pkg/broken.py": "x = (\n",
    "asking.py": "import absent\n",
    "fine.py": "x = 1\n",
}
HOOK = """
from lambda_usage.recording.loading import LoadHook
heard = []
hook = LoadHook(lambda code: heard.append(code.co_filename))
hook.install()
"""
FAIL = """
import json, traceback
import app
try:
    app.handler({name!r})
except BaseException as error:
    frames = []
    while error is not None:
        frames.append(repr(error))
        frames += [list(each) for each in traceback.extract_tb(error.__traceback__)]
        error = error.__cause__ or error.__context__
    print(json.dumps([frames, traceback.format_exc()]))
"""


@pytest.mark.parametrize(
    "name", ["syntax", "indented", "raising", "chained", "pkg.broken", "asking", "nulls", "latin"]
)
def test_a_lazy_import_that_fails_has_the_traceback_that_it_has_without_us(
    name: str, tmp_path: Path
) -> None:
    write_files(tmp_path, FILES)
    (tmp_path / "nulls.py").write_bytes(b"x = 1\0\n")
    (tmp_path / "latin.py").write_bytes(b"x = '\xe9'\n")
    script = FAIL.format(name=name)
    bare = run_fresh("\n" * HOOK.count("\n") + script, tmp_path)
    hooked = run_fresh(HOOK + script, tmp_path)
    frames, text = json.loads(hooked.stdout)
    assert [frames, text] == json.loads(bare.stdout)
    assert "lambda_usage" not in text
    assert any(str(tmp_path / "app.py") in each for each in frames if isinstance(each, list))


def test_each_module_is_heard_of_before_it_runs_and_none_after_the_hook_is_gone(
    tmp_path: Path,
) -> None:
    write_files(tmp_path, {**FILES, "asking.py": "import __main__\nseen = list(__main__.heard)\n"})
    script = f"""{HOOK}
import asking, fine, json
hook.remove()
import app
print(json.dumps([asking.seen, heard]))
"""
    done = run_fresh(script, tmp_path)
    seen, heard = json.loads(done.stdout)
    assert seen[-1] == str(tmp_path / "asking.py"), done.stderr
    assert [each for each in heard if each.startswith(str(tmp_path))] == [
        str(tmp_path / "asking.py"),
        str(tmp_path / "fine.py"),
    ]


def test_modules_without_source_are_heard_of_too(tmp_path: Path) -> None:
    write_files(tmp_path, {"fine.py": "x = 1\n"})
    script = f"""
import os, py_compile
py_compile.compile("fine.py", "fine.pyc")
os.remove("fine.py")
{HOOK}
import fine
print(fine.__file__, [each for each in heard if "fine" in each])
"""
    done = run_fresh(script, tmp_path)
    assert done.stdout.split() == [str(tmp_path / "fine.pyc"), "['fine.py']"], done.stderr
