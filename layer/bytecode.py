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
folder, names = Path(sys.argv[1]), json.load(sys.stdin)
for name in names:
    target = cache_from_source(str(folder / name))
    compile(str(folder / name), target, dfile=f"/opt/{name}", doraise=True, optimize=0,
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
"""


class ByteCodeError(Exception):
    """A Python could not compile the layer's files; says which."""


def compiled(python: Path, sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """The byte code of *sources* by the interpreter *python*; both by path below ``/opt``.

    The same sources and the same Python give the same bytes: all is compiled in one process, in
    order, with nothing in it that may vary.

    Raises:
        ByteCodeError: A file does not compile.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, data in sources.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        done = subprocess.run(
            [python, "-s", "-S", "-c", _COMPILING, folder],
            input=json.dumps(sorted(sources)),
            env={"PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = (done.stderr.strip() or "no output").splitlines()[-1]
            raise ByteCodeError(f"{python} could not compile the layer: {last}")
        return {
            path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.pyc")
        }
