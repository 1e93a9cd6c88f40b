"""Pages: the web page behind an entry's link, asked for where a feed wants the full text of its articles."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class PageState(StrEnum):
    """What became of the page of an entry."""

    WANTED = "wanted"
    """It is to be fetched, or is being fetched."""
    READ = "read"
    """Its text is the entry's content."""
    NO_ARTICLE = "no article"
    """It came, but holds no article that the feed does not give as fully; its text stands."""
    FAILED = "failed"
    """It did not come."""
    LEFT = "left"
    """It was not asked for: the article is too old to alert, or has been asked for often enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The page of one entry, as stored: what is to be asked for one text of its feed, and what came of it."""

    entry: str
    feed: str
    address: str
    """What is asked: the entry's link."""
    revision: int
    """Of the entry: the text of the feed that the page belongs to; once READ, that which is the page's."""
    state: PageState = PageState.WANTED
    wanted_at: datetime
    due_at: datetime
    """When to ask, or, while somebody asks, when others may."""
    attempts: int = 0
    times: int = 1
    """For how many texts of its feed the page was asked."""
    done_at: datetime | None = None
    url: str = ""
    """Where the page finally came from, if it came."""
    said: str = ""
    """Why there is no article, in a sentence without secrets."""
    characters: int = 0
    """Of the article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What was read on a page; whether it is the article of an entry is judged in core/fulltext.py."""

    url: str
    """Where the page came from, after redirects."""
    title: str = ""
    """Of the page: its first heading, `og:title` or title."""
    text: str = field(default="", repr=False)
    """The body in plain text, paragraphs in lines."""
    lang: str | None = None
    """As the page declares it."""
    canonical: str | None = None
    """What the page says is its one address, completed; http or https."""
    free: bool = True
    """Whether the page does not say that it is for subscribers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoArticle:
    """A page came on which no article was to be read."""

    message: str
    """One sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFailed:
    """No page came."""

    message: str
    """One sentence without secrets."""
    passing: bool = False
    """Whether it may come a little later."""
    wait: timedelta | None = None
    """How long the server wants its host to be left alone, if it says so."""


PageAnswer = Article | NoArticle | PageFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTally:
    """How the pages of a feed fared lately."""

    read: int = 0
    no_article: int = 0
    failed: int = 0
    waiting: int = 0
    last_read_at: datetime | None = None
    last_said: str = ""
    """Why the latest page that was no article was none."""
