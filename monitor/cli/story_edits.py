"""`news-monitor stories merge|split|undo`: stories put right by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from monitor.cli.author import author
from monitor.cli.common import config_option, configured, counted, now
from monitor.cli.database import opened, run_async
from monitor.cli.guard import NothingFoundError, the_one
from monitor.cli.story_page import SHORT, found_story
from monitor.config.settings import Loaded
from monitor.core.models import StoredEntry, StoryEdit
from monitor.pipeline import editing
from monitor.pipeline.editing import whole
from monitor.store import Store

_why = click.option("--why", default="", help="A word for those who ask later; kept with the edit.")


@click.command(name="merge")
@click.argument("story")
@click.argument("other")
@_why
@config_option
def merge(*, story: str, other: str, why: str, config: Path) -> None:
    """Make the story OTHER part of STORY. Both are named by the start of their ids.

    Nothing is sent: later articles join the one story, and a message already sent is edited with the next of
    them. A running daemon takes it over before it places the next article.
    """
    loaded = configured(config)

    async def work() -> StoryEdit:
        async with opened(loaded) as store:
            into, part = await found_story(store, story), await found_story(store, other)
            return await editing.merge(
                store, into=into, part=part, signed=_signed(why), owners=_owners(loaded)
            )

    edit = run_async(work())
    articles = counted(len(edit.entries), "article")
    _say(edit, f"{edit.source[:SHORT]} ({articles}) is part of {edit.target[:SHORT]} now")


@click.command(name="split")
@click.argument("story")
@click.argument("entries", nargs=-1, required=True, metavar="ENTRY...")
@_why
@config_option
def split(*, story: str, entries: Sequence[str], why: str, config: Path) -> None:
    """Take each ENTRY out of STORY, together, into a story of their own.

    `stories show` has the ids of a story's entries; an entry's address will do as well.
    """
    loaded = configured(config)

    async def work() -> StoryEdit:
        async with opened(loaded) as store:
            source = await whole(store, await found_story(store, story))
            inside = await store.entries_of_story(source.id)
            chosen = _chosen(inside, entries)
            return await editing.split(
                store, story=source.id, leaving=chosen, signed=_signed(why), owners=_owners(loaded)
            )

    edit = run_async(work())
    _say(edit, f"{_articles(edit)} the story {edit.target[:SHORT]} now")


@click.command(name="undo")
@click.argument("number", type=click.IntRange(1))
@_why
@config_option
def undo(*, number: int, why: str, config: Path) -> None:
    """Take back the edit of a NUMBER, as `merge` and `split` said it and `stories show` shows it.

    Articles that came since stay where they joined.
    """
    loaded = configured(config)

    async def work() -> StoryEdit:
        async with opened(loaded) as store:
            edit = await _edit_numbered(store, number)
            return await editing.undo(store, edit, signed=_signed(why), owners=_owners(loaded))

    edit = run_async(work())
    _say(edit, f"{_articles(edit)} in {edit.target[:SHORT]} again")


async def _edit_numbered(store: Store, number: int) -> StoryEdit:
    found = await store.story_edits(number=number)
    if not found:
        message = f"there is no edit {number}; `news-monitor stories show STORY` shows those of a story"
        raise NothingFoundError(message)
    return found[0]


def _signed(why: str) -> editing.Signed:
    return editing.Signed(at=now(), author=author(), why=why)


def _owners(loaded: Loaded) -> dict[str, str]:
    return loaded.accepted().stories.owner_of


def _chosen(inside: Sequence[StoredEntry], named: Sequence[str]) -> set[str]:
    return {_named(inside, name) for name in named}


def _named(inside: Sequence[StoredEntry], name: str) -> str:
    at = [one.entry.id for one in inside if name in {one.entry.link, one.entry.url}]
    if len(at) == 1:
        return at[0]
    found = [one.entry.id for one in inside if one.entry.id.startswith(name)]
    return the_one(
        found, name, noun="entry of the story", id_of=str, listed_by="news-monitor stories show STORY"
    )


def _articles(edit: StoryEdit) -> str:
    number = len(edit.entries)
    return f"{counted(number, 'article')} of {edit.source[:SHORT]} {'is' if number == 1 else 'are'}"


def _say(edit: StoryEdit, said: str) -> None:
    click.echo(f"edit {edit.number}: {said}; `news-monitor stories undo {edit.number}` takes it back")
