"""What is known half-way through a feed: flags, open elements, and the feed as far as it is read.

Names of flags are those of feedparser's mixin, so that both can be read side by side.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple
from xml.parsers import expat

from monitor.core.urls import is_whole

Context = dict[str, Any]
"""Keys and values as in feedparser's dicts; the few that are read later (see monitor.feeds.syndication)."""

_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)(/*)")
_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")
_EMAIL = re.compile(
    r"([a-zA-Z0-9\_\-\.\+]+)@((\[[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.)|(([a-zA-Z0-9\-]+\.)+))"
    r"([a-zA-Z]{2,4}|[0-9]{1,3})(\]?)(\?subject=\S+)?"
)
_C1 = re.compile("[\x80-\x9f]")
_CP1252: Final = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}
_XHTML = "application/xhtml+xml"
_TYPES = {"text": "text/plain", "plain": "text/plain", "html": "text/html", "xhtml": _XHTML}
_LONGEST_AUTHOR = 500
_MOST_TAGS = 64
"""More than are ever kept."""


class UnsureError(Exception):
    """Here feedparser does what is not known to the letter: let it read the document."""


@dataclass(frozen=True, slots=True)
class Found:
    """A feed's own values and those of its entries, as feedparser's dicts have them."""

    head: Context
    entries: list[Context]
    version: str


class Frame(NamedTuple):
    """An element that waits for its end, and its text so far; None for text that nobody reads."""

    name: str
    expects_text: bool
    pieces: list[str] | None


@dataclass(slots=True)
class State:
    """The machine, and what its elements do to it."""

    parser: expat.XMLParserType
    """Told to whom the text that follows goes."""
    dated: Callable[[str | None], datetime | None]
    """Reads dates."""
    version: str = ""
    feed: Context = field(default_factory=dict)
    entries: list[Context] = field(default_factory=list)
    source: Context = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)
    depths: dict[str, int] = field(default_factory=dict)
    """At which depth each value of the latest entry stood."""
    depth: int = 0
    lang: str | None = None
    content_type: str = ""
    content_lang: str | None = None
    infeed: bool = False
    inentry: bool = False
    incontent: bool = False
    intextinput: bool = False
    based: bool = False
    """Whether addresses are joined to a base."""
    inimage: bool = False
    inauthor: bool = False
    incontributor: bool = False
    inpublisher: bool = False
    insource: bool = False
    guidislink: bool = False
    has_content: bool = False
    title_depth: int = -1
    summary_key: str | None = None

    @property
    def inline(self) -> bool:
        """Whether elements are part of a text, as XHTML in Atom is."""
        return self.incontent and self.content_type == _XHTML

    def context(self) -> Context:
        """Return what values belong to now."""
        if self.insource:
            return self.source
        if self.inimage and "image" in self.feed:
            image: Context = self.feed["image"]
            return image
        if self.intextinput:
            box: Context = self.feed["textinput"]
            return box
        return self.entries[-1] if self.inentry else self.feed

    def push(self, name: str, *, expects_text: bool = True) -> None:
        """Open an element whose text is wanted."""
        pieces: list[str] = []
        self.frames.append(Frame(name, expects_text, pieces))
        self.parser.CharacterDataHandler = pieces.append

    def ignore(self, name: str) -> None:
        """Open an element whose text nobody reads."""
        self.frames.append(Frame(name, False, None))
        self.parser.CharacterDataHandler = None

    def push_content(self, name: str, attributes: Context, kind: str, *, expects_text: bool = True) -> None:
        """Open an element that holds a text of some media type.

        Raises:
            UnsureError: the text is in base64, or XML of another kind than XHTML.
        """
        given = str(attributes.get("type", kind)).lower()
        self.content_type = _TYPES.get(given, given)
        known = self.content_type == _XHTML or self.content_type.startswith("text/")
        if not known or attributes.get("mode") == "base64":
            raise UnsureError
        self.incontent = True
        self.content_lang = self.lang.replace("_", "-") if self.lang else self.lang
        self.push(name, expects_text=expects_text)
        if self.content_type == _XHTML:
            self._listen_inline()

    def _listen_inline(self) -> None:
        append = self.frames[-1].pieces
        assert append is not None  # noqa: S101
        self.parser.CharacterDataHandler = lambda text: append.append(escaped(text))

    def address(self, uri: str) -> str:
        """Return an address as feedparser joins it to the base.

        Raises:
            UnsureError: it is one that the base would change.
        """
        whole = absolute(uri)
        if self.based and not is_whole(whole):
            raise UnsureError
        return whole

    def inline_tag(self, text: str) -> None:
        """Take a tag as part of the text it stands in."""
        pieces = self.frames[-1].pieces if self.frames else None
        if pieces is None:
            raise UnsureError
        pieces.append(text)

    def pop(self, name: str) -> str | None:
        """Close an element and keep its text; None if another one is open."""
        frames = self.frames
        if not frames or frames[-1].name != name:
            return None
        frame = frames.pop()
        pieces = frames[-1].pieces if frames else None
        self.parser.CharacterDataHandler = None if pieces is None else pieces.append
        if frame.pieces is None:
            return ""
        if self.version == "atom10" and self.inline:
            value = "".join(_without_div(frame.pieces)).strip()
        else:
            value = "".join(frame.pieces).strip()
        if not frame.expects_text:
            return value
        if value and (name == "link" or (name == "id" and self.guidislink)):
            value = self.address(value)
        if not value.isascii():
            value = _repaired(value)
        self._keep(name, value)
        return value

    def pop_content(self, name: str) -> str | None:
        """Close an element opened by push_content."""
        value = self.pop(name)
        self.incontent = False
        self.content_type = ""
        return value

    def _keep(self, name: str, value: str) -> None:
        if name in {"category", "itunes_keywords"}:
            return
        if name == "title" and -1 < self.title_depth <= self.depth:
            return
        if self.inentry and not self.insource:
            self._keep_of_entry(name, value)
        elif self.infeed or self.insource:
            if name == "link":
                if self.inimage and self.inentry:
                    raise UnsureError
                value = _REFERENCE.sub(r"&\g<1>", value)
            self.context()["subtitle" if name == "description" else name] = value

    def _keep_of_entry(self, name: str, value: str) -> None:
        entry = self.entries[-1]
        if name == "content":
            entry.setdefault("content", []).append({"value": value})
        elif name == "link":
            if not self.inimage:
                entry["link"] = _REFERENCE.sub(r"&\g<1>", value.replace("&amp;", "&"))
        else:
            key = "summary" if name == "description" else name
            if self.depth <= self.depths.get(key, self.depth):
                self.depths[key] = self.depth
                entry[key] = value
            if self.incontent:
                entry[key + "_detail"] = {"language": self.content_lang}

    def save_author(self, key: str, value: str | None) -> None:
        """Take a person's name or address."""
        context = self.context()
        self.sync_author()
        context.setdefault("authors", [{}])[-1][key] = value

    def sync_author(self) -> None:
        """Make one line of what is known of the last author."""
        context = self.context()
        detail: Context = context.get("authors", [{}])[-1]
        if detail:
            name, email = detail.get("name"), detail.get("email")
            if name or email:
                context["author"] = f"{name} ({email})" if name and email else name or email
            return
        author = context.get("author")
        if author:
            _told_apart(author, detail)

    def add_tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        """Take a category, once."""
        tags: list[Context] = self.context().setdefault("tags", [])
        if (term or scheme or label) and len(tags) < _MOST_TAGS:
            tag = {"term": term, "scheme": scheme, "label": label}
            if tag not in tags:
                tags.append(tag)


def absolute(uri: str) -> str:
    """Return an address as feedparser joins it to an empty base: with too many slashes mended."""
    return _SLASHES.sub(r"\1", uri) if ":///" in uri else uri


def escaped(text: str) -> str:
    """Write a text so that it stands for itself in XML."""
    return text.replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;")


def _repaired(value: str) -> str:
    """Mend UTF-8 that was taken for Latin-1 and encoded again, and characters of windows-1252."""
    with suppress(UnicodeError):
        value = value.encode("iso-8859-1").decode("utf-8")
    return value.translate(_CP1252) if _C1.search(value) else value


def _without_div(pieces: list[str]) -> list[str]:
    """Take away the one <div> around XHTML in Atom."""
    first, last = 0, len(pieces)
    while last - first > 1 and not pieces[last - 1].strip():
        last -= 1
    while last - first > 1 and not pieces[first].strip():
        first += 1
    inner = pieces[first:last]
    if not inner or not (inner[0] == "<div>" or inner[0].startswith("<div ")) or inner[-1] != "</div>":
        return inner
    depth = 0
    for piece in inner[:-1]:
        if piece.startswith("</"):
            depth -= 1
            if depth == 0:
                return inner
        elif piece.startswith("<") and not piece.endswith("/>"):
            depth += 1
    return inner[1:-1]


def _told_apart(author: str, detail: Context) -> None:
    """Find name and address in an author's line."""
    if len(author) > _LONGEST_AUTHOR:
        raise UnsureError
    found = _EMAIL.search(author) if "@" in author else None
    if found:
        for part in (found[0], "()", "<>", "&lt;&gt;"):
            author = author.replace(part, "")
        author = author.strip().removeprefix("(").removesuffix(")").strip()
        detail["email"] = found[0]
    if author:
        detail["name"] = author
