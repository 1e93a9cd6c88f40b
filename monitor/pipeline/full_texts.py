"""From entries whose page is wanted to the same entries with its text, matched once more.

claim pages (one a host) | fetch | extract | is it the article? | match | COMMIT new text -> wake assembly

An entry is committed, matched and told of on its feed's words before its page is asked for: what fails here
delays and loses nothing. The new text goes through assembly as a revision, which cannot alert twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final, Protocol

from monitor.core.errors import ParserUnusableError, StoreUnavailableError
from monitor.core.fulltext import again_after, refusal, text_of, with_article
from monitor.core.models import (
    Article,
    Entry,
    Feed,
    NewEntry,
    NoArticle,
    Page,
    PageAnswer,
    PageFailed,
    PageState,
)
from monitor.core.sharding import host_of
from monitor.pipeline.in_force import InForce
from monitor.pipeline.pace import Wakeup, pause
from monitor.pipeline.ports import Clock
from monitor.telemetry import fields

log = logging.getLogger(__name__)

_AT_ONCE: Final = 12
"""Hosts that are asked for pages at a time, each for one."""
_OF_A_FEED: Final = 4
"""Pages under way of one feed, from which no more of it are begun: its links may lead to hosts that hang."""
_LEASE: Final = timedelta(minutes=4)
"""A page takes the time of a fetch, of waiting for its host, and of the pages that are read before it."""
_LOOK: Final = 0.5
"""Seconds between two looks at the queue while any feed wants full texts."""
_REST: Final = 2.0
"""Seconds between two looks at the settings while none does."""
_ONCE: Final = 60.0
"""Seconds that a single round may take."""
_LATELY: Final = 32
"""Texts of a feed's pages that are remembered, to know one that stands on all of them."""


class PageStore(Protocol):
    """What is kept of pages."""

    async def claim_pages(
        self, now: datetime, *, lease: timedelta, limit: int, but: Collection[str], but_of: Collection[str]
    ) -> list[tuple[Page, Entry]]:
        """Take up to `limit` pages that are due, one a host, but of these hosts and of these feeds none."""

    async def settle_page(self, page: Page, new: NewEntry | None = None) -> bool:
        """Write down what came of a page, with its entry's new text; False if the claim was lost."""


class Reads(Protocol):
    """Fetches pages and reads them."""

    async def read(self, feed: Feed, page: Page) -> PageAnswer:
        """Ask for a page on behalf of a feed; failures are values."""


