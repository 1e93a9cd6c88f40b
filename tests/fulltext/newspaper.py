"""A newspaper on loopback: a feed of teasers, and pages with the articles among all that surrounds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

_SECTIONS = ("World", "Politics", "Business", "Science", "Sports", "Weather", "Opinion", "Arts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaser:
    """What the feed says of an article."""

    slug: str
    title: str
    summary: str = ""


def feed(base: str, teasers: Iterable[Teaser], *, age: timedelta = timedelta(minutes=1)) -> bytes:
    """Write an RSS document whose links lead to pages of this newspaper."""
    date = format_datetime(datetime.now(UTC) - age)
    items = "".join(
        f"<item><title>{escape(one.title)}</title><link>{base}/{one.slug}</link>"
        f"<guid isPermaLink='false'>{one.slug}</guid><pubDate>{date}</pubDate>"
        f"<description>{escape(one.summary)}</description></item>"
        for one in teasers
    )
    head = f"<title>Orla Courier</title><link>{base}/</link><description>News</description>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


def page(
    title: str,
    paragraphs: Iterable[str],
    *,
    head: str = "",
    lang: str = "en",
    around: bool = True,
) -> bytes:
    """Write the page of an article, with navigation, teasers of others and a footer unless told otherwise."""
    links = "".join(f'<li><a href="/{name.lower()}">{name}</a></li>' for name in _SECTIONS)
    others = "".join(
        f'<div class="teaser"><a href="/other-{number}">Market report number {number}</a></div>'
        for number in range(12)
    )
    body = "".join(f"<p>{escape(one)}</p>" for one in paragraphs)
    before = f"<header><nav><ul>{links}</ul></nav></header>" if around else ""
    after = (
        f"<aside><h2>Most read</h2>{others}</aside><footer>All rights reserved.</footer>" if around else ""
    )
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f"<title>{escape(title)} - Orla Courier</title>{head}</head><body>{before}"
        f"<main><article><h1>{escape(title)}</h1>{body}</article></main>{after}</body></html>"
    ).encode()


def prose(*telling: str) -> tuple[str, ...]:
    """Write an article of some length with these sentences in its middle."""
    opening = (
        "Engineers spent the night on the river bank with lamps and measuring rods, while the first trucks "
        "turned back at the barrier and looked for another way to the market on the far side."
    )
    closing = (
        "The mayor asked residents for patience and said that buses would take the road through the hills "
        "until the inspection has come to its end, which the council expects before the weekend."
    )
    return (opening, *telling, closing)
