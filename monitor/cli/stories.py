"""`news-monitor stories`: what is being told, by whom, and why articles lie together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

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
from monitor.cli.guard import clean, the_one
from monitor.cli.tables import print_table
from monitor.core.models import Decision, StoredEntry, Story
from monitor.store import Store

SHORT = 12
"""Digits of an id that are shown; as many are enough to name one."""


@click.group(name="stories")
def command() -> None:
    r"""List stories, and show one with its sources, matches and decisions.

    A story is one happening, told by any number of outlets. Its id is the start of a long number; as many
    digits as make it unique are enough.

    \b
    Example:
      news-monitor stories list --since 6h --rule cross-border-raids
      news-monitor stories show 4f2a91c0
    """


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

    stories = run_async(fetch())
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
    print_table(("story", "changed", "outlets", "articles", "languages", "title"), rows, empty="No story.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story with everything that was decided in it."""

    story: Story
    entries: Sequence[StoredEntry]
    decisions: Sequence[Decision]


@command.command(name="show")
@click.argument("story")
@json_option
@config_option
def show_story(*, story: str, as_json: bool, config: Path) -> None:
    """Show one story: who told it when, why each article is in it, what matched, what was decided."""
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


async def told(store: Store, prefix: str) -> Told:
    """Find the story whose id begins so.

    Raises:
        NothingFoundError: none or several do.
    """
    found = await store.stories_like(prefix, limit=2)
    story = the_one(
        found, prefix, noun="story", id_of=lambda story: story.id, listed_by="news-monitor stories list"
    )
    return Told(
        story=story,
        entries=await store.entries_of_story(story.id),
        decisions=await store.decisions(story=story.id),
    )


def lines_of(found: Told) -> list[str]:
    """Write a story as a timeline for people."""
    story = found.story
    lines = [
        clean(story.title),
        f"  story     {story.id}",
        f"  told by   {_tellers(story)}",
        f"  opened    {minute(story.opened_at)}, last changed {minute(story.updated_at)}",
        f"  entities  {clean(', '.join(story.entities)) or 'none'}",
        "",
    ]
    for item in found.entries:
        lines += _entry_lines(
            item, [decision for decision in found.decisions if decision.entry == item.entry.id]
        )
    return lines


def _tellers(story: Story) -> str:
    outlets = clean(", ".join(story.outlets))
    return f"{counted(len(story.outlets), 'outlet')} in {counted(story.texts, 'text')}: {outlets}"


def _entry_lines(item: StoredEntry, decisions: Sequence[Decision]) -> list[str]:
    entry, assignment = item.entry, item.assignment
    lines = [f"{minute(entry.first_seen)}  {clean(entry.outlet)} [{entry.lang or '?'}]  {clean(entry.title)}"]
    if entry.link:
        lines.append(f"             {clean(entry.link)}")
    if assignment:
        lines.append(f"             {assignment.placement.value}: {clean(assignment.reason)}")
    for match in item.findings.matches:
        words = ", ".join(dict.fromkeys(clean(hit.text) for hit in match.hits))
        lines.append(f"             matched {match.rule}: {words}")
    lines += [f"             {decision_line(decision)}" for decision in decisions]
    return lines


def decision_line(decision: Decision) -> str:
    """Write a decision as one line: rule, what became of it, why."""
    detail = f" ({clean(decision.detail)})" if decision.detail else ""
    return f"{decision.rule}: {decision.verdict.value}, {decision.reason.value}{detail}"
