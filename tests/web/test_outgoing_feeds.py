"""Alerts as feeds: readers read them, whatever the articles say; what did not change is not sent again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import feedparser
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from lxml import etree

from monitor.core.models import Severity, Verdict
from monitor.core.rules.tree import AllOf, Place, Rule
from monitor.store import Store
from monitor.web.outgoing import ALERTS, Feeds
from tests.store.samples import an_entry, assembled, poll
from tests.web.conftest import open_desk
from tests.web.keeping import kept
from tests.web.test_pages import EVIL, RUNS

Client = TestClient[web.Request, web.Application]
BROKEN = (
    "\x00\x0b\x1b[2J",
    "\ufffe\uffff",
    "]]>",
    "<!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    "\u2028\u2029",
)
NOTHING = AllOf(children=(), at=Place(path=""))


def a_rule(name: str, *tags: str) -> Rule:
    """Return a rule in force."""
    return Rule(id=name, title=f"About {name}", severity=Severity.HIGH, condition=NOTHING, tags=tags)


RULES = {rule.id: rule for rule in (a_rule("raids", "front"), a_rule("floods", "weather"))}


@pytest.fixture
async def reader(store: Store) -> AsyncIterator[Client]:
    """A feed reader."""
    async with TestClient(TestServer(open_desk(Feeds(store, rules=lambda: RULES).routes()))) as client:
        yield client


async def read(reader: Client, query: str = "") -> Any:
    """Read the Atom feed as readers do."""
    answer = await reader.get(f"/feeds/alerts.atom{query}")
    assert answer.status == 200, await answer.text()
    assert answer.content_type == "application/atom+xml"
    body = await answer.read()
    etree.fromstring(body)  # well-formed, or it raises
    return feedparser.parse(body)


async def test_a_reader_sees_the_alerts_the_newest_first(reader: Client, store: Store) -> None:
    """With the article to follow, the story on the desk, the rule and the proof."""
    await kept(store, "a" * 32, "b" * 32)
    found = await read(reader)
    assert not found.bozo
    assert found.version == "atom10"
    first = found.entries[0]
    assert first.link.startswith("https://bbc.example/")
    assert first.summary == "About raids (high). Matched: Рейд, Бєлгород. Told by bbc.example."
    assert [tag.term for tag in first.tags] == ["raids", "high", "front"]
    assert first.author == "bbc.example"
    [related] = [link.href for link in first.links if link.rel == "related"]
    assert related.startswith(f"http://127.0.0.1:{reader.port}/stories/")
    assert len({entry.id for entry in found.entries}) == len(found.entries) == 2


async def test_json_says_the_same(reader: Client, store: Store) -> None:
    """As JSON Feed 1.1."""
    await kept(store, "a" * 32, "b" * 32)
    answer = await reader.get("/feeds/alerts.json?rule=raids")
    assert answer.content_type == "application/feed+json"
    said = await answer.json(content_type=None)
    entries = (await read(reader, "?rule=raids")).entries
    assert [item["id"] for item in said["items"]] == [entry.id for entry in entries]
    assert said["version"] == "https://jsonfeed.org/version/1.1"
    assert said["feed_url"] == f"http://127.0.0.1:{reader.port}/feeds/alerts.json?rule=raids"
    assert said["items"][0]["tags"] == ["raids", "high", "front"]


@pytest.mark.parametrize(
    ("query", "number"), [("?rule=raids", 1), ("?rule=floods", 0), ("?tag=front", 1), ("?tag=weather", 0)]
)
async def test_a_feed_is_of_one_rule_or_tag(reader: Client, store: Store, query: str, number: int) -> None:
    """A rule that never fired has an empty feed, not none: one may subscribe before."""
    await kept(store, "a" * 32)
    assert len((await read(reader, query)).entries) == number


@pytest.mark.parametrize("query", ["?rule=raid", "?tag=fronts", "?rule=raids&tag=weather"])
async def test_a_rule_that_is_not_there_is_said(reader: Client, query: str) -> None:
    """A mistyped subscription does not stay silent for ever."""
    for kind in ("atom", "json"):
        answer = await reader.get(f"/feeds/alerts.{kind}{query}")
        assert answer.status == 404
        assert "There is no rule" in await answer.text()


async def test_what_is_held_is_not_told_by_a_feed_either(reader: Client, store: Store) -> None:
    """A feed is a channel like others: it says what was alerted."""
    await poll(store, an_entry("a"))
    [waiting] = await store.pending_entries(limit=1)
    await store.commit_assembled([assembled(waiting, verdict=Verdict.HELD)])
    assert (await read(reader)).entries == []


@pytest.mark.parametrize("evil", [*EVIL, *BROKEN])
async def test_nothing_an_article_says_breaks_a_feed(reader: Client, store: Store, evil: str) -> None:
    """Markup comes out as the text it is; what XML cannot hold is left out."""
    await kept(store, "a" * 32, title=f"Raid {evil}")
    body = await (await reader.get("/feeds/alerts.atom")).read()
    tree: Any = etree.fromstring(body)
    [title] = tree.xpath("//*[local-name()='entry']/*[local-name()='title']")
    assert len(title) == 0
    assert title.text.startswith("Raid")
    assert len(tree.xpath("//*[local-name()='entry']")) == 1
    said = await (await reader.get("/feeds/alerts.json")).json(content_type=None)
    assert said["items"][0]["title"] == " ".join(f"Raid {evil}".split())


@pytest.mark.parametrize("address", RUNS)
async def test_an_address_that_runs_is_not_passed_on(reader: Client, store: Store, address: str) -> None:
    """The story's page stands in its place."""
    await kept(store, "a" * 32, link=address)
    for kind in ("atom", "json"):
        assert address not in await (await reader.get(f"/feeds/alerts.{kind}")).text()


@pytest.mark.parametrize("kind", ["atom", "json"])
async def test_what_did_not_change_is_not_sent_again(reader: Client, store: Store, kind: str) -> None:
    """A reader that says what it has gets 304 until an alert comes."""
    await kept(store, "a" * 32)
    first = await reader.get(f"/feeds/alerts.{kind}")
    for known in (first.headers["ETag"], f'"other", W/{first.headers["ETag"]}', "*"):
        again = await reader.get(f"/feeds/alerts.{kind}", headers={"If-None-Match": known})
        assert (again.status, await again.read()) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
    await kept(store, "b" * 32)
    changed = await reader.get(f"/feeds/alerts.{kind}", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status == 200


async def test_a_feed_holds_the_newest_alerts_and_no_more(reader: Client, store: Store) -> None:
    """However many there are."""
    await kept(store, *(f"{number:032x}" for number in range(ALERTS + 3)))
    assert len((await read(reader)).entries) == ALERTS
