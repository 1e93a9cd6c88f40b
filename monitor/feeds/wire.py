"""What the daemon and its parser processes say to each other over pipes.

JSON in length-prefixed frames, not pickles: a worker reads hostile documents, and whatever took it over could
speak in its place. Many small frames, so that no reply holds up the event loop.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from monitor.core.models import Document, NotAFeed, ParsedFeed, ParseResult, RawEntry
from monitor.feeds import tidy
from monitor.feeds.limits import Source
from monitor.feeds.split import DIGEST

READY = b"R"
REQUEST = struct.Struct("!III")
"""Lengths of a request's three parts: where the document is from, the hashes of known items, the document."""
FRAME = struct.Struct("!I")
MAX_FRAME = 2**20 * 4
_FRAME_CHARACTERS = 256 * 2**10
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class GarbledReplyError(Exception):
    """A worker said something that a healthy one never says."""


def request(body: bytes, source: Source) -> bytes:
    """Write a request without its last part, the document, which follows it on the pipe."""
    head = _encode([source.url, source.content_type, source.max_entries]).encode("utf-8", "replace")
    known = b"".join(source.known)
    return REQUEST.pack(len(head), len(known), len(body)) + head + known


def read_request(head: bytes, known: bytes) -> Source:
    """Read the first two parts of a request."""
    url, content_type, max_entries = json.loads(head)
    marks = frozenset(_cut(known))
    return Source(url=url, content_type=content_type, max_entries=max_entries, known=marks)


def _cut(marks: bytes) -> Iterator[bytes]:
    if len(marks) % DIGEST:
        raise ValueError
    return (marks[at : at + DIGEST] for at in range(0, len(marks), DIGEST))


def replies(portions: Iterable[ParseResult]) -> Iterator[bytes]:
    """Write a result that comes in portions as frames, those of a portion together: head, entries, end."""
    begun = False
    for portion in portions:
        if isinstance(portion, NotAFeed):
            yield frame(["not", portion.document.value, portion.message, portion.wall, portion.advertised])
            return
        head = b"" if begun else _head(portion)
        begun = True
        yield head + b"".join(_entry_frames(portion.entries))
    yield frame(["end"])


def _head(feed: ParsedFeed) -> bytes:
    ttl = feed.ttl.total_seconds() if feed.ttl else None
    seen = b"".join(feed.seen).hex()
    trouble = [feed.problem, feed.cut_short]
    return frame(["feed", feed.title, feed.link, feed.lang, feed.version, ttl, trouble, seen])


def _entry_frames(entries: tuple[RawEntry, ...]) -> Iterator[bytes]:
    """Write entries in frames of moderate size."""
    portion: list[list[object]] = []
    size = 0
    for entry in entries:
        portion.append(_row(entry))
        size += 512 + len(entry.title) + len(entry.summary) + len(entry.content)
        if size > _FRAME_CHARACTERS:
            yield frame(["entries", portion])
            portion, size = [], 0
    if portion:
        yield frame(["entries", portion])


def frame(message: list[object]) -> bytes:
    """Write one message as a frame."""
    payload = _encode(message).encode("utf-8", "replace")
    return FRAME.pack(len(payload)) + payload


def _row(entry: RawEntry) -> list[object]:
    return [
        entry.guid,
        entry.link,
        entry.title,
        entry.summary,
        entry.content,
        entry.author,
        list(entry.categories),
        entry.lang,
        tidy.to_seconds(entry.published),
        tidy.to_seconds(entry.updated),
        entry.date_text,
    ]


class Answer(Protocol):
    """What a worker says, frame by frame."""

    complete: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing has arrived."""

    def add(self, payload: bytes) -> None:
        """Take one frame.

        Raises:
            GarbledReplyError: no healthy worker writes this.
        """


class Reply:
    """A result that arrives frame by frame."""

    def __init__(self) -> None:
        self._feed: ParsedFeed | None = None
        self._not: NotAFeed | None = None
        self._entries: list[RawEntry] = []
        self.complete = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing has arrived."""
        return self._feed is None and self._not is None and not self._entries

    def add(self, payload: bytes) -> None:
        """Take one frame.

        Raises:
            GarbledReplyError: no healthy worker writes this.
        """
        try:
            self._add(json.loads(payload))
        except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as error:
            raise GarbledReplyError from error

    def _add(self, message: list[object]) -> None:
        match message:
            case ["not", str(document), str(words), str(wall), str(offer)]:
                self._not = NotAFeed(document=Document(document), message=words, wall=wall, advertised=offer)
                self.complete = True
            case ["feed", str(title), link, lang, str(version), ttl, [problem, bool(cut_short)], str(seen)]:
                self._feed = ParsedFeed(
                    title=title,
                    link=_text(link),
                    lang=_text(lang),
                    version=version,
                    ttl=timedelta(seconds=ttl) if isinstance(ttl, (int, float)) else None,
                    problem=_text(problem),
                    cut_short=cut_short,
                    seen=tuple(_cut(bytes.fromhex(seen))),
                )
            case ["entries", list(rows)]:
                self._entries.extend(_entry(row) for row in rows)
            case ["end"]:
                self.complete = True
            case _:
                raise GarbledReplyError

    def result(self, *, problem: str | None = None) -> ParseResult | None:
        """Return what has arrived so far; None if not even the head of a feed did."""
        if self._not is not None or self._feed is None:
            return self._not
        return replace(
            self._feed,
            entries=tuple(self._entries),
            problem=problem or self._feed.problem,
            cut_short=self._feed.cut_short or not self.complete,
            # Of an incomplete reply nobody knows which items it covers: all are to be read again.
            seen=self._feed.seen if self.complete else (),
        )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _entry(row: list[object]) -> RawEntry:
    guid, link, title, summary, content, author, categories, lang, published, updated, date_text = row
    if not isinstance(categories, list):
        raise TypeError
    return RawEntry(
        guid=_text(guid),
        link=_text(link),
        title=_text(title) or "",
        summary=_text(summary) or "",
        content=_text(content) or "",
        author=_text(author) or "",
        categories=tuple(str(category) for category in categories),
        lang=_text(lang),
        published=tidy.from_seconds(published if isinstance(published, int) else None),
        updated=tidy.from_seconds(updated if isinstance(updated, int) else None),
        date_text=_text(date_text),
    )