class FullTexts:
    """Fetches the pages that are wanted, many hosts at once, one page of each at a time."""

    def __init__(
        self, store: PageStore, reads: Reads, in_force: InForce, *, clock: Clock, on_entries: Wakeup
    ) -> None:
        self._store, self._reads, self._in_force = store, reads, in_force
        self._clock, self._on_entries = clock, on_entries
        self._under_way: dict[asyncio.Task[None], tuple[str, str]] = {}
        """The host that each is asking, and on behalf of which feed."""
        self._resting: dict[str, datetime] = {}
        """Hosts that asked to be left alone, and until when."""
        self._lately: defaultdict[str, deque[tuple[bytes, str]]] = defaultdict(lambda: deque(maxlen=_LATELY))
        self._judged: tuple[Mapping[str, Feed], bool] = ({}, False)

    async def run(self) -> None:
        """Fetch for ever; cancel it to stop. What was under way is asked for again after its lease."""
        try:
            while True:
                if not self._is_wanted():
                    await asyncio.sleep(_REST)
                    continue
                try:
                    await self._start_due()
                except StoreUnavailableError as error:
                    await pause(log, "pages.store_unavailable", error)
                await self._wait(_LOOK)
        finally:
            await self._stop()

    async def run_once(self) -> int:
        """Fetch what is due until nothing is, or for a minute; returns how many pages that were.

        Raises:
            StoreUnavailableError: the database cannot serve.
        """
        number = 0
        if not self._is_wanted():
            return number
        try:
            async with asyncio.timeout(_ONCE):
                while (started := await self._start_due()) or self._under_way:
                    number += started
                    await self._wait(None)
        except TimeoutError:
            log.warning("pages.left", extra=fields(said="what was not fetched is fetched by the next run"))
        finally:
            await self._stop()
        return number

    def _is_wanted(self) -> bool:
        """Whether any feed wants full texts; looked up once for each configuration."""
        feeds = self._in_force.feeds
        if self._judged[0] is not feeds:
            self._judged = feeds, any(feed.full_text for feed in feeds.values())
        return self._judged[1]

    async def _wait(self, seconds: float | None) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        elif seconds:
            await asyncio.sleep(seconds)

    async def _stop(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _start_due(self) -> int:
        """Claim as many pages as there are free places, and start them; returns how many."""
        free = _AT_ONCE - len(self._under_way)
        if free <= 0:
            return 0
        now = self._clock()
        self._resting = {host: until for host, until in self._resting.items() if until > now}
        left_alone = (*(host for host, _ in self._under_way.values()), *self._resting)
        of_feeds = Counter(feed for _, feed in self._under_way.values())
        enough = [feed for feed, number in of_feeds.items() if number >= _OF_A_FEED]
        claimed = await self._store.claim_pages(
            now, lease=_LEASE, limit=min(free, _OF_A_FEED), but=left_alone, but_of=enough
        )
        for page, entry in claimed:
            task = asyncio.create_task(self._settled(page, entry))
            self._under_way[task] = host_of(page.address), page.feed
            task.add_done_callback(lambda done: self._under_way.pop(done, None))
        return len(claimed)

    async def _settled(self, page: Page, entry: Entry) -> None:
        """Fetch one page and write down what came of it; an error of ours costs this page alone."""
        try:
            done, new = await self._come_of(page, entry)
        except Exception as error:
            log.exception("pages.bug", extra=fields(entry=page.entry, link=page.address))
            said = f"an error of news-monitor itself: {type(error).__name__}"
            done, new = replace(page, state=PageState.FAILED, done_at=self._clock(), said=said), None
        try:
            if await self._store.settle_page(done, new) and new is not None:
                self._on_entries.set()
        except StoreUnavailableError as error:  # claimed again when the lease is over
            log.warning("pages.unsettled", extra=fields(entry=page.entry, why=str(error)))

    async def _come_of(self, page: Page, entry: Entry) -> tuple[Page, NewEntry | None]:
        """Fetch, read and judge; returns the page as settled, with its entry's new text if there is one."""
        feed = self._in_force.feeds.get(page.feed)
        now = self._clock()
        if feed is None or not feed.full_text:
            said = "its feed no longer asks for full texts"
            return replace(page, state=PageState.LEFT, done_at=now, said=said), None
        try:
            answer = await self._reads.read(feed, page)
        except ParserUnusableError as error:
            answer = PageFailed(message=str(error), passing=True)
        now = self._clock()
        match answer:
            case PageFailed():
                if answer.wait:
                    self._resting[host_of(page.address)] = now + answer.wait
                again = again_after(page, now=now, wait=answer.wait) if answer.passing else None
                if again is not None:
                    return replace(page, due_at=again, said=answer.message), None
                return replace(page, state=PageState.FAILED, done_at=now, said=answer.message), None
            case NoArticle():
                return replace(page, state=PageState.NO_ARTICLE, done_at=now, said=answer.message), None
            case Article():
                return self._taken(page, entry, answer)

    def _taken(self, page: Page, entry: Entry, article: Article) -> tuple[Page, NewEntry | None]:
        now = self._clock()
        done = replace(page, done_at=now, url=article.url, said="")
        if why := refusal(entry, article) or self._repeated(entry, article):
            return replace(done, state=PageState.NO_ARTICLE, said=why), None
        full = with_article(entry, article, now=now)
        findings = self._in_force.match(full)
        read = replace(done, state=PageState.READ, revision=full.revision, characters=len(full.content))
        return read, NewEntry(entry=full, findings=findings)

    def _repeated(self, entry: Entry, article: Article) -> str:
        """Say so if the text stood on the page of another article: a notice in whatever words."""
        digest = blake2b(text_of(entry, article).encode("utf-8", "replace"), digest_size=16).digest()
        lately = self._lately[entry.feed]
        if any(known == digest and other != entry.id for known, other in lately):
            return "the page shows the same text as that of another article"
        lately.append((digest, entry.id))
        return ""
