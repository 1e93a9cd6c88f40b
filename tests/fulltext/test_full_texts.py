"""Entries of a feed with `full_text`: told at once on its words, judged once more on the page's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from monitor.core.models import (
    DeliveryKind,
    Entry,
    Feed,
    PageState,
    Placement,
    Reason,
    TextField,
    Verdict,
)
from monitor.feeds.articles import ACCEPT, Articles
from monitor.feeds.fetch import HttpFetcher
from monitor.pipeline.archive import texts_since
from monitor.pipeline.full_texts import FullTexts
from monitor.store import Store
from tests.feeds.conftest import zoo
from tests.feeds.zoo import Zoo, redirect, respond
from tests.fulltext.newspaper import Teaser, feed, page, prose
from tests.pipeline.rig import Rig, joined

__all__ = ["zoo"]

TELLING = "Divers found a crack in the third pillar of the bridge, said the river authority."
ORLA = Teaser(slug="orla", title="Night shift on the Orla", summary="What engineers saw by the river.")


@dataclass(slots=True)
class Press:
    """The stages with the one that fetches pages, and a newspaper."""

    rig: Rig
    full_texts: FullTexts

    @property
    def store(self) -> Store:
        """Where all is kept."""
        return self.rig.store.store

    def prints(self, slug: str, body: bytes, *, status: int = 200) -> None:
        """Serve a page."""
        self.rig.zoo.answers[f"/{slug}"] = respond(status, body, Content_Type="text/html; charset=utf-8")

    async def publishes(self, *teasers: Teaser, age: timedelta = timedelta(minutes=1)) -> None:
        """Serve the feed, which is due."""
        rig, url = self.rig, f"{self.rig.zoo.url}/rss"
        body = feed(rig.zoo.url, teasers, age=age)
        rig.zoo.answers["/rss"] = respond(200, body, Content_Type="application/rss+xml")
        courier = Feed(url=url, name="courier", outlet="courier.example", allow_private=True, full_text=True)
        if url not in rig.in_force.feeds:
            rig.feeds.append(courier)
            rig.in_force.feeds = {one.url: one for one in rig.feeds}
            await self.store.sync_feeds(rig.feeds, rig.clock())
        await self.store.make_due(url, rig.clock())

    async def through(self) -> None:
        """Poll, assemble and deliver; then fetch the pages, assemble and deliver what they brought."""
        await self.rig.through()
        await self.full_texts.run_once()
        await self.rig.assemble()
        await self.rig.deliver()

    async def entry(self, title: str) -> Entry:
        """Look up the entry of a title."""
        found = await self.store.list_entries(since=self.rig.clock() - timedelta(days=2))
        return next(one.entry for one in found if one.entry.title == title)

    def asked(self, slug: str) -> int:
        """Count the requests for a page."""
        return sum(request.path == f"/{slug}" for request in self.rig.zoo.requests)


@pytest.fixture
async def press(zoo: Zoo, tmp_path: Path) -> AsyncIterator[Press]:
    """Every stage, joined."""
    async with joined(tmp_path, zoo) as rig:
        polling = rig.in_force.settings.polling
        http = cast("HttpFetcher", rig.world.fetcher)
        async with HttpFetcher(polling, clock=rig.clock, beside=http, accept=ACCEPT) as beside:
            articles = Articles(beside, polling)
            store = cast("Store", rig.store)
            yield Press(rig, FullTexts(store, articles, rig.in_force, clock=rig.clock, on_entries=rig.woken))
            await articles.close()


async def test_a_rule_that_only_the_article_meets_alerts_once_it_is_read(press: Press) -> None:
    """The alert quotes the sentence of the body, and says nothing before the page has come."""
    press.prints("orla", page(ORLA.title, prose(TELLING)))
    await press.publishes(ORLA)
    await press.rig.through()
    assert press.rig.channel.got == []
    await press.through()
    (told,) = press.rig.channel.got
    assert TELLING in told.message.text.replace("[", "").replace("]", "")
    (alert,) = await press.store.list_alerts()
    assert {hit.field for hit in alert.record.hits} == {TextField.CONTENT}
    entry = await press.entry(ORLA.title)
    assert (entry.full_text, entry.page_texts, entry.revision, entry.changes) == (True, 1, 1, 0)


async def test_an_alert_on_the_feeds_words_does_not_wait_and_is_not_repeated(press: Press) -> None:
    """The full text is matched again, as a revision that adds nothing to tell."""
    teaser = Teaser(slug="orla", title="Bridge over the Orla closed", summary="A short word on the matter.")
    press.prints("orla", page(teaser.title, prose(TELLING, "Official sources denied 17 earlier reports.")))
    await press.publishes(teaser)
    await press.rig.through()
    assert [one.kind for one in press.rig.channel.got] == [DeliveryKind.POST]
    await press.through()
    assert len(press.rig.channel.got) == 1
    entry = await press.entry(teaser.title)
    assert entry.full_text
    decided = {one.reason: one for one in await press.store.decisions(entry=entry.id)}
    assert decided[Reason.NEW_STORY].verdict is Verdict.ALERT
    assert decided[Reason.REVISION].detail == "the full text, from its page, of an article already known"
    stored = await press.store.entry(entry.id)
    assert stored is not None
    assert stored.assignment is not None
    assert (stored.assignment.placement, stored.assignment.news) == (Placement.OPENS, ())


async def test_a_page_is_fetched_once_and_the_feeds_unchanged_words_are_no_revision(press: Press) -> None:
    """Further polls of the same document, byte by byte or written anew, leave the full text as it is."""
    press.prints("orla", page(ORLA.title, prose(TELLING)))
    await press.publishes(ORLA)
    await press.through()
    for age in (5, 9):
        await press.publishes(ORLA, age=timedelta(minutes=age))
        await press.through()
    assert press.asked("orla") == 1
    assert (await press.entry(ORLA.title)).revision == 1


async def test_words_that_the_feed_changes_are_a_change_and_ask_for_the_page_again(press: Press) -> None:
    """At most three times: an article that is edited for hours is not fetched for ever."""
    press.prints("orla", page(ORLA.title, prose(TELLING)))
    for number in range(5):
        words = f"What engineers saw by the river, take {number}."
        await press.publishes(Teaser(slug="orla", title=ORLA.title, summary=words))
        await press.through()
    entry = await press.entry(ORLA.title)
    assert press.asked("orla") == 3
    assert (entry.changes, entry.page_texts, entry.full_text) == (4, 3, False)
    page_row = (await press.store.pages_of([entry.id]))[entry.id]
    assert page_row.state is PageState.LEFT
    assert "often enough" in page_row.said


async def test_a_feeds_change_that_meets_a_page_on_its_way_is_kept(press: Press) -> None:
    """Whichever is committed first: the page of the former words is thrown away, the change is not."""
    press.prints("orla", page(ORLA.title, prose(TELLING)))
    await press.publishes(ORLA)
    await press.rig.through()
    claimed = await press.store.claim_pages(press.rig.clock(), lease=timedelta(minutes=2), limit=8, but=())
    await press.publishes(Teaser(slug="orla", title=ORLA.title, summary="Other words than before."))
    await press.rig.through()
    ((row, entry),) = claimed
    done, new = await press.full_texts._come_of(row, entry)
    assert new is not None
    assert not await press.store.settle_page(done, new)
    assert (await press.entry(ORLA.title)).summary == "Other words than before."
    press.rig.later(minutes=3)
    await press.through()
    after = await press.entry(ORLA.title)
    assert (after.summary, after.full_text, after.changes) == ("Other words than before.", True, 1)


@pytest.mark.parametrize(
    ("status", "body", "state", "why"),
    [
        (404, b"", PageState.FAILED, "status 404"),
        (
            200,
            page("Our cookies", ["Before you continue: accept all cookies."]),
            PageState.NO_ARTICLE,
            "consent",
        ),
        (200, page(ORLA.title, ["Subscribe to continue reading."]), PageState.NO_ARTICLE, "paywall"),
        (
            200,
            page("Cricket season opens", ["Runs and wickets. " * 30]),
            PageState.NO_ARTICLE,
            "something else",
        ),
        (200, page(ORLA.title, ["Short."]), PageState.NO_ARTICLE, "too little"),
    ],
)
async def test_a_page_that_is_no_article_leaves_the_feeds_words_and_a_reason(
    press: Press, status: int, body: bytes, state: PageState, why: str
) -> None:
    """The alert on the feed's words has gone out, and nothing is asked again."""
    teaser = Teaser(slug="orla", title=ORLA.title, summary="The bridge is closed, engineers say.")
    press.prints("orla", body, status=status)
    await press.publishes(teaser)
    await press.through()
    entry = await press.entry(teaser.title)
    row = (await press.store.pages_of([entry.id]))[entry.id]
    assert (row.state, entry.content, entry.full_text) == (state, "", False)
    assert why in row.said
    assert len(press.rig.channel.got) == 1
    press.rig.later(minutes=10)
    await press.through()
    assert press.asked("orla") == 1


