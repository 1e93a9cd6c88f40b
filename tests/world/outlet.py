"""An outlet of the world: what it has published, and the server that tells it, well or badly."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import blake2b

from tests.acceptance.kill_rig import SYLLABLES, marked
from tests.feeds.zoo import Request, Zoo, raw, send
from tests.world.happenings import Kind, Ways

_FIRST_WORD = {Kind.ALERTED: "Bridge", Kind.HELD: "Dam", Kind.OTHER: "Market"}
_WALL = b"<!doctype html><html><title>Just a moment...</title><body>Are you human?</body></html>"


@dataclass(frozen=True, slots=True)
class Article:
    """Something published."""

    mark: str
    """The word that only this article, and its copies, have."""
    title: str
    text: str
    link: str
    published: datetime
    copied: bool = False

    @property
    def wanted(self) -> bool:
        """Whether a rule wants it."""
        return not self.title.startswith("Market")


@dataclass(slots=True)
class Outlet:
    """One feed and what is behind it."""

    name: str
    zoo: Zoo
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    """Of its server."""
    ways: Ways = Ways.WELL
    articles: list[Article] = field(default_factory=list)
    answers: int = 0

    def __post_init__(self) -> None:
        """Begin to serve."""
        self.zoo.answers[f"/{self.name}"] = self._answer

    @property
    def url(self) -> str:
        """Where its feed is."""
        return f"{self.zoo.url}/{self.name}"

    def write(self, kind: Kind, *, number: int, at: datetime) -> None:
        """Publish something of one's own."""
        title = marked(number).replace("Bridge", _FIRST_WORD.get(kind, "Bridge"))
        dice = random.Random(number + 10_000)
        text = " ".join("".join(dice.choices(SYLLABLES, k=4)) for _ in range(30))
        link = f"https://{self.name}.example/{number}"
        self.articles.append(Article(title.split()[1], title, text, link, at))

    def copy(self, article: Article, at: datetime) -> None:
        """Publish the text of another."""
        link = f"https://{self.name}.example/copy-{article.link.rsplit('/', 1)[1]}-{len(self.articles)}"
        self.articles.append(replace(article, link=link, published=at, copied=True))

    def revise(self) -> None:
        """Add a sentence to the latest article."""
        latest = self.articles[-1]
        self.articles[-1] = replace(latest, text=f"{latest.text} Later more was said.")

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        self.answers += 1
        match self.ways:
            case Ways.ERROR:
                await send(writer, 500, b"")
            case Ways.DEAD:
                await raw()(request, writer)
            case Ways.WALL:
                await send(writer, 200, _WALL, Content_Type="text/html")
            case Ways.TORN:
                body = self._document()
                await send(writer, 200, body[: len(body) // 2], Content_Type="application/rss+xml")
            case Ways.FALSE_304 if "if-none-match" in request.headers:
                await send(writer, 304, b"", ETag=request.headers["if-none-match"])
            case _:
                await self._tell(request, writer)

    async def _tell(self, request: Request, writer: asyncio.StreamWriter) -> None:
        body = self._document()
        date = format_datetime(self.clock(), usegmt=True)
        etag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
        if request.headers.get("if-none-match") == etag:
            await send(writer, 304, b"", ETag=etag)
        else:
            await send(writer, 200, body, Date=date, ETag=etag, Content_Type="application/rss+xml")

    def _document(self) -> bytes:
        shown = [] if self.ways is Ways.EMPTY else self.articles[::-1]
        items = "".join(self._item(article) for article in shown)
        return (
            f'<?xml version="1.0"?><rss version="2.0"><channel><title>{self.name}</title>'
            f"<link>https://{self.name}.example/</link><description>News</description>{items}</channel></rss>"
        ).encode()

    def _item(self, article: Article) -> str:
        guid, date = article.link, article.published
        if self.ways is Ways.NEW_GUIDS:
            guid = f"{guid}?{self.answers}"
        if self.ways is Ways.NEW_DATES:
            date = max(one.published for one in self.articles) + timedelta(seconds=self.answers)
        return (
            f"<item><title>{article.title}</title><link>{article.link}</link><guid isPermaLink='false'>{guid}"
            f"</guid><pubDate>{format_datetime(date.astimezone(UTC))}</pubDate>"
            f"<description>{article.text}</description></item>"
        )
