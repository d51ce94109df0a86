"""Damages bundles, at random and seeded."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

PAGE = 1024
_TELLING = (0, 1, 2, 3, 5, 9, 10, 13, 127, 128, 129, 254, 255)
"""Bytes that mean something in a SQLite file: kinds of pages, ends of numbers, kinds of values."""


def _bits(data: bytearray, random: Random) -> None:
    for _ in range(random.choice((1, 1, 2, 4, 16, 200))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _bytes(data: bytearray, random: Random) -> None:
    for _ in range(random.choice((1, 1, 3, 9))):
        data[random.randrange(len(data))] = random.choice(_TELLING)


def _file_header(data: bytearray, random: Random) -> None:
    data[random.randrange(16, 100)] = random.choice(_TELLING)


def _page_header(data: bytearray, random: Random) -> None:
    page = random.randrange(len(data) // PAGE)
    start = page * PAGE + (0 if page else 100)
    data[start + random.randrange(12)] = random.choice(_TELLING)


def _cell_pointer(data: bytearray, random: Random) -> None:
    page = random.randrange(1, len(data) // PAGE)
    at = page * PAGE + 8 + 2 * random.randrange(8)
    data[at : at + 2] = random.randrange(PAGE + 8).to_bytes(2, "big")


def _record(data: bytearray, random: Random) -> None:
    """In the used end of a page: lengths, kinds and values of columns."""
    page = random.randrange(len(data) // PAGE)
    for _ in range(random.choice((1, 2, 5))):
        at = page * PAGE + PAGE - 1 - random.randrange(300)
        data[at] = random.choice((*_TELLING, random.randrange(256)))


def _swap_pages(data: bytearray, random: Random) -> None:
    one, two = (PAGE * random.randrange(1, len(data) // PAGE) for _ in range(2))
    first, second = data[one : one + PAGE], data[two : two + PAGE]
    data[one : one + PAGE], data[two : two + PAGE] = second, first


def _copy(data: bytearray, random: Random) -> None:
    length = random.choice((4, 16, 100, PAGE))
    source, target = (random.randrange(max(1, len(data) - length)) for _ in range(2))
    data[target : target + length] = data[source : source + length]


def _cut(data: bytearray, random: Random) -> None:
    del data[random.randrange(1, len(data)) :]


def _take_out(data: bytearray, random: Random) -> None:
    start = random.randrange(len(data))
    del data[start : start + random.choice((1, 2, 100, PAGE))]


def _put_in(data: bytearray, random: Random) -> None:
    start = random.randrange(len(data))
    data[start:start] = random.randbytes(random.choice((1, 2, 100, PAGE)))


def _text(data: bytearray, random: Random) -> None:
    """Other words of the same length, in the schema or in a value."""
    old, new = random.choice(_WORDS)
    at = data.find(old, random.randrange(len(data)))
    if at >= 0:
        data[at : at + len(old)] = new


_WORDS = (
    (b"pkg/", b"../.."[:4]), (b"pkg/", b"/etc"), (b"mod", b"\0\1\2"), (b"mod", b"<b>"),
    (b"integer", b"blob   "), (b"table", b"TABLE"), (b"TABLE", b"VIEW "), (b"usage_", b"usaGe_"),
    (b"2026", b"9999"), (b"python", b"\xff\xfe\xfd\xfc\xfb\xfa"), (b"bundle", b"combin"),
    (b"text", b"real"), (b"key", b"not"), (b"orders", b"<hr/>\n"), (b"unique", b"check "),
)  # fmt: skip

_DAMAGE: tuple[Callable[[bytearray, Random], None], ...] = (
    _bits, _bits, _bytes, _bytes, _file_header, _page_header, _page_header, _cell_pointer,
    _record, _record, _record, _swap_pages, _copy, _cut, _take_out, _put_in, _text, _text,
)  # fmt: skip


def damaged(sound: list[bytes], random: Random) -> bytes:
    """One of *sound*, with one to three kinds of damage."""
    data = bytearray(random.choice(sound))
    for _ in range(random.choice((1, 1, 2, 3))):
        if len(data) > 2 * PAGE:
            random.choice(_DAMAGE)(data, random)
    return bytes(data)