async def test_a_failure_that_may_pass_is_tried_again_within_minutes(press: Press) -> None:
    """The page comes at the second attempt."""
    press.prints("orla", b"", status=503)
    await press.publishes(ORLA)
    await press.through()
    entry = await press.entry(ORLA.title)
    assert (await press.store.pages_of([entry.id]))[entry.id].state is PageState.WANTED
    press.prints("orla", page(ORLA.title, prose(TELLING)))
    press.rig.later(seconds=25)
    await press.through()
    assert (await press.entry(ORLA.title)).full_text
    assert press.asked("orla") == 2


async def test_a_page_that_never_comes_is_given_up(press: Press) -> None:
    """After a quarter of an hour what it could bring would be no news."""
    press.prints("orla", b"", status=500)
    await press.publishes(ORLA)
    for _ in range(8):
        await press.through()
        press.rig.later(minutes=4)
    entry = await press.entry(ORLA.title)
    assert (await press.store.pages_of([entry.id]))[entry.id].state is PageState.FAILED
    assert press.asked("orla") <= 4


async def test_articles_too_old_to_alert_are_not_asked_for(press: Press) -> None:
    """The backlog of a feed that is read for the first time is left alone, and says so."""
    press.prints("orla", page(ORLA.title, prose(TELLING)))
    await press.publishes(ORLA, age=timedelta(hours=5))
    await press.through()
    entry = await press.entry(ORLA.title)
    row = (await press.store.pages_of([entry.id]))[entry.id]
    assert (press.asked("orla"), row.state) == (0, PageState.LEFT)
    assert "older than 1h" in row.said


