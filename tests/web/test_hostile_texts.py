"""Markup and scripts from wherever a text can come: on every page they are the text they are."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import hdrs, web
from aiohttp.test_utils import TestClient, TestServer
from lxml import etree

from monitor.actor import acting
from monitor.core.models import (
    Act,
    Actor,
    Attributed,
    Claim,
    DeliveryState,
    FeedHealth,
    Health,
    Silence,
    Stance,
    Via,
)
from monitor.core.settings import Settings
from monitor.opml import read_opml
from monitor.store import Store
from monitor.web import desk as desk_pages
from monitor.web.feeds import feed_id
from monitor.web.live import Live
from monitor.web.outgoing import Feeds
from monitor.web.ports import World
from tests.store.samples import FEED, NOW, a_delivery, an_entry, assembled, claim, poll
from tests.web.conftest import open_desk, read
from tests.web.gallery import polled
from tests.web.test_pages import EVIL, OWN

A = "a" * 32
HOSTILE = " ".join(
    [
        *EVIL,
        "`<script>alert(2)</script>` 2026-03-01 12:00 UTC",
        "</script><script>alert(3)</script>",
        "</textarea><b>",
        "</option></select><b>",
        "<!--",
        "]]>",
        "javascript:alert(4)",
        "&lt;b&gt;",
    ]
)
RULES = f"""
rules:
  raids:
    title: {json.dumps(HOSTILE)}
    owner: {json.dumps(HOSTILE)}
    tags: [{json.dumps(HOSTILE)}]
    any: [alert, raid, {json.dumps(HOSTILE[:100])}]
    tests: {{match: [{json.dumps(HOSTILE)}], ignore: [{json.dumps(HOSTILE)}]}}
