"""`news-monitor stories`: what is being told, by whom, and why articles lie together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click

from monitor.cli.common import (
    AGE,
    ago,
    config_option,
    configured,
    json_option,
    now,
    print_json,
)
from monitor.cli.database import opened, run_async
from monitor.cli.story_edits import merge, split, undo
from monitor.cli.story_page import SHORT, Told, lines_of, told
from monitor.cli.tables import print_table
from monitor.core.models import Story


@click.group(name="stories")
def command() -> None:
    r"""List, search and show stories; merge and split them by hand.

    A story is one happening, told by any number of outlets. Its id is the start of a long number; as many
    digits as make it unique are enough.

    \b
    Examples:
      news-monitor stories list --since 6h --rule cross-border-raids
      news-monitor stories search belgorod village --since 7d
      news-monitor stories show 4f2a91c0
      news-monitor stories merge 4f2a91c0 81bb20de --why "the same press conference"
      news-monitor stories split 4f2a91c0 9c01d2aa --why "another village"
      news-monitor stories undo 3
    """


command.add_command(merge)
command.add_command(split)
command.add_command(undo)


@command.command(name="list")
@click.option(
    "--since", type=AGE, default="24h", show_default=True, help="Changed within this time, e.g. 30m, 7d."
)
@click.option("--rule", metavar="NAME", help="Only stories that this rule matched.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=30, show_default=True, help="At most so many."
)
@json_option
@config_option
def list_stories(*, since: timedelta, rule: str | None, limit: int, as_json: bool, config: Path) -> None:
    """List stories, the last changed first."""
    loaded = configured(config)

    async def fetch() -> list[Story]:
        async with opened(loaded) as store:
            return await store.list_stories(limit=limit, since=now() - since, rule=rule)

    _print(run_async(fetch()), as_json=as_json, empty="No story.")


@command.command(name="search")
@click.argument("words", nargs=-1, required=True, metavar="WORDS...")
@click.option("--since", type=AGE, default="30d", show_default=True, help="Changed within this time.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=30, show_default=True, help="At most so many."
)
@json_option
@config_option
def search_stories(
    *, words: Sequence[str], since: timedelta, limit: int, as_json: bool, config: Path
) -> None:
    """Find stories by words of their titles, outlets, entities and speakers, the last changed first.

    All WORDS must occur; the beginning of a word is enough, so `белгород` finds Белгородской.
    """
    loaded = configured(config)

    async def fetch() -> list[Story]:
        async with opened(loaded) as store:
            return await store.search_stories(words, since=now() - since, limit=limit)

    _print(run_async(fetch()), as_json=as_json, empty="No story tells of that.")


def _print(stories: Sequence[Story], *, as_json: bool, empty: str) -> None:
    if as_json:
        print_json(stories)
        return
    at = now()
    rows = [
        (
            story.id[:SHORT],
            ago(story.updated_at, at),
            str(len(story.outlets)),
            str(story.entries),
            ",".join(story.languages),
            story.title,
        )
        for story in stories
    ]
    print_table(("story", "changed", "outlets", "articles", "languages", "title"), rows, empty=empty)


@command.command(name="show")
@click.argument("story")
@json_option
@config_option
def show_story(*, story: str, as_json: bool, config: Path) -> None:
    """Show one story: who told it first, who copied whom, who claims what, what was sent, and why.

    First what it comes to, then its timeline: each article with the reason why it is here, what matched in it
    and what was decided.
    """
    loaded = configured(config)

    async def fetch() -> Told:
        async with opened(loaded) as store:
            return await told(store, story)

    found = run_async(fetch())
    if as_json:
        print_json(found)
    else:
        for line in lines_of(found):
            click.echo(line)
