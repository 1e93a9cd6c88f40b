"""`news-monitor silences`: what is not to alert for a while, and what was held back by it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
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
    say_mistakes,
)
from monitor.cli.database import opened, run_async
from monitor.cli.guard import Exit, clean, the_one
from monitor.cli.story_page import SHORT, found_story
from monitor.cli.tables import print_table
from monitor.config.pushed import rules_of
from monitor.config.settings import Loaded
from monitor.core.document import suggestion
from monitor.core.errors import Mistake, Weight
from monitor.core.models import Decision, ListedSilence, Silence
from monitor.core.silencing import wrong_matcher
from monitor.pipeline.editing import whole
from monitor.sources.pushed import with_bundle
from monitor.store import Store


@click.group(name="silences")
def command() -> None:
    r"""Keep alerts from being sent for a while; see what that held back.

    Everything goes on being read, matched and put into stories. What a silence holds is recorded, and listed
    by `show`; it is not sent later, unless the silence says --release: then it is told at its end, up to
    three alerts one by one, more as one message. A running daemon heeds a new silence with the next entry.

    \b
    Examples:
      news-monitor silences add rule=cross-border-raids --for 4h --comment "exercise announced"
      news-monitor silences add outlet=example.org severity=low --for 7d
      news-monitor silences list
      news-monitor silences add rule=cross-border-raids --for 8h --release
      news-monitor silences show 4f2a91c0
      news-monitor silences extend 4f2a91c0 --for 2h
      news-monitor silences end 4f2a91c0
    """


@command.command(name="add")
@click.argument("matchers", nargs=-1, required=True, metavar="NAME=VALUE...")
@click.option("--for", "length", type=AGE, required=True, help="How long, from now on, e.g. 30m, 4h, 7d.")
@click.option("--comment", default="", metavar="TEXT", help="Why, for whoever looks at the list.")
@click.option("--release", is_flag=True, help="Tell at its end what it held.")
@json_option
@config_option
def add(
    *,
    matchers: tuple[str, ...],
    length: timedelta,
    comment: str,
    release: bool,
    as_json: bool,
    config: Path,
) -> None:
    r"""Silence alerts of which every NAME=VALUE holds, for a length of time.

    Names are rule, severity (low, medium, high, critical), story, outlet, source (an outlet or the address of
    a feed), tag, entity and language; each may be given once. The value must be the whole word, but for
    `story`, where the start of an id is enough.

    \b
    Example:
      news-monitor silences add rule=cross-border-raids language=ru --for 4h
    """
    if length <= timedelta(0):
        message = "it must be longer than 0s"
        raise click.BadParameter(message, param_hint="--for")
    wanted = read_matchers(matchers)
    loaded = configured(config)
    say_mistakes(_doubts(wanted, loaded))
    at = now()

    silence = Silence(
        id=secrets.token_hex(16),
        matchers=wanted,
        starts_at=at,
        ends_at=at + length,
        author=author(),
        comment=comment.strip(),
        release=release,
    )
    silence = run_async(_added(loaded, silence))
    if as_json:
        print_json(silence)
    else:
        until = minute(silence.ends_at)
        then = ", and what it held is told then" if release else ""
        click.echo(f"{silence.id[:SHORT]}: {in_words(silence.matchers)} is silenced until {until}{then}")


async def _added(loaded: Loaded, silence: Silence) -> Silence:
    """Add a silence; of a story by its whole id."""
    async with opened(loaded) as store:
        if "story" in silence.matchers:
            story = (await whole(store, await found_story(store, silence.matchers["story"]))).id
            silence = replace(silence, matchers={**silence.matchers, "story": story})
        await store.add_silence(silence)
        return silence


def read_matchers(texts: Iterable[str]) -> dict[str, str]:
    """Read `rule=raids` and its like.

    Raises:
        click.BadParameter: one is not of that form, or names what no alert has, twice, or no severity.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if message := wrong_matcher(name, equals, value, found):
            raise click.BadParameter(message, param_hint="NAME=VALUE")
        found[name] = value
    return found


def _doubts(matchers: Mapping[str, str], loaded: Loaded) -> list[Mistake]:
    """Warn of a rule that is not there: the silence would hold nothing."""
    rules = [rule.id for rule in rules_of(run_async(with_bundle(loaded))).ruleset.rules]
    name = matchers.get("rule")
    if name is None or name in rules:
        return []
    message = f"no rule is named '{name}' now{suggestion(name, rules)}"
    return [Mistake(path="rules", message=message, weight=Weight.WARNING)]


def in_words(matchers: Mapping[str, str]) -> str:
    """Write matchers the way they are given."""
    return " ".join(f"{name}={clean(value)}" for name, value in matchers.items())


