"""A copy of a noun with some fields changed, at half the price of dataclasses.replace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

Noun = TypeVar("Noun")


def renewed(noun: Noun, **changes: Any) -> Noun:
    """Return a copy with these fields changed, as dataclasses.replace does; every field must be one of init.

    For what is copied at every poll: replace looks at each field's description each time, which costs as much
    again as the copy.

    Raises:
        TypeError: a name is that of no field.
    """
    kind: Any = type(noun)
    names, values = _plan(kind)
    kept = dict(zip(names, values(noun), strict=True))
    kept.update(changes)
    renewal: Noun = kind(**kept)
    return renewal


@cache
def _plan(kind: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """Return the names of the fields and how to read them all at once."""
    names = tuple(field.name for field in fields(kind))
    assert len(names) > 1  # noqa: S101 - of one name attrgetter makes no tuple
    return names, attrgetter(*names)
