"""Feeds: what is configured, what is remembered of them, what a poll brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.core.models.health import NOTHING_NOTED, UNJUDGED, FeedHealth, Noted
from monitor.core.models.rhythm import Rhythm


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed as configured. `url` is its identity for ever; `address` is where it is fetched from now."""

    url: str
    name: str
    outlet: str
    """Who publishes it: the unit in which corroboration is counted, e.g. `bbc.co.uk`."""
    tags: tuple[str, ...] = ()
    lang: str | None = None
    """Two-letter ISO 639-1 code if the configuration knows better than the feed."""
    interval: timedelta = timedelta(minutes=5)
    """The longest time between two polls that go well."""
    priority: float = 1.0
    """How much a delay of its entries counts beside that of others."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    proxy: str | None = field(default=None, repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    """User and password for HTTP basic authentication."""
    allow_private: bool = False
    """Whether this feed may be fetched from a private, loopback or link-local address."""
    full_text: bool = False
    """Whether the pages of its articles are fetched, so that rules see the whole text."""
    sample: bool = False
    """Whether it is one of the invented outlets that ship with the package; their alerts say so."""
    address: str | None = field(default=None, repr=False)
    """Where it is fetched if that is not its identity; may hold a token."""

    @property
    def fetch_url(self) -> str:
        """The address to request, which for most feeds is their identity."""
        return self.address or self.url


class FeedStatus(StrEnum):
    """What the last poll of a feed came to."""

    NEVER = "never polled"
    OK = "ok"
    FAILING = "failing"
    NOT_A_FEED = "not a feed"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is remembered of a feed between polls, as stored. `epoch` fences the claim that read it."""

    url: str
    epoch: int = 0
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    moved_to: str | None = None
    """Where permanent redirects lead, once seen often enough to be believed (see `moves`)."""
    moving_to: str | None = None
    moves: int = 0
    """How many polls in a row were permanently redirected to `moving_to`."""
    next_poll_at: datetime
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    first_read_at: datetime | None = None
    """When the feed was first read with success; None before. The first read never floods."""
    last_entry_at: datetime | None = None
    failures: int = 0
    """Failed polls in a row."""
    status: FeedStatus = FeedStatus.NEVER
    error: str | None = None
    """One sentence on what went wrong at the last poll, None if nothing did."""
    entries: int = 0
    """Entries ever stored from this feed."""
    rhythm: Rhythm | None = None
    """When it publishes, as far as is known."""
    noted: Noted = NOTHING_NOTED
    health: FeedHealth = UNJUDGED
    host: str = ""
    """Whom a poll asks in the end, as far as machines that share the hosts among them know; else empty."""
    shard: int = 0
    """Of the host: see core/sharding.py."""


class Failure(StrEnum):
    """Why a fetch brought no document: the reasons that are told apart in health and counts."""

    UNREACHABLE = "unreachable"
    DNS = "name not found"
    TIMEOUT = "timeout"
    TLS = "tls"
    HTTP = "http status"
    RATE_LIMITED = "rate limited"
    GONE = "gone"
    TOO_LARGE = "too large"
    BAD_ENCODING = "bad content encoding"
    REDIRECTS = "redirects"
    FORBIDDEN_ADDRESS = "forbidden address"
    MALFORMED = "malformed response"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A response with a document. `body` is decompressed and within the size limits."""

    url: str
    """Where the document finally came from, after redirects."""
    status: int
    body: bytes = field(repr=False)
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    """The target if the chain of redirects was permanent from its start, else None."""
    retry_after: timedelta | None = None
    fresh: timedelta = timedelta(0)
    """For how long a cache may keep the answer, and asking again brings the same: Cache-Control, Expires."""
    age: timedelta = timedelta(0)
    """For how long a cache has kept it, by its own word."""
    server_time: datetime | None = None
    """What time it was by the clock of the server; None if it does not say."""
    links: str = ""
    """What its Link headers say."""
    pushed: bool = False
    """Whether a hub brought it: it may hold the new entries alone."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A 304: the document is the one we know."""

    url: str
    moved_to: str | None = None
    fresh: timedelta = timedelta(0)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """Anything the network did instead of answering; a value, never an exception."""

    url: str
    failure: Failure
    message: str
    """One sentence without secrets: no query string, no user information."""
    wall: str = ""
    """Who makes the bot check that refused us, if one did."""
    status: int | None = None
    retry_after: timedelta | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HostBusy:
    """A host to which a redirect led had no turn for us for long: nothing was learned, nothing has failed."""

    url: str
    """What would have been asked; without query, fragment and user information."""
    seconds: float = 0.0


FetchResult = Fetched | NotModified | FetchFailed | HostBusy


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """One item as the parser read it: text may still hold markup, dates are the feed's word."""

    guid: str | None = None
    link: str | None = None
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    categories: tuple[str, ...] = ()
    lang: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    date_text: str | None = None
    """The date as written when it could not be read, for the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """What could be read of a document; `problem` says in one sentence what could not."""

    title: str = ""
    link: str | None = None
    lang: str | None = None
    version: str = ""
    """rss20, rss10, rss091, atom10, json1 and so on, as feedparser names them."""
    ttl: timedelta | None = None
    entries: tuple[RawEntry, ...] = ()
    problem: str | None = None
    cut_short: bool = False
    """Whether reading ended before the document did, or the document before its end: asked once more, the
    same document may bring entries that are missing here."""
    seen: tuple[bytes, ...] = ()
    """Hashes of the document's items where it could be split safely. Handed to the parser the next time as
    `known`, once the entries are stored, they spare it the items that have not changed."""


class Document(StrEnum):
    """What a response turned out to be instead of a feed."""

    EMPTY = "an empty body"
    HTML = "a web page"
    JSON = "JSON that is no JSON Feed"
    BINARY = "binary data"
    XML = "XML that is no feed"
    TEXT = "plain text"
    HOSTILE = "a document that cost more than a feed may"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAFeed:
    """The server answered, but not with a feed."""

    document: Document
    message: str
    wall: str = ""
    """Who makes the bot check that it is, if it is one."""
    advertised: str = ""
    """The feed that the page names, if it names one."""


ParseResult = ParsedFeed | NotAFeed
