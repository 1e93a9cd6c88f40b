"""Hubs: found, asked, verified, heard, renewed; what they bring goes a poll's way, and polls never end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from monitor.core.feed_account import Case, facts_of
from monitor.core.matcher import Matcher
from monitor.core.models import Feed, FeedState, Fetched, Health, SubscriptionState, Why
from monitor.core.rules.tree import RuleSet
from monitor.core.settings import PollingSettings, Settings, WebSettings
from monitor.core.settings.web import WebSubSettings, WebUser
from monitor.feeds.fetch import HttpFetcher
from monitor.feeds.hubs import HubClient
from monitor.feeds.parse import ParserPool
from monitor.pipeline.hearing import Brought, HearingFetcher, Hubs
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.pace import Wakeup
from monitor.pipeline.poll import Poller, World
from monitor.pipeline.subscribing import Subscriber
from monitor.store import Store, open_store
from monitor.web.access import Access
from monitor.web.server import application
from monitor.web.websub import Callback
from tests.acceptance.daemon import document
from tests.feeds.hub import Hub, open_hub
from tests.feeds.polling import NOW, settings
from tests.feeds.zoo import Request, Zoo, open_zoo, respond, send

INTERVAL, RARELY = timedelta(minutes=5), timedelta(hours=1)
MOST = 100_000
"""Bytes of a document."""


@dataclass(slots=True)
class Newsroom:
    """A daemon's poller with one feed, and the hub that the feed names."""

    zoo: Zoo
    hub: Hub
    store: Store
    hubs: Hubs
    subscriber: Subscriber
    poller: Poller
    feed: Feed
    callback: str
    times: list[datetime]
    items: list[tuple[str, str]] = field(default_factory=list)

    def later(self, **by: float) -> None:
        """Let time pass."""
        self.times[0] += timedelta(**by)

    def document(self, *items: tuple[str, str]) -> bytes:
        """Write the feed with these items, or with all."""
        return document(
            items or self.items, host="valley.example", age=datetime.now(NOW.tzinfo) - self.times[0]
        )

    def publish(self, *items: tuple[str, str]) -> bytes:
        """Publish items, the newest first; returns the whole document."""
        self.items[:0] = items
        body = self.document()
        tag = f'"{len(self.items)}"'
        link = f'<{self.hub.url}>; rel="hub", <{self.feed.url}>; rel=self'

        async def answer(request: Request, writer: object) -> None:
            if request.headers.get("if-none-match") == tag:
                await send(writer, 304, ETag=tag)  # type: ignore[arg-type]
            else:
                await send(writer, 200, body, ETag=tag, Link=link)  # type: ignore[arg-type]

        self.zoo.answers["/feed"] = answer
        return body

    async def poll(self) -> FeedState:
        """Poll what is due; returns what is remembered then."""
        await self.poller.run_once()
        return await self.state()

    async def state(self) -> FeedState:
        """Look at what is remembered."""
        (found,) = await self.store.feed_states()
        return found

    async def subscribe(self) -> FeedState:
        """Poll for the first time, subscribe and be verified; the second poll is through as well."""
        self.publish(("a", "Bridge reopens"))
        await self.poll()
        await self.subscriber.turn(self.callback)
        await self.hub.settled()
        self.later(minutes=5)
        return await self.poll()


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Newsroom]:
    """Open everything."""
    async with AsyncExitStack() as stack:
        zoo, hub = await stack.enter_async_context(open_zoo()), await stack.enter_async_context(open_hub())
        patient = timedelta(seconds=20)
        polling = settings(
            connect_timeout=patient, read_timeout=patient, total_timeout=patient, schedule="fixed"
        )
        times, numbers = [NOW], count(1)

        def clock() -> datetime:
            return times[0]

        store = await open_store(f"sqlite:///{folder}/n.db", owner="test", exclusive=True)
        stack.push_async_callback(store.close)
        feed = Feed(url=f"{zoo.url}/feed", name="valley", outlet="valley.example", interval=INTERVAL)
        in_force = InForce(
            settings=Settings(polling=polling), rulebook=Rulebook.of(RuleSet(), Matcher(RuleSet()))
        )
        in_force.feeds = {feed.url: feed}
        await store.sync_feeds([feed], NOW)
        hubs = Hubs(clock, lambda: RARELY)
        client = await stack.enter_async_context(HubClient(polling))
        subscriber = Subscriber(
            store,
            hubs,
            client,
            clock=clock,
            unguessable=lambda: f"nobody-can-guess-{next(numbers)}",
            feeds=lambda: in_force.feeds,
        )
        callback = await _served(stack, Callback(subscriber, most_bytes=MOST), clock)
        http = await stack.enter_async_context(HttpFetcher(polling, clock=clock))
        parser = await stack.enter_async_context(ParserPool(polling))
        world = World(
            clock=clock, dice=lambda: 1.0, fetcher=HearingFetcher(http, hubs), parser=parser, hubs=hubs
        )
        poller = Poller(store, world, in_force, on_entries=Wakeup())
        yield Newsroom(zoo, hub, store, hubs, subscriber, poller, feed, callback, times)


