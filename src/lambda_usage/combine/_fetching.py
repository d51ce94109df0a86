"""Brings bundles here a few at a time, ahead of whoever reads them."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from lambda_usage.combine.errors import BundleGoneError
from lambda_usage.combine.stores import Store, StoredFile

WORKERS = 8
AHEAD = 16
"""Downloads that may wait on disk: Lambda's /tmp holds 512 MB."""


class Fetched(NamedTuple):
    """A file that is here now, or the reason why it is not."""

    name: str
    path: Path | None
    problem: str = ""


def fetched(store: Store, bundles: Iterable[StoredFile]) -> Generator[Fetched, None, None]:
    """Each bundle in the order given; a path is good until the next one is asked for.

    Raises:
        StoreError: The store as a whole fails. A single bundle that has gone is no such failure.
    """
    with TemporaryDirectory(prefix="lambda-usage-") as folder:
        numbered = (
            (bundle.name, Path(folder) / f"{number}.coverage")
            for number, bundle in enumerate(bundles)
        )
        source = _in_parallel if store.downloads else _in_turn
        # Closed before the folder goes: no download may still write into it.
        with closing(source(store, numbered)) as results:
            for name, copy, result in results:
                yield result if isinstance(result, Fetched) else Fetched(name, result)
                copy.unlink(missing_ok=True)


_Numbered = Iterator[tuple[str, Path]]
_Result = tuple[str, Path, Path | Fetched]


def _in_turn(store: Store, numbered: _Numbered) -> Generator[_Result, None, None]:
    for name, copy in numbered:
        yield name, copy, _fetch(store, name, copy)


def _in_parallel(store: Store, numbered: _Numbered) -> Generator[_Result, None, None]:
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="lambda-usage-fetch")
    waiting: deque[tuple[str, Path, Future[Path | Fetched]]] = deque()

    def start(count: int) -> None:
        for name, copy in islice(numbered, count):
            waiting.append((name, copy, pool.submit(_fetch, store, name, copy)))

    try:
        start(AHEAD)
        while waiting:
            name, copy, future = waiting.popleft()
            yield name, copy, future.result()
            start(1)
    finally:
        pool.shutdown(cancel_futures=True)


def _fetch(store: Store, name: str, copy: Path) -> Path | Fetched:
    try:
        return store.fetch(name, copy)
    except BundleGoneError as error:
        return Fetched(name, None, str(error))
