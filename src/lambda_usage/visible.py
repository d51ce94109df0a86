"""Text that a terminal shows and does not obey.

Names of files, functions and objects in a bucket, and reasons in source code, are whatever somebody
wrote. An escape sequence in one could clear the screen or rewrite what stands above; a
bidirectional control turns round what follows (CVE-2021-42574); a line break makes up a line.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

_Found = TypeVar("_Found")

_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # C0, DEL and C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional controls of UAX #9
    "\u2028\u2029\ufeff\U000e0000-\U000e007f"  # separators, and what no font shows
    "\ud800-\udfff]"  # bytes of a name that is no UTF-8: no file could hold them
)


def visible(text: str) -> str:
    r"""On one line, with each control character as the escape that Python writes: ``\x1b``."""
    return _UNSEEN.sub(_escape, text)


def all_visible(found: _Found) -> _Found:
    """Plain data with all text in it visible: data classes, tuples and strings."""
    return cast(_Found, _shown(found))


def _shown(found: Any) -> Any:
    if isinstance(found, str):
        return visible(found) if _UNSEEN.search(found) else found
    if isinstance(found, tuple):
        return tuple(map(_shown, found))
    if is_dataclass(found) and not isinstance(found, type):
        values = {each.name: getattr(found, each.name) for each in fields(found)}
        changed = {name: new for name, old in values.items() if (new := _shown(old)) != old}
        return replace(found, **changed) if changed else found
    return found


def _escape(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
