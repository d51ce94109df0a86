"""Makes pictures fit a page: says how large each is to be shown."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

KEEP_RATIO = os.environ.get("KEEP_RATIO", "true") == "true"


@dataclass(frozen=True, slots=True)
class Size:
    """In pixels."""

    width: int
    height: int


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    picture, page = Size(**event["picture"]), Size(**event["page"])
    if min(picture.width, picture.height, page.width, page.height) < 1:
        return {"error": "sizes begin at 1"}
    shown = fitted(picture, page) if KEEP_RATIO else stretched(picture, page)
    return {"width": shown.width, "height": shown.height, "pixels": pixels(shown)}


def fitted(picture: Size, page: Size) -> Size:
    """As large as the page allows, in its own shape; never larger than it is."""
    scale = min(page.width / picture.width, page.height / picture.height, 1)
    return Size(max(1, int(picture.width * scale)), max(1, int(picture.height * scale)))


def stretched(picture: Size, page: Size) -> Size:
    """All of the page, whatever becomes of its shape: until last month the default."""
    return Size(min(picture.width, page.width), min(picture.height, page.height))


def pixels(size: Size) -> int:
    return size.width * size.height


def thumbnail(picture: Size) -> Size:
    """For the gallery, which is gone."""
    return fitted(picture, Size(160, 120))
