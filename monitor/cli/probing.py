"""What `feeds probe` and `feeds add` say of a feed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from monitor.cli.common import ago, counted
from monitor.cli.guard import clean
from monitor.core.models import Entry
from monitor.feeds.sitemap import VERSION
from monitor.sources.adding import NOT_TRIED, Addition, Outcome
from monitor.sources.full_text import TriedPage
from monitor.sources.probing import Probed

_SHOWN = 5
_NARROW = 70


def lines_of(probed: Probed, now: datetime, *, keys: Sequence[str] = ()) -> Iterator[str]:
    """Say it to a person; `keys` are those that the feed needs as `true` in the configuration."""
    if probed.final_url is not None:
        yield _answer(probed)
    if probed.moved_to:
        yield f"moved for good to {clean(probed.moved_to)}"
    if not probed.is_feed:
        yield f"no feed: {clean(probed.failure or '')}"
        for found in probed.advertised:
            yield f"  it names a feed: {clean(found.url)}  {clean(found.title)}"
        return
    yield from lines_of_feed(probed, now)
    yield "to watch it, `news-monitor feeds add` its address, or add to `feeds` in config.yaml:"
    url, name = (
        json.dumps(clean(text), ensure_ascii=False) for text in (probed.moved_to or probed.url, probed.title)
    )
    yield f"  - {{url: {url}, name: {name}{''.join(f', {key}: true' for key in keys)}}}"


def lines_of_addition(addition: Addition, now: datetime) -> Iterator[str]:
    """Say to a person what `feeds add` saw and did; the last line is what came of it."""
    for candidate in addition.candidates:
        title = f"  {clean(candidate.title)[:_NARROW]}" if candidate.title else ""
        yield f"  {clean(candidate.url)}{title}: {clean(candidate.verdict)}"
    if any(candidate.verdict == NOT_TRIED for candidate in addition.candidates):
        yield "to take another one of these too, `news-monitor feeds add` its own address"
    if addition.probed is not None and addition.probed.is_feed:
        yield from lines_of_feed(addition.probed, now)
    if addition.outcome is Outcome.ADDED:
        yield _rules(addition)
    yield clean(addition.sentence)


def _rules(addition: Addition) -> str:
    if addition.rules is None:
        return "which rules match is not known: the rule files have mistakes, see `news-monitor rules check`"
    if not addition.rules:
        return "no rule matches any of it today"
    found = (f"{one.rule} ({counted(one.entries, 'entry', 'entries')})" for one in addition.rules[:_SHOWN])
    more = len(addition.rules) - _SHOWN
    return f"rules that match today: {', '.join(found)}{f' and {more} more' if more > 0 else ''}"


def lines_of_feed(probed: Probed, now: datetime) -> Iterator[str]:
    """Say what a feed holds: kind, title, language, how many entries of what age, and the first of them."""
    yield f'{probed.version or "feed"} "{clean(probed.title)}", language {probed.lang or "not said"}'
    if probed.problem:
        yield f"problem: {clean(probed.problem)}"
    yield _census(probed, now)
    if not probed.conditional:
        yield "the server gives neither ETag nor Last-Modified: each poll transfers everything"
    yield from _first(probed.entries, now)
    if probed.pages is not None:
        yield from _pages(probed.pages)


def _pages(pages: Sequence[TriedPage]) -> Iterator[str]:
    """Say whether full texts can be had."""
    good = sum(page.characters > 0 for page in pages)
    if not pages:
        yield "full text: no entry has a link to follow"
        return
    verdict = "works" if good == len(pages) else f"works for {good}" if good else "does not work"
    yield f"full text: {verdict}, by the pages of {counted(len(pages), 'newest entry', 'newest entries')}"
    for page in pages:
        found = f"{page.characters} characters, where the feed gives {page.given}"
        yield f"  {clean(page.link)}: {found if page.characters else clean(page.said)}"


def _answer(probed: Probed) -> str:
    kind = (probed.content_type or "no content type").split(";")[0]
    return f"answered {probed.status}, {clean(kind)}, {probed.bytes / 1024:.0f} KiB, {probed.seconds:.1f} s"


def _census(probed: Probed, now: datetime) -> str:
    entries = probed.entries
    wanted = {"date", "link", "title"} if probed.version == VERSION else {"date", "link", "guid", "title"}
    dates = [entry.published for entry in entries if entry.published]
    newest = f", the newest {ago(max(dates), now)}" if dates else ""
    lacking = [
        f"{lacks} without {what}"
        for what, lacks in (
            ("date", len(entries) - len(dates)),
            ("link", sum(entry.link is None for entry in entries)),
            ("guid", sum(entry.guid is None for entry in entries)),
            ("title", sum(not entry.title for entry in entries)),
        )
        if lacks and what in wanted
    ]
    return f"{counted(len(entries), 'entry', 'entries')}{newest}{'; ' if lacking else ''}{', '.join(lacking)}"


def _first(entries: Sequence[Entry], now: datetime) -> Iterator[str]:
    for entry in entries[:_SHOWN]:
        when = ago(entry.published, now) if entry.published else "no date"
        yield f"  {when:>10}  {clean(entry.title)[:_NARROW]}"
        yield f"              {clean(entry.link or 'no link')}"
    if len(entries) > _SHOWN:
        yield f"  and {len(entries) - _SHOWN} more"