async def test_a_link_elsewhere_carries_no_login_and_reaches_no_private_address(press: Press) -> None:
    """The permission for a private address is the feed's own, not that of what it links to."""
    press.rig.in_force.settings = press.rig.in_force.settings.model_copy(
        update={"polling": press.rig.in_force.settings.polling.model_copy(update={"allow_networks": ()})}
    )
    other = press.rig.zoo.url.replace("127.0.0.1", "127.0.0.2")
    press.rig.zoo.answers["/orla"] = redirect(302, f"{other}/secret")
    await press.publishes(ORLA)
    await press.through()
    entry = await press.entry(ORLA.title)
    row = (await press.store.pages_of([entry.id]))[entry.id]
    assert row.state is PageState.FAILED
    assert "not on the public Internet" in row.said


async def test_the_page_names_the_address_that_counts(press: Press) -> None:
    """A link through a redirector is known under the article's own address; the link as published stays."""
    home = press.rig.zoo.url
    head = f'<link rel="canonical" href="{home}/2026/11/orla-crossing">'
    press.rig.zoo.answers["/orla"] = redirect(302, f"{home}/landing?utm_source=rss")
    press.prints("landing", page(ORLA.title, prose(TELLING), head=head))
    await press.publishes(ORLA)
    await press.through()
    entry = await press.entry(ORLA.title)
    assert entry.link == f"{home}/orla"
    assert (entry.url or "").endswith("/2026/11/orla-crossing")


async def test_one_notice_on_every_page_is_no_article(press: Press) -> None:
    """Whatever its words: the same text cannot be two articles."""
    notice = prose("Our pages rest while the archive moves to another building.") * 2
    teasers = [
        Teaser(slug="one", title="Engineers at the river"),
        Teaser(slug="two", title="Trucks at the barrier"),
    ]
    for teaser in teasers:
        press.prints(teaser.slug, page(teaser.title, notice))
    await press.publishes(*teasers)
    await press.through()
    entries = [await press.entry(teaser.title) for teaser in teasers]
    rows = await press.store.pages_of([entry.id for entry in entries])
    assert sorted(row.state for row in rows.values()) == [PageState.NO_ARTICLE, PageState.READ]


async def test_how_the_pages_of_a_feed_fare_is_counted(press: Press) -> None:
    """For `feeds why`."""
    press.prints("orla", page(ORLA.title, prose(TELLING)))
    await press.publishes(ORLA, Teaser(slug="gone", title="Elsewhere on the river"))
    await press.through()
    tally = await press.store.page_tally(f"{press.rig.zoo.url}/rss")
    assert (tally.read, tally.failed, tally.no_article, tally.waiting) == (1, 1, 0, 0)
    assert "404" in tally.last_said


async def test_plain_feeds_leave_no_rows_and_no_requests(press: Press) -> None:
    """Nothing of it costs a feed that does not ask for it."""
    await press.rig.serve("plain", ("a", "Collapsed bridge over the river Orla"))
    await press.through()
    entry = await press.entry("Collapsed bridge over the river Orla")
    assert await press.store.pages_of([entry.id]) == {}
    assert [request.path for request in press.rig.zoo.requests] == ["/plain"]


async def test_a_host_that_wants_to_be_left_alone_is(press: Press) -> None:
    """Retry-After holds for all pages of the host; beyond a quarter of an hour they are let be."""
    refused = respond(429, b"", Retry_After="120")
    press.rig.zoo.answers["/orla"] = press.rig.zoo.answers["/rosa"] = refused
    rosa = Teaser(slug="rosa", title="Morning shift on the Rosa", summary="A word.")
    await press.publishes(ORLA, rosa)
    await press.through()
    assert press.asked("orla") + press.asked("rosa") == 1
    press.rig.later(seconds=100)
    await press.through()
    assert press.asked("orla") + press.asked("rosa") == 1
    for slug in ("orla", "rosa"):
        press.prints(slug, page(ORLA.title, prose(TELLING)))
    press.rig.later(seconds=25)
    await press.through()
    assert (press.asked("orla"), press.asked("rosa")) in {(2, 1), (1, 2)}


async def test_a_look_back_meets_both_texts_in_their_order(press: Press) -> None:
    """What rules are tried on is what they would have seen: the feed's words, then the article."""
    press.prints("orla", page(ORLA.title, prose(TELLING)))
    await press.publishes(ORLA)
    await press.rig.through()
    press.rig.later(seconds=5)
    await press.through()
    seen = [text async for text in texts_since(press.store, press.rig.clock() - timedelta(hours=1))]
    assert [(one.revision, one.full_text, one.changes, bool(one.content)) for one in seen] == [
        (0, False, 0, False),
        (1, True, 0, True),
    ]