@command.command(name="list")
@click.option("--all", "everything", is_flag=True, help="Those that have ended, too.")
@json_option
@config_option
def list_silences(*, everything: bool, as_json: bool, config: Path) -> None:
    """List silences, the last to end first, with what each has held back."""
    loaded = configured(config)
    at = now()

    async def fetch() -> list[ListedSilence]:
        async with opened(loaded) as store:
            return await store.listed_silences(ending_after=None if everything else at)

    silences = run_async(fetch())
    if as_json:
        print_json(silences)
    else:
        print_table(HEADINGS, [_row(silence, at) for silence in silences], empty="No silence.")


HEADINGS = ("silence", "ends", "matches", "held", "author", "comment")


def _row(listed_one: ListedSilence, at: datetime) -> Sequence[str]:
    silence = listed_one.silence
    held = "nothing"
    if listed_one.decisions:
        matches = counted(listed_one.decisions, "match", "matches")
        stories = counted(listed_one.stories, "story", "stories")
        held = f"{matches} in {stories}, last {ago(listed_one.last_at, at)}"
    held += ", told at its end" if silence.release else ""
    ends = ago(silence.ends_at, at)
    return (silence.id[:SHORT], ends, in_words(silence.matchers), held, silence.author, silence.comment)


@command.command(name="extend")
@click.argument("silence")
@click.option("--for", "length", type=AGE, required=True, help="How long, from now on, e.g. 30m, 4h, 7d.")
@config_option
def extend(*, silence: str, length: timedelta, config: Path) -> None:
    """Let a SILENCE, named by the start of its id, end so long from now: later than it would, or earlier."""
    if length <= timedelta(0):
        message = "it must be longer than 0s; `news-monitor silences end` ends it now"
        raise click.BadParameter(message, param_hint="--for")
    loaded = configured(config)
    at = now()

    async def work() -> tuple[Silence, bool]:
        async with opened(loaded) as store:
            found = await _silence(store, silence)
            return found, await store.extend_silence(found.id, at + length, at)

    found, moved = run_async(work())
    until = f"is silenced until {minute(at + length)}"
    said = until if moved else f"had ended {ago(found.ends_at, at)}; add it anew"
    click.echo(f"{found.id[:SHORT]}: {in_words(found.matchers)} {said}")
    if not moved:
        raise SystemExit(Exit.FOUND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a silence held: one decision, and the article it was made on."""

    decision: Decision
    title: str
    link: str | None


@command.command(name="show")
@click.argument("silence")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=200, show_default=True, help="At most so many."
)
@json_option
@config_option
def show(*, silence: str, limit: int, as_json: bool, config: Path) -> None:
    """Show a SILENCE, named by the start of its id, with every match it held and its article."""
    loaded = configured(config)
    at = now()

    async def fetch() -> tuple[Silence, list[Held]]:
        async with opened(loaded) as store:
            found = await _silence(store, silence)
            return found, [
                await _held(store, decision) for decision in await store.silenced(found, limit=limit)
            ]

    found, held = run_async(fetch())
    if as_json:
        print_json({"silence": found, "held": held})
        return
    ends = "ended" if found.ends_at <= at else "ends"
    click.echo(f"{found.id}  {in_words(found.matchers)}")
    click.echo(f"  by {clean(found.author)} since {minute(found.starts_at)}; {ends} {minute(found.ends_at)}")
    if found.comment:
        click.echo(f"  because {clean(found.comment)}")
    told = "told at its end" if found.release else "not sent later"
    click.echo(f"  held {counted(len(held), 'match', 'matches')}, {told}")
    for one in held:
        click.echo(f"  {minute(one.decision.at)}  {one.decision.rule}: {clean(one.title)}")
        click.echo(f"      {clean(one.link or 'no link')}")


async def _held(store: Store, decision: Decision) -> Held:
    stored = await store.entry(decision.entry)
    if stored is None:
        return Held(decision=decision, title="(no longer kept)", link=None)
    return Held(decision=decision, title=stored.entry.title, link=stored.entry.link)


@command.command(name="end")
@click.argument("silence")
@config_option
def end(*, silence: str, config: Path) -> None:
    """End a SILENCE, named by the start of its id, before its time.

    What it held stays listed; with --release it is told now.
    """
    loaded = configured(config)
    at = now()

    async def work() -> tuple[Silence, bool]:
        async with opened(loaded) as store:
            found = await _silence(store, silence)
            return found, await store.end_silence(found.id, at)

    found, ended = run_async(work())
    ends = "is ended" if ended else f"had ended {ago(found.ends_at, at)}"
    click.echo(f"{found.id[:SHORT]}: {in_words(found.matchers)} {ends}")


async def _silence(store: Store, prefix: str) -> Silence:
    return the_one(
        await store.silences_like(prefix, limit=2),
        prefix,
        noun="silence",
        id_of=lambda silence: silence.id,
        listed_by="news-monitor silences list --all",
    )
