"""What pydantic found wrong, in words for the person who wrote the file. No sentence repeats a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pydantic_core import ErrorDetails

from monitor.config.schema import Path, annotation_at, keys_of, model_of, owner, under
from monitor.core.document import listed, suggestion

_LIST = "{key} must be a list, e.g. [first, second], or one item a line after a dash"
_TEXT = "{key} must be text; put it in quotes"
_NUMBER = "{key} must be a whole number"
_MAPPING = "{key} must hold keys of its own, indented below it"
_BY_TYPE = {
    "string_type": _TEXT,
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "int_from_float": _NUMBER,
    "bool_type": "{key} must be true or false",
    "bool_parsing": "{key} must be true or false",
    "tuple_type": _LIST,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "greater_than_equal": "{key} must be at least {ge}",
    "less_than_equal": "{key} must be at most {le}",
    "too_short": "{key} needs at least one item",
    "literal_error": "{key} must be one of {choices}",
    "union_tag_invalid": "`type` must be one of {choices}",
    "union_tag_not_found": "channel {key} needs a `type`: console, slack, email, webhook or apprise",
    "value_error": "{key}: {error}",
    "time_delta_parsing": "{key}: write a duration as 30s, 5m, 2h or 7d",
}


def place_of(detail: ErrorDetails) -> Path:
    """Return the path of an error in the document; pydantic also names the chosen kind of a channel."""
    where: Path = detail["loc"]
    if where[:1] == ("channels",) and len(where) > 2:  # noqa: PLR2004
        where = (*where[:2], *where[3:])
    return (*where, "type") if detail["type"] == "union_tag_invalid" else where


def sentence(detail: ErrorDetails, document: object) -> str:
    """Say what is wrong and what to write instead."""
    where = place_of(detail)
    special: dict[str, Callable[[Path, object], str]] = {
        "extra_forbidden": _unknown_key,
        "missing": _missing_key,
    }
    if detail["type"] in special:
        return special[detail["type"]](where, document)
    if detail["type"] == "string_pattern_mismatch":  # only `language` has a pattern
        return f"`{where[-1]}` must be a two-letter code such as en, ru or uk"
    context = detail.get("ctx", {})
    words = {
        **context,
        "key": spoken(where) if where else "the file",
        "choices": choices_of(context),
    }
    pattern = _BY_TYPE.get(detail["type"])
    return pattern.format(**words) if pattern else f"{words['key']} is not accepted: {detail['msg'].lower()}"


def choices_of(context: Mapping[str, object]) -> str:
    """List the accepted words without pydantic's quotes."""
    return (
        str(context.get("expected_tags", context.get("expected", ""))).replace("'", "").replace(" or ", ", ")
    )


def spoken(where: Path) -> str:
    """Name a place by its key, or as an item of the list that has one; items count from 1."""
    if isinstance(where[-1], str):
        return f"`{where[-1]}`"
    return f"item {where[-1] + 1} of `{where[-2]}`" if len(where) > 1 else f"item {where[-1] + 1}"


def _owner_of(where: Path, document: object) -> tuple[str, list[str]]:
    """Name what holds the key at `where`, and the keys it may hold."""
    value = document
    for step in where[:-1]:
        value = under(value, step)
    model = model_of(annotation_at(document, where[:-1]), value)
    return (owner(model), list(keys_of(model))) if model else ("this mapping", [])


def _unknown_key(where: Path, document: object) -> str:
    name, keys = _owner_of(where, document)
    return f"{name} has no key '{where[-1]}'{suggestion(str(where[-1]), keys, otherwise=_all(keys))}"


def _all(keys: Sequence[str]) -> str:
    return f"the keys are {listed(keys)}" if keys else ""


def _missing_key(where: Path, document: object) -> str:
    name, _ = _owner_of(where, document)
    return f"{name} needs the key `{where[-1]}`"
