"""Makes bundles that are as full as one may be, in the ways that cost reports most."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

from lambda_usage.bundle.rows import MOST_ROWS
from lambda_usage.bundle.writer import write_bundle

from .bundles import Case
from .sound import sound_bundle

N = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {count}) INSERT INTO"
ALIASES = (
    "usage_origin SELECT i+10,'f'||i,'','','','','',0,'','monitoring','wrapper',{package},'' "
    "FROM n WHERE i<14",
    "usage_exposure SELECT i+10,'2026-09-21',1,9,0,3,3.0,3.0,1.0,0,0,0,1,1 FROM n WHERE i<14",
)
ONE_PACKAGE = tuple(each.format(package="'p1'") for each in ALIASES)
PACKAGES = tuple(each.format(package="'p'||i") for each in ALIASES)
CODES = MOST_ROWS["usage_code"] - 10
CODE = "usage_code SELECT i+1000,{origin},{path},{name},i,0,'',x'0e',x'02',x'0e',1,1 FROM n"
FILE = "usage_file SELECT 1,'p'||i,'h'||i,1,1,1 FROM n"
ONE_FILE = "usage_file SELECT 1,'y','h',1,1,1 FROM n WHERE i=1"
ON_ONE_PATH = "usage_path_lines SELECT 1,i+1000,x'0e' FROM n"


def _code(path: str, name: str, origin: str = "1") -> str:
    return CODE.format(origin=origin, path=path, name=name)


def _long(name: str, part: str) -> str:
    return f"'{name}'||i||replace(hex(zeroblob(380)),'00','{part}')"


SHAPES: dict[str, tuple[int, tuple[str, ...]]] = {
    "files": (MOST_ROWS["usage_file"] - 10, (FILE, *ONE_PACKAGE)),
    "functions of one file": (CODES, (_code("'pkg/mod0.py'", "'f'||i"), ON_ONE_PATH)),
    "functions of one name": (CODES, (_code("'y'", "'f'"), ONE_FILE, ON_ONE_PATH)),
    "a file for each function": (CODES, (_code("'p'||i", "'f'"), FILE, ON_ONE_PATH)),
    "functions of many aliases": (
        CODES,
        (_code("'p'||i", "'f'", "11+i%13"), FILE, *ONE_PACKAGE),
    ),
    "comprehensions": (CODES, (_code("'y'", "'f.<locals>.<listcomp>'"), ONE_FILE, ON_ONE_PATH)),
    "comprehensions in many": (
        CODES // 2,
        (
            _code("'y'", "'f.<locals>.<listcomp>'"),
            _code("'y'", "'f'").replace("i+1000", "i+100000"),
            ONE_FILE,
            ON_ONE_PATH,
        ),
    ),
    "comprehensions of the source's": (
        CODES,
        (_code("'pkg/mod0.py'", "'f1.<locals>.<listcomp>'").replace(",i,0,", ",2,i,"),),
    ),
    "counts beside the paths": (
        CODES,
        (_code("'y'", "'f'||i"), ONE_FILE, "usage_other SELECT 1,i+1000,3,3.0,1 FROM n"),
    ),
    "paths": (
        MOST_ROWS["usage_path"] - 10,
        (
            "usage_path SELECT i+1000,1,'p'||i,3,3,1,1,1 FROM n",
            "usage_path_lines SELECT i+1000,id,x'0e' FROM n, (SELECT id FROM usage_code LIMIT 6)",
        ),
    ),
    "traces": (
        MOST_ROWS["usage_trace"] - 10,
        (
            "usage_path SELECT i+1000,1,'p'||i,3,3,1,1,1 FROM n WHERE i<4000",
            "usage_trace SELECT 1000+i%4000,printf('%032x',i),i,1 FROM n",
        ),
    ),
    "traces of one path": (
        MOST_ROWS["usage_trace"] - 10,
        ("usage_trace SELECT 1,printf('1-%08x-%024x',i,i),i,1 FROM n",),
    ),
    "distributions of many aliases": (
        MOST_ROWS["usage_distribution"] - 10,
        (
            "usage_distribution SELECT 1,'d'||i,'1',i%2 FROM n",
            "usage_bundle SELECT 'p'||i,i,i+10,0,1,2,0 FROM n WHERE i<14",
            *PACKAGES,
        ),
    ),
    "losses": (MOST_ROWS["usage_loss"] - 10, ("usage_loss SELECT 1,'l'||i,1 FROM n",)),
    "long names": (2000, (_code(_long("y", "a/"), _long("f", ".<locals>")), ON_ONE_PATH)),
    "arcs": (250_000, ("usage_arcs SELECT 1,i,i FROM n",)),
}


def fill(path: Path, count: int, statements: tuple[str, ...]) -> None:
    """Add rows to a bundle."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA journal_mode = OFF")
        for statement in statements:
            db.execute(f"{N.format(count=count)} {statement}")


def cases_of_fullness(folder: Path) -> Case:
    """Each shape in its turn."""
    sound = folder / "sound"
    write_bundle(sound_bundle(), sound)
    content = sound.read_bytes()
    shapes = list(SHAPES)

    def write(random: Random, path: Path) -> None:
        shapes.append(shapes.pop(0))
        path.write_bytes(content)
        fill(path, *SHAPES[shapes[-1]])

    return write