async def _served(stack: AsyncExitStack, callback: Callback, clock: object) -> str:
    """Serve the callback behind the desk's guard, with a user, so that pages want a login."""
    user = WebUser(name="olena", token=SecretStr("t" * 24))
    desk = WebSettings(users=(user,), websub=WebSubSettings(callback="https://news.example.org/websub"))
    made = application(callback.routes(), Access(desk, clock=clock))  # type: ignore[arg-type]
    runner = web.AppRunner(made, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}/websub"


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    """One feed, its hub, and us."""
    async with opened(tmp_path) as room:
        yield room


async def test_a_hub_is_found_asked_verified_and_heard(newsroom: Newsroom) -> None:
    """Its content is stored without a request to the feed, which is then polled rarely, but polled."""
    await newsroom.subscribe()
    (asked,) = newsroom.hub.asked
    assert asked.topic == newsroom.feed.url
    assert asked.callback == f"{newsroom.callback}/nobody-can-guess-1"
    assert asked.secret == "nobody-can-guess-2"
    assert newsroom.hub.verified == [(200, "c <b>1</b>")]
    body, requests = newsroom.publish(("b", "Dam holds")), len(newsroom.zoo.requests)
    assert await newsroom.hub.bring(body) == 202
    state = await newsroom.poll()
    assert (state.entries, len(newsroom.zoo.requests)) == (2, requests)
    assert state.next_poll_at == newsroom.times[0] + RARELY
    assert state.noted.why is Why.HUB
    facts = {one.label: one.text for one in facts_of(_case(newsroom, state))}
    assert facts["hub"] == "127.0.0.1: it told of the latest new entries"
    assert facts["came"] == "brought by its hub, 1 new entries"
    newsroom.later(hours=1)
    polled = await newsroom.poll()
    assert len(newsroom.zoo.requests) == requests + 1
    assert (polled.entries, polled.noted.why) == (2, Why.HUB)


def _case(newsroom: Newsroom, state: FeedState) -> Case:
    return Case(feed=newsroom.feed, state=state, polling=PollingSettings(), at=newsroom.times[0])


async def test_the_new_entries_alone_are_no_gap_and_change_nothing_of_the_document(
    newsroom: Newsroom,
) -> None:
    """A hub may leave out what it brought before; hash and validators stay those of the document."""
    before = await newsroom.subscribe()
    newsroom.publish(("b", "Dam holds"))
    assert await newsroom.hub.bring(newsroom.document(("b", "Dam holds"))) == 202
    state = await newsroom.poll()
    assert state.entries == 2
    assert (state.etag, state.body_hash, state.noted.listed) == (before.etag, before.body_hash, 1)
    assert state.health.state is Health.OK


async def test_what_came_while_the_feed_was_polled_is_not_left_lying(newsroom: Newsroom) -> None:
    """Two documents are read one after the other; the second makes its feed due again."""
    await newsroom.subscribe()
    await newsroom.hub.bring(newsroom.document(("b", "Dam holds")))
    await newsroom.hub.bring(newsroom.document(("c", "Road closed")))
    assert (await newsroom.poll()).entries == 2
    await newsroom.subscriber.turn(newsroom.callback)
    assert (await newsroom.poll()).entries == 3


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_each_method_of_the_standard_is_a_signature(newsroom: Newsroom, method: str) -> None:
    """Many hubs still sign with SHA-1."""
    await newsroom.subscribe()
    assert await newsroom.hub.bring(newsroom.document(("b", "Dam holds")), method=method) == 202
    assert (await newsroom.poll()).entries == 2


