"""JSON Feed 1.1 from a server to entries, as https://www.jsonfeed.org/version/1.1/ defines it."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta

from monitor.core.models import Entry
from monitor.sources.probing import Probed, probe
from tests.feeds.polling import NOW, feed, settings
from tests.feeds.zoo import Zoo, respond

PATIENT = settings(
    **dict.fromkeys(("connect_timeout", "read_timeout", "total_timeout"), timedelta(seconds=60))
)
VERSION = "https://jsonfeed.org/version/1.1"


async def served(zoo: Zoo, body: bytes, **headers: str) -> Probed:
    """Serve a document and read it as the daemon would, parser process included."""
    zoo.answers["/feed.json"] = respond(200, body, **{"Content_Type": "application/feed+json", **headers})
    return await probe(feed(f"{zoo.url}/feed.json"), PATIENT, NOW)


async def read(zoo: Zoo, *items: dict[str, object], **top: object) -> list[Entry]:
    """Serve items and return the entries made of them."""
    probed = await served(zoo, json.dumps({"version": VERSION, "items": items, **top}).encode())
    assert probed.is_feed, probed.failure
    return list(probed.entries)


async def test_every_field_of_the_specification_has_its_place(zoo: Zoo) -> None:
    """Of the feed and of an item; what is not kept (icons, attachments, hubs) does no harm."""
    document = {
        "version": VERSION, "title": "Valley", "home_page_url": "https://valley.example/", "language": "uk",
        "feed_url": "https://valley.example/feed.json", "icon": "i.png", "favicon": "f.ico", "expired": False,
        "hubs": [{"type": "WebSub", "url": "https://hub.example/"}], "_ours": {"about": "x"},
        "items": [{
            "id": "b1", "url": "https://valley.example/bridge", "external_url": "https://other.example/",
            "title": "Міст відкрито", "summary": "s", "content_html": "<p>one</p><p>two</p>",
            "content_text": "other", "image": "i.png", "banner_image": "b.png", "tags": ["bridge"],
            "date_published": "2024-03-04t12:00:00+02:00", "date_modified": "2024-03-04T11:00:00Z",
            "authors": [{"name": "Ann", "url": "https://ann.example/"}, {"url": "https://x.example/"}],
            "attachments": [{"url": "a.mp3", "mime_type": "audio/mpeg"}], "_ours": 1,
        }],
    }  # fmt: skip
    probed = await served(zoo, json.dumps(document).encode())
    assert (probed.version, probed.title, probed.lang) == ("json11", "Valley", "uk")
    (entry,) = probed.entries
    assert (entry.guid, entry.link) == ("b1", "https://valley.example/bridge")
    assert (entry.title, entry.summary, entry.content) == ("Міст відкрито", "s", "one\ntwo")
    assert (entry.author, entry.categories, entry.lang) == ("Ann", ("bridge",), "uk")
    assert entry.published == datetime(2024, 3, 4, 10, tzinfo=UTC)


async def test_plain_text_stays_plain(zoo: Zoo) -> None:
    """Titles, summaries and content_text are no HTML: what looks like a tag is a word of the text."""
    (entry,) = await read(
        zoo, {"id": "1", "title": "x <b and y> z", "summary": "1 < 2 & 3", "content_text": "if <i>\n\nthen"}
    )
    assert (entry.title, entry.summary) == ("x <b and y> z", "1 < 2 & 3")
    assert entry.content.split() == ["if", "<i>", "then"]


async def test_markup_and_references_that_publishers_leave_in_titles_are_read(zoo: Zoo) -> None:
    """Against the specification, but common."""
    first, second = await read(
        zoo, {"id": "1", "title": "It&#8217;s on"}, {"id": "2", "title": "<i>Dune</i> again"}
    )
    assert (first.title, second.title) == ("It\u2019s on", "Dune again")


async def test_authors_of_the_feed_are_those_of_items_that_name_none(zoo: Zoo) -> None:
    """In the form of 1.1, and in that of 1.0 which 1.1 still permits."""
    items: tuple[dict[str, object], ...] = (
        {"id": "1", "title": "a", "authors": []},
        {"id": "2", "title": "b", "authors": [{"name": "Bob"}]},
    )
    assert [one.author for one in await read(zoo, *items, authors=[{"name": "Ann"}])] == ["Ann", "Bob"]
    assert [one.author for one in await read(zoo, *items, author={"name": "Ann"})] == ["Ann", "Bob"]


async def test_ids_that_are_numbers_become_text(zoo: Zoo) -> None:
    """As the specification asks of readers; anything else is no id."""
    items: list[dict[str, object]] = [
        {"id": one, "title": f"t{number}"} for number, one in enumerate((7, 1.5, True, None, "x"))
    ]
    entries = await read(zoo, *items)
    assert [one.guid for one in entries] == ["7", "1.5", None, None, "x"]


async def test_a_link_blog_is_read_by_the_links_it_is_about(zoo: Zoo) -> None:
    """`external_url` counts where there is no `url`; relative addresses are made absolute."""
    first, second = await read(
        zoo,
        {"id": "1", "title": "a", "external_url": "https://other.example/x"},
        {"id": "2", "title": "b", "url": "/b"},
    )
    assert (first.link, second.link) == ("https://other.example/x", f"{zoo.url}/b")


async def test_coding_mark_and_content_type_do_not_matter(zoo: Zoo) -> None:
    """A byte order mark, gzip on the way, and whatever type a static server gives."""
    body = b"\xef\xbb\xbf" + json.dumps({"version": VERSION, "items": [{"id": "1", "title": "a"}]}).encode()
    for headers in (
        {"Content_Type": "application/json; charset=utf-8"},
        {"Content_Type": "text/plain"},
    ):
        assert (await served(zoo, body, **headers)).is_feed
    assert (await served(zoo, gzip.compress(body), Content_Encoding="gzip")).is_feed
    assert "application/feed+json" in zoo.requests[0].headers["accept"]


async def test_a_page_that_names_a_json_feed_leads_to_it(zoo: Zoo) -> None:
    """By the type that the specification gives it."""
    page = b'<html><link rel="alternate" type="application/feed+json" href="/feed.json" title="J"></html>'
    zoo.answers["/"] = respond(200, page, Content_Type="text/html")
    probed = await probe(feed(f"{zoo.url}/"), PATIENT, NOW)
    assert [one.url for one in probed.advertised] == [f"{zoo.url}/feed.json"]


async def test_json_that_is_no_json_feed_says_so(zoo: Zoo) -> None:
    """Without the version, the items, or its end."""
    for body in (
        b'{"items": []}',
        b'{"version": "%s"}' % VERSION.encode(),
        b'{"version": "%s", "items": [' % VERSION.encode(),
    ):
        probed = await served(zoo, body)
        assert probed.failure == "got JSON that is no JSON Feed"
