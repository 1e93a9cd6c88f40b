"""expat's events given names as feedparser does, and handed to the elements they name."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import NoReturn
from xml.parsers import expat

from feedparser.mixin import _FeedParserMixin

from monitor.feeds.lean.dates import parsed
from monitor.feeds.lean.elements import Attributes
from monitor.feeds.lean.state import Found, State, UnsureError, escaped
from monitor.feeds.lean.table import Element, element

_SPACES = {uri.lower(): prefix for uri, prefix in _FeedParserMixin.namespaces.items()}
_USERLAND = "http://backend.userland.com/rss"
_XLINK = "http://www.w3.org/1999/xlink"
_VERSIONS = {"http://purl.org/rss/1.0/": "rss10", "http://www.w3.org/2005/atom": "atom10"}
_RSS_090 = "http://my.netscape.com/rdf/simple/0.9/"
_MOST_DECLARATIONS = 500
_BASES = frozenset({"xml:base", "base"})
_PLAIN_BASE = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?")
_HARMLESS = frozenset({"url", "type", "rel", "href", "ispermalink", "medium", "height", "width", "length"})


def read(xml: bytes, *, dated: Callable[[str | None], datetime | None] = parsed) -> Found | None:
    """Read clean XML; None where feedparser must: it is not well-formed, or has what we are not sure of.

    Args:
        xml: the document.
        dated: reads dates; may raise UnsureError.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    state = State(parser, dated)
    driver = _Driver(state)
    parser.namespace_prefixes = True
    parser.buffer_text = True
    parser.StartElementHandler = driver.start
    parser.EndElementHandler = driver.end
    parser.StartNamespaceDeclHandler = driver.declare
    parser.StartDoctypeDeclHandler = _doctype
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, UnsureError):
        return None
    finally:  # no circle is left for the garbage collector
        parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None
        parser.StartNamespaceDeclHandler = None
    return Found(state.feed, state.entries, state.version)


def _doctype(*_: object) -> NoReturn:
    raise UnsureError


class _Driver:
    """Names of elements and attributes, and what holds for all of them: depth and language."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._in_use: dict[str, str] = {}
        self._prefixes: dict[str | None, str] = {}
        self._elements: dict[str, Element] = {}
        """What an element of expat's name is, under the prefixes known at the time."""
        self._harmless: set[str] = set(_HARMLESS)
        """Attributes that say nothing about language, base or prefixes."""
        self._declarations = 0
        self._langs: list[tuple[int, str | None]] = []

    def declare(self, prefix: str | None, uri: str | None) -> None:
        """Take a prefix into use, for the rest of the document as feedparser does."""
        if not uri:
            return
        self._declarations += 1
        lower = uri.lower()
        if self._declarations > _MOST_DECLARATIONS or (prefix and uri == _XLINK):
            raise UnsureError
        self._elements.clear()
        if not self._state.version:
            self._state.version = (
                "rss090" if prefix is None and lower == _RSS_090 else _VERSIONS.get(lower, "")
            )
        if "backend.userland.com/rss" in lower:
            uri = lower = _USERLAND
        known = _SPACES.get(lower)
        if known is None:
            self._in_use[prefix or ""] = uri
            return
        if prefix == "rdf" != known:
            raise UnsureError
        self._prefixes[prefix or None] = known
        self._in_use[known] = uri

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        state = self._state
        state.depth += 1
        if attributes and not self._harmless.issuperset(attributes):
            self._look_at(attributes)
        found = self._elements.get(name) or self._named(name)
        if state.incontent:
            self._inline(found, attributes)
            return
        if found.ends_image:
            state.inimage = False
        if found.ends_textinput:
            state.intextinput = False
        if found.start is not None:
            found.start(state, self._attributes(attributes) if attributes else {})
        elif not attributes:
            state.ignore(found.name)

    def end(self, name: str) -> None:
        """End an element."""
        state = self._state
        found = self._elements.get(name) or self._named(name)
        if found.end is not None:
            found.end(state)
        else:
            state.pop(found.name)
        if state.incontent and state.inline:
            state.inline_tag(f"</{found.local}>")
        if self._langs and self._langs[-1][0] == state.depth:
            state.lang = self._langs.pop()[1]
        state.depth -= 1

    def _inline(self, found: Element, attributes: dict[str, str]) -> None:
        """Take an element for a part of the text it stands in."""
        if not self._state.inline or found.start is not None:
            raise UnsureError
        inner = "".join(
            f' {key}="{escaped(value).replace(chr(34), "&quot;")}"'
            for key, value in (self._attributes(attributes) if attributes else {}).items()
        )
        self._state.inline_tag(f"<{found.local}{inner}>")

    def _look_at(self, attributes: dict[str, str]) -> None:
        """Take the language that attributes tell, and note whether they set a base for addresses.

        Raises:
            UnsureError: they pass for a prefix, or the base is none.
        """
        state = self._state
        found = self._attributes(attributes)
        if any(key.startswith("xmlns") for key in found):
            raise UnsureError
        for base in _BASES & found.keys():
            if not _PLAIN_BASE.fullmatch(found[base]):
                raise UnsureError
            state.based = True
        lang = found.get("xml:lang", found.get("lang"))
        if lang is None:
            plain = (key for key in attributes if "lang" not in key.lower() and "base" not in key.lower())
            self._harmless.update(plain)
            return
        self._langs.append((state.depth, state.lang))
        state.lang = lang or None

    def _attributes(self, given: dict[str, str]) -> Attributes:
        """Name attributes as feedparser does: by usual prefix and by the one they have; both count."""
        if not any(" " in key for key in given):
            return {key.lower(): _value(key, value) for key, value in given.items()}
        named: dict[str, str] = {}
        literal: dict[str, str] = {}
        for key, value in given.items():
            space, local, *prefix = [None, key] if " " not in key else key.split(" ")
            known = _SPACES.get((space or "").lower(), "")
            named[(f"{known}:{local}" if known else str(local)).lower()] = value
            literal[(f"{prefix[0]}:{local}" if prefix else str(local)).lower()] = value
        return {key: _value(key, value) for key, value in {**named, **literal}.items()}

    def _named(self, name: str) -> Element:
        """Find what an element is: by the usual prefix of its namespace, or the one the document uses."""
        space, local = _parted(name)
        lower = (space or "").lower()
        if "backend.userland.com/rss" in lower:
            lower = space = _USERLAND
        prefix = _SPACES.get(lower)
        if not prefix and space:
            prefix = next((key for key, uri in self._in_use.items() if key and uri == space), None)
        prefix = (prefix or "").lower()
        mapped = self._prefixes.get(prefix, prefix)
        if prefix and not mapped:
            raise UnsureError
        key = f"{mapped}_{local.lower()}" if mapped else local.lower()
        found = self._elements[name] = element(key, local=local.lower())
        return found


def _parted(name: str) -> tuple[str | None, str]:
    """Part a name of expat's into namespace and local name; its prefix is not looked at."""
    parts = name.split(" ")
    return (None, name) if len(parts) == 1 else (parts[0], parts[1])


def _value(key: str, value: str) -> str:
    return value.lower() if key.lower() in {"rel", "type"} else value
