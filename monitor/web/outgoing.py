"""Alerts as feeds, so that any reader subscribes to a rule: Atom (RFC 4287) and JSON Feed 1.1.

`/feeds/alerts.atom?rule=raids`, `/feeds/alerts.json?tag=front`. What is quoted of other
feeds is plain text: a reader may show it as it stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import urlencode

from aiohttp import ETag, hdrs, web
from lxml import etree

from monitor.core.models import ListedAlert, Verdict
from monitor.core.rules.tree import Rule
from monitor.web.rendering import safe_link

ALERTS: Final = 100
"""In a feed, at most."""
ATOM: Final = "application/atom+xml"
JSON: Final = "application/feed+json"
_NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WORDS: Final = 12
"""Proofs of a match named in its summary, at most."""

RulesInForce = Callable[[], Mapping[str, Rule]]
"""The rules in force, by id."""


class AlertReader(Protocol):
    """Reads alerts."""

    async def page_of_alerts(
        self, *, limit: int, rules: Collection[str] | None = None, state: Verdict | None = None
    ) -> list[ListedAlert]:
        """Alerts of any of these rules, in a state; the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An alert as a reader shows it."""

    id: str
    title: str
    summary: str
    page: str
    """Its story, on the desk."""
    link: str
    """The article; the story's page where it has none that can be followed."""
    author: str
    published: datetime
    updated: datetime
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A feed as a reader gets it."""

    title: str
    address: str
    home: str
    items: tuple[Item, ...]

    @property
    def updated(self) -> datetime:
        """When the last of its alerts changed."""
        return max((item.updated for item in self.items), default=_NEVER)


class Feeds:
    """Answers readers of feeds."""

    def __init__(self, store: AlertReader, *, rules: RulesInForce) -> None:
        self._store, self._rules = store, rules

    def routes(self) -> list[web.RouteDef]:
        """Where the feeds are."""
        return [web.get("/feeds/alerts.atom", self.atom), web.get("/feeds/alerts.json", self.json)]

    async def atom(self, request: web.Request) -> web.Response:
        """Alerts as Atom."""
        return await self._answer(request, atom, ATOM)

    async def json(self, request: web.Request) -> web.Response:
        """Alerts as JSON Feed."""
        return await self._answer(request, json_feed, JSON)

    async def _answer(
        self, request: web.Request, written: Callable[[Outgoing], bytes], kind: str
    ) -> web.Response:
        rule, tag = request.query.get("rule", ""), request.query.get("tag", "")
        wanted = self._wanted(rule, tag)
        if wanted is not None and not wanted:
            what = f"rule “{rule}”" if rule else f"rule with the tag “{tag}”"
            return web.Response(status=HTTPStatus.NOT_FOUND, text=f"There is no {what} in force.\n")
        found = await self._store.page_of_alerts(limit=ALERTS, rules=wanted, state=Verdict.ALERT)
        return answer(request, written(self._feed(request, found)), kind)

    def _wanted(self, rule: str, tag: str) -> set[str] | None:
        """Name the rules asked for; None for all alerts, those of rules that are gone among them."""
        if not (rule or tag):
            return None
        return {
            name
            for name, one in self._rules().items()
            if (not rule or name == rule) and (not tag or tag in one.tags)
        }

    def _feed(self, request: web.Request, alerts: Sequence[ListedAlert]) -> Outgoing:
        home = str(request.url.origin())
        asked = {key: request.query[key] for key in ("rule", "tag") if request.query.get(key)}
        return Outgoing(
            title=" · ".join(["news-monitor", *asked.values()]),
            address=f"{home}{request.path}" + (f"?{urlencode(asked)}" if asked else ""),
            home=f"{home}/",
            items=tuple(self._item(one, home) for one in alerts),
        )

    def _item(self, alert: ListedAlert, home: str) -> Item:
        record, rule = alert.record, self._rules().get(alert.record.rule)
        page = f"{home}/stories/{record.story}"
        return Item(
            id=f"tag:news-monitor,2026:alert/{record.id}",
            title=" ".join(alert.title.split()) or record.rule,
            summary=_summary(alert, rule),
            page=page,
            link=safe_link(alert.link) or page,
            author=alert.outlet,
            published=record.created_at,
            updated=max(record.created_at, record.updated_at),
            labels=(record.rule, *((str(rule.severity), *rule.tags) if rule else ())),
        )


def _summary(alert: ListedAlert, rule: Rule | None) -> str:
    words = list(dict.fromkeys(hit.text for hit in alert.record.hits))
    named = ", ".join(words[:_WORDS]) + (" …" if len(words) > _WORDS else "")
    title = f"{rule.title} ({rule.severity})" if rule else alert.record.rule
    number = alert.record.outlets
    told = f"Told by {number} outlets." if number > 1 else f"Told by {alert.outlet or 'one outlet'}."
    return " ".join([f"{title}.", f"Matched: {named}." if named else "", told]).replace("  ", " ")


def answer(request: web.Request, body: bytes, kind: str) -> web.Response:
    """Answer with a document, or with 304 where the reader has it already."""
    tag = ETag(blake2b(body, digest_size=16).hexdigest())
    known = request.if_none_match or ()
    is_known = any(one.value in {tag.value, "*"} for one in known)
    response = (
        web.Response(status=HTTPStatus.NOT_MODIFIED)
        if is_known
        else web.Response(body=body, content_type=kind, charset="utf-8")
    )
    response.etag = tag
    response.headers[hdrs.CACHE_CONTROL] = "no-cache"
    return response


def atom(feed: Outgoing) -> bytes:
    """Write a feed as Atom."""
    root = etree.fromstring(f'<feed xmlns="{_NAMESPACE}"/>')
    _add(root, "id", feed.address)
    _add(root, "title", feed.title)
    _add(root, "updated", feed.updated.isoformat())
    _add(root, "link", rel="self", type=ATOM, href=feed.address)
    _add(root, "link", rel="alternate", type="text/html", href=feed.home)
    _add(_add(root, "author"), "name", "news-monitor")
    for item in feed.items:
        _entry(_add(root, "entry"), item)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _entry(entry: etree._Element, item: Item) -> None:
    _add(entry, "id", item.id)
    _add(entry, "title", item.title, type="text")
    _add(entry, "summary", item.summary, type="text")
    _add(entry, "published", item.published.isoformat())
    _add(entry, "updated", item.updated.isoformat())
    _add(entry, "link", rel="alternate", href=item.link)
    if item.page != item.link:
        _add(entry, "link", rel="related", type="text/html", href=item.page)
    if item.author:
        _add(_add(entry, "author"), "name", item.author)
    for label in item.labels:
        _add(entry, "category", term=label)


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    """Add an element; what XML cannot hold is left out of text and attributes."""
    clean = {key: _NOT_XML.sub("", value) for key, value in attributes.items()}
    made = etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}", clean)
    if text:
        made.text = _NOT_XML.sub("", text)
    return made


def json_feed(feed: Outgoing) -> bytes:
    """Write a feed as JSON Feed 1.1; escaped to ASCII, so that no half of a character breaks it."""
    said = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.address,
        "items": [_json_item(item) for item in feed.items],
    }
    return json.dumps(said).encode()


def _json_item(item: Item) -> dict[str, object]:
    said: dict[str, object] = {
        "id": item.id,
        "url": item.page,
        "title": item.title,
        "content_text": item.summary,
        "date_published": item.published.isoformat(),
        "date_modified": item.updated.isoformat(),
        "tags": list(item.labels),
    }
    if item.link != item.page:
        said["external_url"] = item.link
    if item.author:
        said["authors"] = [{"name": item.author}]
    return said
