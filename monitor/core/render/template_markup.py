"""What escaping alone cannot make safe in a template of HTML: looked for in its text before it is used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_JINJA: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_TAG: Final = re.compile(r"<(/?[a-zA-Z][\w:-]*)((?:\"[^\"]*\"|'[^']*'|[^<>\"'])*)>?")
_ATTRIBUTE: Final = re.compile(r"([^\s=\"'/>]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]*)")
_FILLED: Final = "\ue000"
_OTHER: Final = "\ue001"
_LINK: Final = re.compile(r"\{\{-?\s*(?:\w+\.)?link\s*-?\}\}")
_REFUSED: Final = frozenset(
    {"script", "style", "iframe", "object", "embed", "form", "meta", "base", "link", "svg", "math", "img"}
)
_ADDRESSES: Final = frozenset({"href", "src", "action", "formaction", "cite", "poster", "background"})


def wrong_markup(source: str) -> Iterator[tuple[int, str]]:
    """Give what is wrong with the HTML around the places that are filled in, each with its line."""
    text = _JINJA.sub(_blank, source)
    for tag in _TAG.finditer(text):
        line = text.count("\n", 0, tag.start()) + 1
        name, inside, begins = tag[1].lower().lstrip("/"), tag[2], tag.start(2)
        if name in _REFUSED:
            yield line, f"<{name}> has no place in a message: mail programs refuse it, and it could do harm"
            continue
        rest = list(inside)
        for attribute in _ATTRIBUTE.finditer(inside):
            rest[attribute.start() : attribute.end()] = " " * (attribute.end() - attribute.start())
            value = source[begins + attribute.start(2) : begins + attribute.end(2)]
            if message := _wrong(attribute[1].lower(), attribute[2], value):
                yield line, message
        if _FILLED in rest:
            yield line, "inside a tag only the value of an attribute can be filled in"


def _wrong(name: str, value: str, written: str) -> str:
    """Say what is wrong with an attribute that is filled in."""
    if _FILLED not in value:
        return ""
    if value[:1] not in {'"', "'"}:
        return f"put quotes around the value of {name}: without them it can end where a title has a blank"
    if name.startswith("on") or name in {"style", "srcdoc"}:
        return f"{name} cannot be filled in: what feeds say would be obeyed there"
    if name in _ADDRESSES and not _LINK.fullmatch(written[1:-1]):
        return (
            f"{name} can only be filled in with link, or with the link of a source: those are safe addresses"
        )
    return ""


def _blank(found: re.Match[str]) -> str:
    """Stand for a place that is filled in, or for a statement, with as many lines and characters."""
    sign = _FILLED if found[0].startswith("{{") else _OTHER
    return "".join("\n" if letter == "\n" else sign for letter in found[0])