@pytest.mark.parametrize(("method", "secret"), [("sha256", "guessed"), ("md5", "")])
async def test_content_that_is_not_the_hubs_is_acknowledged_and_thrown_away(
    newsroom: Newsroom, method: str, secret: str
) -> None:
    """As the standard wants it: whoever forges learns nothing."""
    await newsroom.subscribe()
    forged = newsroom.document(("x", "War declared"))
    assert await newsroom.hub.bring(forged, method=method, secret=secret) == 202
    assert not newsroom.hubs.brought.has(newsroom.feed.url)
    newsroom.later(minutes=5)
    assert (await newsroom.poll()).entries == 1


async def test_a_hub_that_falls_silent_costs_one_long_wait_and_is_named(newsroom: Newsroom) -> None:
    """Polls find what it did not tell: the usual pace at once, then a state, until it tells again."""
    await newsroom.subscribe()
    await newsroom.hub.bring(newsroom.publish(("b", "Dam holds")))
    await newsroom.poll()
    found = []
    for number in (1, 2):
        newsroom.later(hours=1)
        newsroom.publish((f"silent {number}", f"Untold story {number}"))
        found.append(await newsroom.poll())
        assert found[-1].next_poll_at == newsroom.times[0] + INTERVAL
    first, state = found
    assert (first.health.state, state.health.state) == (Health.OK, Health.UNTOLD)
    assert state.health.reason == "polls found new entries of which its hub 127.0.0.1 had not told"
    newsroom.later(minutes=1)
    await newsroom.hub.bring(newsroom.publish(("c", "Road closed")))
    state = await newsroom.poll()
    assert (state.health.state, state.next_poll_at) == (Health.OK, newsroom.times[0] + RARELY)


async def test_a_hub_that_just_told_is_not_blamed_for_what_a_poll_finds_first(newsroom: Newsroom) -> None:
    """Poll and hub may cross."""
    await newsroom.subscribe()
    await newsroom.hub.bring(newsroom.publish(("b", "Dam holds")))
    await newsroom.poll()
    newsroom.later(minutes=1)
    newsroom.publish(("c", "Road closed"))
    await newsroom.store.make_due(newsroom.feed.url, newsroom.times[0])
    state = await newsroom.poll()
    assert (state.entries, state.noted.untold, state.noted.told) == (3, 0, True)


async def test_a_lease_is_renewed_in_time_under_the_same_address(newsroom: Newsroom) -> None:
    """After four fifths of what the hub granted; where it does not answer the feed is polled as ever."""
    newsroom.hub.lease = 1000
    await newsroom.subscribe()
    newsroom.later(seconds=400)
    await newsroom.subscriber.turn(newsroom.callback)
    assert len(newsroom.hub.asked) == 1
    newsroom.later(seconds=101)
    newsroom.hub.verifies = False
    await newsroom.subscriber.turn(newsroom.callback)
    assert newsroom.hub.asked[0] == newsroom.hub.asked[1]
    assert newsroom.hubs.push(newsroom.feed.url) is not None
    newsroom.later(seconds=200)
    assert newsroom.hubs.push(newsroom.feed.url) is None
    newsroom.later(seconds=200)
    newsroom.hub.verifies = True
    await newsroom.subscriber.turn(newsroom.callback)
    await newsroom.hub.settled()
    assert newsroom.hubs.push(newsroom.feed.url) is not None


async def test_a_restart_remembers_what_is_agreed(newsroom: Newsroom) -> None:
    """Nobody is asked again, and what the hub brings is known."""
    await newsroom.subscribe()
    newsroom.hubs.know([])
    newsroom.subscriber._read_at = None
    await newsroom.subscriber.turn(newsroom.callback)
    assert len(newsroom.hub.asked) == 1
    assert newsroom.hubs.push(newsroom.feed.url) is not None


async def test_a_hub_that_refuses_is_asked_less_and_less_often(newsroom: Newsroom) -> None:
    """Its words are kept; the feed is polled as if there were no hub."""
    newsroom.hub.refusal = 404
    state = await newsroom.subscribe()
    assert state.next_poll_at == newsroom.times[0] + INTERVAL
    (kept,) = await newsroom.store.subscriptions()
    assert kept.why == "status 404: no such topic here"
    for _ in range(30):
        newsroom.later(minutes=5)
        await newsroom.subscriber.turn(newsroom.callback)
    assert len(newsroom.hub.asked) == 5


