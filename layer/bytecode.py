"""Byte code for the layer. ``/opt`` is read-only: what is not shipped is compiled at each start.

Each file is compiled as the one in ``/opt`` that it will be, and marked as "never compare with the
source" (PEP 552), which saves a look at the source's time, and is right where nobody can change it.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

_COMPILING = """\
import json, sys
from importlib.util import cache_from_source
from pathlib import Path
from py_compile import PycInvalidationMode, compile
folder, (names, optimize) = Path(sys.argv[1]), json.load(sys.stdin)
for name in names:
    target = cache_from_source(str(folder / name), optimization="")
    compile(str(folder / name), target, dfile=f"/opt/{name}", doraise=True, optimize=optimize,
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
"""

_PACKING = """\
import marshal, sys
from importlib.util import MAGIC_NUMBER, cache_from_source
sys.path.insert(0, sys.argv[1] + "/python")
import lambda_usage.attach.packed as packed
before = set(sys.modules)
import lambda_usage.attach.starting, lambda_usage.delivery.shutdown
from lambda_usage.recording.choice import make_recorder
make_recorder(branches=True, relative=lambda path: None)
if sys.version_info < (3, 12):
    import lambda_usage.sampling.birth
codes = {}
for name in sorted(set(sys.modules) - before):
    if name.startswith("lambda_usage."):
        spec = sys.modules[name].__spec__
        with open(cache_from_source(spec.origin), "rb") as file:
            code = marshal.loads(file.read()[16:])
        codes[name] = spec.submodule_search_locations is not None, code
with open(f"{sys.argv[1]}/python/lambda_usage/__pycache__/{packed.PACK}", "wb") as file:
    file.write(MAGIC_NUMBER + marshal.dumps(codes))
"""
"""Makes what ``lambda_usage.attach.packed`` takes all of a cold start's imports from."""


class ByteCodeError(Exception):
    """A Python could not compile the layer's files; says which."""


def compiled(python: Path, sources: Mapping[str, bytes], *, pack: bool = True) -> dict[str, bytes]:
    """The byte code of *sources* by the interpreter *python*; both by path below ``/opt``.

    The same sources and the same Python give the same bytes: all is compiled in one process, in
    order, with nothing in it that may vary.

    Args:
        python: An interpreter.
        sources: Python files.
        pack: Whether they are ours: ``lambda_usage``'s cold start gets a file of its own, and the
            byte code is without docstrings, an eighth of it. Libraries may look at theirs.

    Raises:
        ByteCodeError: A file does not compile.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, data in sources.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        _run(python, _COMPILING, folder, json.dumps([sorted(sources), 2 if pack else 0]))
        if pack:
            _run(python, _PACKING, folder)
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("__pycache__/*")
        }


def _run(python: Path, script: str, folder: Path, given: str = "") -> None:
    done = subprocess.run(
        [python, "-s", "-S", "-c", script, folder],
        input=given,
        env={"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip() or "no output").splitlines()[-1]
        raise ByteCodeError(f"{python} could not compile the layer: {last}")
