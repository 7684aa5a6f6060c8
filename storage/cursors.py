"""Places in a list, as opaque text that a caller hands back to go on from there."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime


class BadCursor(ValueError):
    """Not a cursor of this list. The sentence is for whoever sent it."""

    def __init__(self) -> None:
        super().__init__(
            "游标无效，请从第一页重新查询 / the cursor is not valid; start again from the first page"
        )


@dataclass(frozen=True, slots=True)
class Place:
    """The last entry a caller has seen: where it stood in the order, and its id for those that stand alike."""

    order: str
    value: datetime | None
    id: str


def written(place: Place) -> str:
    value = place.value.isoformat() if place.value else None
    text = json.dumps([place.order, value, place.id], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str, order: str) -> Place:
    """Raises :class:`BadCursor` when ``cursor`` is not one, or belongs to a list in another order."""
    try:
        data = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
        [said, value, id] = data
        place = Place(said, datetime.fromisoformat(value) if value is not None else None, id)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise BadCursor from None
    if said != order or not isinstance(id, str) or (place.value is not None and place.value.tzinfo is None):
        raise BadCursor
    return place
