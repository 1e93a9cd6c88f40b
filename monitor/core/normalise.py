"""RawEntry -> Entry: plain text, one canonical address, dates one may believe, a language, an identity.

    parsed.entries | normalise | lookup_keys | store.known_entries | classify | matcher

Nothing that a feed says is refused here: whatever is missing or absurd is left out, and the entry lives on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urljoin

from monitor.core.dates import read_date
from monitor.core.headline import headline, one_line, shortened, visible
from monitor.core.identity import classify, digest, entry_id, folded, keys_of, lookup_keys
from monitor.core.languages import language_of
from monitor.core.models import Entry, Feed, RawEntry
from monitor.core.text.markup import plain_text
from monitor.core.urls import canonical_url, is_whole, web_link, without_query

__all__ = ["canonical_url", "classify", "keys_of", "lookup_keys", "normalise"]

TITLE_LIMIT = 1024
SUMMARY_LIMIT = 8 * 1024
CONTENT_LIMIT = 100_000
"""Characters kept of each field; more text than this is not news."""
AUTHOR_LIMIT = 200
CATEGORY_LIMIT = 100
CATEGORIES = 32
_MARKUP_ROOM = 4
"""Markup may take this many times the room of the text it holds; what lies behind is not read."""
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(hours=24)
_CLOCKS_DIFFER = timedelta(hours=1)
"""Two clocks that differ by less may be two time zones of a careless server, or its cache."""
_LANGUAGE_SAMPLE = 2000
_Words = tuple[str, str, str]
"""Title, summary and content, folded."""
_SLUG = re.compile(r"[^\W\d_]{2,}(?:[-_][^\W_]+){2,}")


def normalise(
    raw: RawEntry, *, feed: Feed, feed_lang: str | None, fetched: datetime, first_read: bool
) -> Entry:
    """Turn what the parser read into an entry that the rest of the daemon can rely on.

    Args:
        raw: the item as read.
        feed: the feed it came from, as configured.
        feed_lang: what the document says of its own language.
        fetched: when the response arrived; aware UTC. Becomes `first_seen` until `classify` knows better.
        first_read: whether this was the very first read of the feed.

    Returns:
        An entry with every key it has and the id of the strongest; `classify` judges keys that a body shares.
    """
    link = _link(raw.link, feed)
    url = canonical_url(link)
    content = _body(raw.content, CONTENT_LIMIT)
    summary = _body(raw.summary, SUMMARY_LIMIT)
    title = _title(raw.title, summary or content, url)
    summary, content, words = _without_echo(title, summary, content)
    keys = keys_of(guid=raw.guid, url=url, title=title, summary=summary)
    text = f"{title} {summary or content}"[:_LANGUAGE_SAMPLE]
    return Entry(
        id=entry_id(feed.url, keys[0]),
        feed=feed.url,
        outlet=feed.outlet,
        keys=keys,
        guid=raw.guid or None,
        url=url,
        link=link,
        title=title,
        summary=summary,
        content=content,
        author=shortened(_line(raw.author), AUTHOR_LIMIT),
        categories=_categories(raw.categories),
        lang=feed.lang or language_of(text, raw.lang, feed_lang),
        tags=feed.tags,
        published=believable(raw.published, read_date(raw.date_text), raw.updated, fetched=fetched),
        fetched=fetched,
        first_seen=fetched,
        text_hash=digest(*words),
        sample=feed.sample,
        first_read=first_read,
    )


def believable(*dates: datetime | None, fetched: datetime) -> datetime | None:
    """Return the first date between 1990 and a day after `fetched`, in UTC; None if there is none.

    A date up to a day ahead is a time zone gone wrong and becomes `fetched`; further ahead, in the year 1 or
    in 1970 it is no date at all. Dates without zone are taken as UTC.
    """
    for date in dates:
        if date is None:
            continue
        try:
            moment = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
        except (OverflowError, ValueError):
            continue
        if _EARLIEST <= moment <= fetched + _AHEAD:
            return min(moment, fetched)
    return None


def behind_us(now: datetime, server_time: datetime | None) -> timedelta:
    """Return how far the server's clock is behind ours; zero below an hour, or if it does not say."""
    behind = now - server_time if server_time is not None else timedelta(0)
    return behind if behind >= _CLOCKS_DIFFER else timedelta(0)


def dated_by(entry: Entry, behind: timedelta) -> Entry:
    """Read the date of an entry by the clock of its server, which is so far behind ours.

    One of the two clocks is wrong, and what the server has just dated must not look old for that. A server
    that is ahead of us needs none of this: `believable` has seen to it.
    """
    if entry.published is None or entry.published + behind > entry.fetched + _AHEAD:
        return entry
    return replace(entry, published=min(entry.published + behind, entry.fetched))


def _link(link: str | None, feed: Feed) -> str | None:
    """Complete a relative address by that of the feed and keep it if it is http or https."""
    given = (link or "").strip()
    if not given:
        return None
    if is_whole(given):
        return web_link(given)
    try:
        return web_link(urljoin(without_query(feed.fetch_url), given))
    except ValueError:
        return None


def _line(text: str) -> str:
    return one_line(plain_text(text)) if text else ""


def _body(text: str, limit: int) -> str:
    if not text:
        return ""
    plain = visible(plain_text(text[: _MARKUP_ROOM * limit])).strip()
    return shortened(plain, limit)


def _title(title: str, text: str, url: str | None) -> str:
    """Take the title, else the first sentence of the text, else the words in the address, else nothing."""
    line = shortened(_line(title[: _MARKUP_ROOM * TITLE_LIMIT]), TITLE_LIMIT)
    if line or text:
        return line or headline(text)
    slugs = _SLUG.findall(unquote(url or "").rpartition("//")[2].partition("/")[2])
    return one_line(re.sub(r"[-_]", " ", slugs[-1])).capitalize() if slugs else ""


def _without_echo(title: str, summary: str, content: str) -> tuple[str, str, _Words]:
    """Drop a summary that only repeats the title, and content that only repeats the summary."""
    in_title, in_summary, in_content = folded(title), folded(summary), folded(content)
    if content and in_content in {in_summary, in_title}:
        content = in_content = ""
    if summary and in_summary == in_title:
        summary = in_summary = ""
    return summary, content, (in_title, in_summary, in_content)


def _categories(categories: Iterable[str]) -> tuple[str, ...]:
    named = (shortened(_line(category), CATEGORY_LIMIT) for category in categories)
    return tuple(dict.fromkeys(name for name in named if name))[:CATEGORIES]