"""
Q = quote(HOSTILE)
PAGES = (
    "/",
    f"/?rule={Q}&tag={Q}&lang={Q}&severity={Q}&before={Q}",
    f"/stories/{A}",
    f"/stories/{A}?all={Q}",
    "/rules",
    f"/rules?only={Q}",
    "/rules/raids",
    f"/rules/{Q}",
    f"/try?entry={A}&rule=raids",
    "/try/rule?rule=raids",
    "/silences",
    f"/silences/{A}",
    "/feed-health",
    f"/feed-health/{feed_id(FEED.url)}",
    "/deliveries",
    f"/deliveries?state={Q}&before={Q}",
    "/system",
    "/audit",
    f"/audit?by={Q}&act={Q}",
    f"/{Q}",
)


@pytest.fixture
def rules() -> str:
    """A rule of which every word is hostile."""
    return RULES


async def filled(world: World, store: Store) -> None:
    """Put hostile words wherever there is room for words."""
    feed = replace(FEED, name=HOSTILE, outlet=HOSTILE, tags=(HOSTILE,))
    world.in_force.feeds = {feed.url: feed}
    world.in_force.settings = Settings.model_validate({"channels": {"night": {"type": "console"}}})
    entry = replace(
        an_entry(A, title=HOSTILE), summary=HOSTILE, content=HOSTILE, author=HOSTILE, outlet=HOSTILE
    )
    await poll(store, replace(entry, link="javascript:alert(5)"))
    [waiting] = await store.pending_entries(limit=1)
    done = assembled(waiting)
    said = Claim(stance=Stance.CLAIM, speaker=HOSTILE, sentence=HOSTILE)
    story = replace(
        done.story,
        title=HOSTILE,
        outlets=(HOSTILE,),
        languages=(HOSTILE,),
        entities=(HOSTILE,),
        claims=(Attributed(claim=said, entry=A, outlet=HOSTILE, at=NOW),),
    )
    decisions = tuple(replace(one, detail=HOSTILE) for one in done.decisions)
    alerts = tuple(replace(one, id=A) for one in done.alerts)
    await store.commit_assembled([replace(done, story=story, decisions=decisions, alerts=alerts)])
    delivery = a_delivery(A, alert=A)
    message = replace(delivery.message, title=HOSTILE)
    parked = replace(delivery, message=message, channel=HOSTILE, recipient=HOSTILE, error=HOSTILE)
    await store.queue([replace(parked, state=DeliveryState.PARKED)])
    await _around(world, store)


async def _around(world: World, store: Store) -> None:
    silence = Silence(
        id=A,
        matchers={"outlet": HOSTILE, "story": A, "tag": HOSTILE},
        starts_at=NOW,
        ends_at=NOW + timedelta(days=9),
        author=HOSTILE,
        comment=HOSTILE,
    )
    await store.add_silence(silence)
    past = replace(silence, id="b" * 32, ends_at=NOW - timedelta(hours=1), starts_at=NOW - timedelta(days=1))
    await store.add_silence(past)
    with acting(Actor(at=NOW, name=HOSTILE, via=Via.DESK, address=HOSTILE)):
        await store.note(Act.ADD_FEED, HOSTILE, HOSTILE)
    [state] = await claim(store, world.in_force.feeds[FEED.url], now=NOW + timedelta(days=1))
    record = polled(state, [])
    ill = FeedHealth(state=Health.FAILING, since=NOW, reason=HOSTILE)
    sick = replace(record.state, health=ill, error=HOSTILE)
    await store.commit_polls([replace(record, state=sick, failure=HOSTILE)])


def assert_inert(text: str, path: str) -> None:
    """Nothing in a page runs, loads or looks other than our own."""
    tree: Any = read(text)
    assert {one.get("src") for one in tree.iter("script")} <= OWN, path
    assert not list(tree.iter("img", "style", "b", "iframe", "object", etree.Comment)), path
    assert not tree.xpath("//@*[starts-with(name(), 'on')] | //@style | //@srcdoc"), path
    assert all(one.startswith(("/", "#", "https://")) for one in tree.xpath("//@href")), path
    assert all(one.startswith("/") for one in tree.xpath("//@action | //@formaction")), path
    assert not tree.xpath("//svg/@onload"), path
    assert tree.xpath("count(//main)") == tree.xpath("count(//dialog)") == 1, path


async def test_hostile_words_are_text_wherever_they_come_from(world: World, live: Live, store: Store) -> None:
    """Feeds, rules, errors of servers, the audit log, silences, claims, and what is asked for."""
    await filled(world, store)
    routes = [*desk_pages.routes(world), *live.routes()]
    headers = {hdrs.ACCEPT: "text/html", hdrs.COOKIE: f"desk-name={Q}"}
    async with TestClient(TestServer(open_desk(routes, closing=live.close)), headers=headers) as desk:
        shown = 0
        for path in PAGES:
            answer = await desk.get(path)
            assert answer.status in {200, 404}, path
            text = await answer.text()
            assert_inert(text, path)
            shown += "alert(1)" in text
        assert shown > len(PAGES) - 7
        forms = {"title": HOSTILE, "text": HOSTILE, "lang": HOSTILE, "rule": "raids", "days": "3"}
        sent = ("/try", "/try/rule", "/silences", f"/stories/{A}/merge", "/feed-health/add")
        for path in sent:
            more = {"name": HOSTILE, "value": HOSTILE, "comment": HOSTILE, "other": HOSTILE, "url": HOSTILE}
            rule = {"rule": f"x: {json.dumps(HOSTILE)}"} if path == "/try/rule" else {}
            answer = await desk.post(path, data=forms | more | rule)
            assert answer.status in {200, 400, 409}, path
            assert_inert(await answer.text(), path)


async def test_hostile_words_leave_as_text_in_what_other_programs_read(world: World, store: Store) -> None:
    """Feeds of alerts and the list of feeds: well-formed, the words as they are, no address that runs."""
    await filled(world, store)
    feeds = Feeds(store, rules=lambda: world.in_force.rulebook.rules)
    listed = replace(world, feeds=lambda: list(world.in_force.feeds.values()))
    made = open_desk([*desk_pages.routes(listed), *feeds.routes(), web.get("/x", feeds.atom)])
    async with TestClient(TestServer(made)) as desk:
        asked = await desk.get("/feeds/alerts.atom", params={"tag": HOSTILE})
        atom: Any = etree.fromstring(await asked.read())
        names = {"a": "http://www.w3.org/2005/Atom"}
        assert HOSTILE in atom.xpath("string(a:title)", namespaces=names)
        assert atom.xpath("//a:entry/a:title/@type", namespaces=names) == ["text"]
        assert all(one.startswith("http://127.0.0.1") for one in atom.xpath("//@href"))
        assert not atom.xpath("//*[namespace-uri() != 'http://www.w3.org/2005/Atom']")
        [item] = (await (await desk.get("/feeds/alerts.json")).json(content_type=None))["items"]
        assert "external_url" not in item
        assert "content_html" not in item
        opml = await (await desk.get("/feed-health.opml")).read()
        [outline] = read_opml(opml).outlines
        assert outline.title == HOSTILE
