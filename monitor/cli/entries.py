"""`news-monitor entries`: what the feeds brought, one by one, and how one is forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from monitor.cli.author import author
from monitor.cli.common import (
    AGE,
    ago,
    config_option,
    configured,
    counted,
    json_option,
    minute,
    now,
    print_json,
)
from monitor.cli.database import opened, run_async
from monitor.cli.guard import NothingFoundError, clean, the_one
from monitor.cli.story_page import SHORT, decision_line
from monitor.cli.tables import print_table
from monitor.core.fulltext import source_of_text
from monitor.core.models import Decision, Forgotten, Revision, StoredEntry
from monitor.core.models import Page as WebPage
from monitor.store import Store

_LISTED_BY = "news-monitor entries list"
_ELSEWHERE = (
    "Not in reach, and yours to remove: messages already sent to Slack, mail and other channels; backups"
    " and exports of the database; logs."
)


@click.group(name="entries")
def command() -> None:
    r"""List and show entries, as the feeds brought them; have one forgotten.

    An entry is named by its address, or by the start of its id.

    \b
    Examples:
      news-monitor entries list --since 6h --feed https://www.example.org/rss
      news-monitor entries show https://www.example.org/2026/11/article
      news-monitor entries forget https://www.example.org/2026/11/article
    """


@command.command(name="list")
@click.option("--feed", metavar="URL", help="Only of this feed, by its address in config.yaml.")
@click.option("--since", type=AGE, default="1d", show_default=True, help="First seen within this time.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many."
)
@json_option
@config_option
def list_entries(*, feed: str | None, since: timedelta, limit: int, as_json: bool, config: Path) -> None:
    """List entries, the latest first."""
    loaded = configured(config)
    at = now()

    async def fetch() -> list[StoredEntry]:
        async with opened(loaded) as store:
            if feed is not None and await store.feed_state(feed) is None:
                message = (
                    f"there is no feed {feed}; `news-monitor feeds list --json` shows the address of each"
                )
                raise NothingFoundError(message)
            return await store.list_entries(since=at - since, feed=feed, limit=limit)

    found = run_async(fetch())
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one.entry.id[:SHORT],
            ago(one.entry.first_seen, at),
            one.entry.outlet,
            one.assignment.story[:SHORT] if one.assignment else "waits",
            one.entry.title,
        )
        for one in found
    ]
    print_table(("entry", "first seen", "outlet", "story", "title"), rows, empty="No entry.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is kept of an entry."""

    entry: StoredEntry
    former: Sequence[Revision]
    decisions: Sequence[Decision]
    web_page: WebPage | None = None
    """The one behind its link, if its feed asks for full texts."""


@command.command(name="show")
@click.argument("entry", metavar="ID|URL")
@json_option
@config_option
def show(*, entry: str, as_json: bool, config: Path) -> None:
    """Show entries with all that is kept of them: texts, former texts, matches, decisions.

    At one address there may be an entry of each of several feeds.
    """
    loaded = configured(config)

    async def fetch() -> list[Page]:
        async with opened(loaded) as store:
            found = await _named(store, entry)
            pages = await store.pages_of([one.entry.id for one in found])
            return [
                Page(
                    entry=one,
                    former=await store.revisions(one.entry.id),
                    decisions=await store.decisions(entry=one.entry.id),
                    web_page=pages.get(one.entry.id),
                )
                for one in found
            ]

    pages = run_async(fetch())
    if as_json:
        print_json(pages)
        return
    for page in pages:
        for line in _lines(page):
            click.echo(line)


@command.command(name="forget")
@click.argument("entry", metavar="ID|URL")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@config_option
def forget(*, entry: str, yes: bool, config: Path) -> None:
    """Remove an entry for good: text, title, author, former texts, what matched, copies of messages.

    A tombstone stays (its id, guid, address and a digest of its text), so that it is neither stored nor
    alerted again while its feed still serves it, changed or not. Other articles of its story stay. This
    cannot be undone.
    """
    loaded = configured(config)
    owners = loaded.accepted().stories.owner_of

    async def find() -> list[str]:
        async with opened(loaded) as store:
            return await _to_forget(store, entry)

    async def work(ids: Sequence[str]) -> list[Forgotten]:
        async with opened(loaded) as store:
            return [await store.forget_entry(one, at=now(), author=author(), owners=owners) for one in ids]

    ids = run_async(find())
    if not yes:
        named = ", ".join(one[:SHORT] for one in ids)
        click.confirm(f"Forget {counted(len(ids), 'entry', 'entries')} ({named}) for good?", abort=True)
    for done in run_async(work(ids)):
        click.echo(_said(done))
    click.echo(_ELSEWHERE)


async def _named(store: Store, name: str) -> list[StoredEntry]:
    """The entries at an address, or the one of an id.

    Raises:
        NothingFoundError: there is none.
    """
    if not _is_address(name):
        likely = await store.entries_like(name)
        return [the_one(likely, name, noun="entry", id_of=lambda one: one.entry.id, listed_by=_LISTED_BY)]
    found = await store.entries_at(name)
    if not found:
        message = f"no entry stands at {name}; `{_LISTED_BY}` shows those there are"
        raise NothingFoundError(message)
    return found


async def _to_forget(store: Store, name: str) -> list[str]:
    """Ids of entries by what a person calls them, those included of which the text is gone already."""
    if _is_address(name):
        found = [one.entry.id for one in await store.entries_at(name)] or await store.buried_at(name)
        if not found:
            message = f"no entry stands at {name}; `{_LISTED_BY}` shows those there are"
            raise NothingFoundError(message)
        return found
    likely = [one.entry.id for one in await store.entries_like(name)]
    likely += [one for one in await store.buried_like(name) if one not in likely]
    return [the_one(likely, name, noun="entry", id_of=str, listed_by=_LISTED_BY)]


def _is_address(name: str) -> bool:
    return "://" in name


def _said(done: Forgotten) -> str:
    what = [
        counted(done.texts, "text"),
        f"its place in {counted(done.stories, 'story', 'stories')}",
        f"the details of {counted(done.decisions, 'decision')}",
        f"the proof of {counted(done.alerts, 'alert')}",
        f"the copies of {counted(done.deliveries, 'message')}",
    ]
    return f"Forgotten {done.entry[:SHORT]}: {', '.join(what)}; a tombstone keeps it from coming back."


def _lines(page: Page) -> Iterator[str]:
    entry, place = page.entry.entry, page.entry.assignment
    yield clean(entry.title)
    facts = (
        ("entry", entry.id),
        ("address", entry.link or entry.url or "none"),
        ("outlet", f"{entry.outlet} [{entry.lang or '?'}]"),
        ("feed", entry.feed),
        ("author", entry.author),
        ("seen", minute(entry.first_seen)),
        ("published", minute(entry.published) if entry.published else "no date"),
        (
            "story",
            f"{place.story[:SHORT]}, {place.placement.value}: {place.reason}" if place else "waits for it",
        ),
        ("text of", page.web_page and source_of_text(entry, page.web_page)),
        ("summary", entry.summary),
        ("content", entry.content),
    )
    yield from (f"  {name:9}  {clean(value)}" for name, value in facts if value)
    for match in page.entry.findings.matches:
        yield f"  matched    {match.rule}: {', '.join(dict.fromkeys(clean(hit.text) for hit in match.hits))}"
    for decision in page.decisions:
        yield f"  decided    {decision_line(decision)}"
    for text in page.former:
        kind = "full text" if text.full_text else "revision"
        yield f"  before     {kind} {text.revision} of {minute(text.fetched)}: {clean(text.title)}"