async def test_a_hub_that_denies_is_left_alone_for_a_week(newsroom: Newsroom) -> None:
    """Also one that granted a lease before."""
    await newsroom.subscribe()
    newsroom.hub.denies = "not for robots"
    await newsroom.hub.verify(newsroom.hub.asked[0])
    (kept,) = await newsroom.store.subscriptions()
    assert (kept.state, kept.why, kept.lease_until) == (SubscriptionState.DENIED, "not for robots", None)
    assert newsroom.hubs.push(newsroom.feed.url) is None
    newsroom.later(days=6)
    await newsroom.subscriber.turn(newsroom.callback)
    assert len(newsroom.hub.asked) == 1
    newsroom.later(days=2)
    await newsroom.subscriber.turn(newsroom.callback)
    assert len(newsroom.hub.asked) == 2


async def test_a_hub_may_send_us_to_another(newsroom: Newsroom) -> None:
    """307 and 308, with the form; not inside, and not for ever."""
    async with open_hub() as other:
        newsroom.hub.elsewhere = other.url
        await newsroom.subscribe()
        assert [asked.topic for asked in other.asked] == [newsroom.feed.url]
        await other.settled()
    newsroom.hub.elsewhere = newsroom.hub.url
    (kept,) = await newsroom.store.subscriptions()
    client = HubClient(settings())
    async with client:
        assert "more than 3 times" in (await client.subscribe(kept, callback="https://x.example")).refusal
    async with HubClient(settings(allow_networks=())) as guarded:
        refused = await guarded.subscribe(kept, callback="https://x.example")
        assert "not on the public Internet" in refused.refusal


async def test_nobody_can_subscribe_or_publish_for_us(newsroom: Newsroom) -> None:
    """What was not asked for is not found, or gone; what is too large is refused."""
    await newsroom.subscribe()
    (asked,), hub = newsroom.hub.asked, newsroom.hub
    hub.verified.clear()
    await hub.verify(asked, **{"hub.topic": "https://evil.example/"})
    await hub.verify(asked, **{"hub.mode": "unsubscribe"})
    await hub.verify(replace(asked, callback=f"{newsroom.callback}/guessed"))
    assert [status for status, _ in hub.verified] == [404, 404, 404]
    body = newsroom.document(("b", "Dam holds"))
    assert await hub.bring(body, callback=f"{newsroom.callback}/guessed") == 410
    assert await hub.bring(b"x" * (MOST + 1)) == 413
    async with aiohttp.ClientSession() as session, session.get(newsroom.callback[:-7]) as page:
        assert str(page.url).endswith("/login?next=/") or page.status == 404


async def test_a_new_hub_replaces_the_former_one(newsroom: Newsroom) -> None:
    """With a new address and a new secret; the former one's content is of no account."""
    await newsroom.subscribe()
    old = newsroom.hub.asked[0]
    link = f'<{newsroom.hub.url}?new>; rel="hub"'
    newsroom.zoo.answers["/feed"] = respond(200, newsroom.document(("b", "Dam holds")), Link=link)
    newsroom.later(minutes=5)
    await newsroom.poll()
    await newsroom.subscriber.turn(newsroom.callback)
    assert newsroom.hub.asked[1].secret != old.secret
    assert await newsroom.hub.bring(b"<rss/>", callback=old.callback) == 410


async def test_no_hub_is_told_an_address_that_holds_a_secret(newsroom: Newsroom) -> None:
    """Nor of a feed that wants a password or a header of ours."""
    body = newsroom.publish(("a", "Bridge reopens"))
    answer = Fetched(url=newsroom.feed.url, status=200, body=body, links=f'<{newsroom.hub.url}>; rel="hub"')
    feed = newsroom.feed
    for secret in (
        replace(feed, address="https://h.example/?t=1"),
        replace(feed, auth=("me", "pw")),
        replace(feed, headers={"X-Key": "1"}),
    ):
        newsroom.hubs.spot(secret, answer)
    assert newsroom.hubs.spotted == {}
    newsroom.hubs.spot(newsroom.feed, answer)
    assert list(newsroom.hubs.spotted) == [newsroom.feed.url]


def test_what_was_brought_is_bounded_and_forgotten() -> None:
    """Thirty-two megabytes, five minutes."""
    times = [NOW]
    brought = Brought(lambda: times[0])
    large = Fetched(url="", status=200, body=b"x" * 10 * 2**20, pushed=True)
    assert [brought.keep(f"f{number}", large) for number in range(4)] == [True, True, True, False]
    times[0] += timedelta(minutes=6)
    assert brought.keep("g", large)
    assert brought.waiting() == ["g"]
    assert brought.take("g") is not None
    assert brought.take("g") is None
