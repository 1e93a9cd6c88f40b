"""What a request asks for, checked: how many, from where on, of what; mistakes are sentences."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

USUAL: Final = 50
MOST: Final = 200
"""Items of a page."""

TEXT: Final = r"^[^\u0000-\u001f\u007f-\u009f]*$"
"""What a filter may say, as JSON Schema writes it: no control characters, which nothing is called by."""
_PARTS: Final = 2
_UNSAYABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the page before ended: what its last item was ordered by."""

    order: str
    """A moment in ISO 8601, or nothing where the order is by id alone."""
    id: str

    def written(self) -> str:
        """Write it as the opaque `cursor` of an answer."""
        return urlsafe_b64encode(json.dumps([self.order, self.id]).encode()).decode().rstrip("=")

    @property
    def moment(self) -> tuple[datetime, str] | None:
        """Time and id of the last item; None where the list is not by time."""
        try:
            at = datetime.fromisoformat(self.order)
        except ValueError:
            return None
        return (at, self.id) if at.tzinfo else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A parameter that narrows a list."""

    name: str
    said: str
    values: tuple[str, ...] = ()
    """All there are; none where any text may be asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request asks for."""

    name: str = ""
    """The id in the path; empty for a list."""
    limit: int = USUAL
    after: Place | None = None
    by: Mapping[str, str] = field(default_factory=dict)
    """Filters that are given."""

    @property
    def before(self) -> tuple[datetime, str] | None:
        """Where the page before ended, in a list by time."""
        return self.after.moment if self.after else None


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a request cannot be answered, in a sentence."""

    said: str


def asked(
    query: Mapping[str, str], *, name: str, filters: Collection[Filter], paged: bool
) -> Asked | Mistake:
    """Read a request; what is not known is a mistake, so that a mistyped filter is not all there is."""
    known = {one.name: one for one in filters} if paged else {}
    for parameter, value in query.items():
        if mistake := _mistake(parameter, value, known, paged=paged):
            return Mistake(mistake)
    cursor = query.get("cursor")
    return Asked(
        name=name,
        limit=int(query.get("limit", USUAL)),
        after=place(cursor) if cursor else None,
        by={key: value for key, value in query.items() if key in known},
    )


def _mistake(parameter: str, value: str, known: Mapping[str, Filter], *, paged: bool) -> str:
    if _UNSAYABLE.search(value):
        return f"{parameter} holds characters that nothing is called by"
    if paged and parameter == "limit":
        is_number = value.isascii() and value.isdigit() and len(value) <= len(str(MOST))
        return "" if is_number and 1 <= int(value) <= MOST else f"limit must be a number from 1 to {MOST}"
    if paged and parameter == "cursor":
        return (
            "" if place(value) else "cursor is none that `next` of this list gave; leave it out to begin anew"
        )
    if parameter not in known:
        may = ", ".join([*known, "limit", "cursor"]) if paged else "none"
        return f"there is no parameter {parameter} here; known: {may}"
    values = known[parameter].values
    return f"{parameter} must be one of: {', '.join(values)}" if values and value not in values else ""


def place(cursor: str) -> Place | None:
    """Read a cursor; None if it is none of ours."""
    try:
        read = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (NotBase64, ValueError, RecursionError):
        return None
    if not (isinstance(read, list) and len(read) == _PARTS and all(isinstance(one, str) for one in read)):
        return None
    return Place(order=read[0], id=read[1]) if "".join(read).isprintable() else None
