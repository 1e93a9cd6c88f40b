"""`news-monitor feeds`: how the feeds are doing, and what stands behind an address."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
from click.core import ParameterSource

from monitor.cli.common import ago, config_option, configured, counted, json_option, now, print_json
from monitor.cli.database import opened, run_async
from monitor.cli.feed_edits import add_one, export_feeds, import_feeds
from monitor.cli.guard import Exit, clean
from monitor.cli.probing import lines_of
from monitor.cli.tables import print_table
from monitor.config.checks import problem_of_url, same_address
from monitor.config.settings import Loaded, feed_of
from monitor.core.feed_account import Case, facts_of
from monitor.core.health import is_well, remedy
from monitor.core.models import Feed, FeedState, FeedStatus, PageTally
from monitor.core.settings import FeedSettings, Settings
from monitor.files import is_there
from monitor.sources.probing import probe
from monitor.telemetry import Redactor

_WELL = {FeedStatus.OK, FeedStatus.NEVER}


@click.group(name="feeds")
def command() -> None:
    r"""List feeds and their health; probe an address; add feeds; import and export OPML.

    \b
    Examples:
      news-monitor feeds list --failing
      news-monitor feeds list --health
      news-monitor feeds why https://www.example.org/rss
      news-monitor feeds probe https://www.example.org/news
      news-monitor feeds add https://www.example.org
      news-monitor feeds export --opml feeds.opml
      news-monitor feeds import other-reader.opml
    """


command.add_command(add_one)
command.add_command(export_feeds)
command.add_command(import_feeds)


@command.command(name="list")
@click.option("--failing", is_flag=True, help="Only feeds whose last poll went wrong.")
@click.option(
    "--health", "by_health", is_flag=True, help="How each feed is, since when, why, and the remedy."
)
@json_option
@config_option
def list_feeds(*, failing: bool, by_health: bool, as_json: bool, config: Path) -> None:
    """List every feed the daemon knows: health, last and next poll, entries stored, what went wrong."""
    loaded = configured(config)

    async def fetch() -> list[FeedState]:
        async with opened(loaded) as store:
            return await store.feed_states()

    states = [state for state in run_async(fetch()) if not failing or state.status not in _WELL]
    redactor = Redactor(loaded.secrets)
    names = {feed.url: feed for feed in loaded.feeds}
    if as_json:
        print_json([{"name": _name(names, state), **_fields(state)} for state in states], redactor)
        return
    at = now()
    if by_health:
        _print_health(states, names, at, redactor)
        return
    rows = [
        (
            _name(names, state),
            _health(state),
            ago(state.last_polled_at, at),
            ago(state.next_poll_at, at),
            ago(state.last_entry_at, at),
            str(state.entries),
            state.error or "",
        )
        for state in sorted(states, key=lambda state: (state.status in _WELL, _name(names, state).casefold()))
    ]
    headings = ("feed", "health", "polled", "next poll", "newest", "entries", "error")
    print_table(headings, rows, empty="No feed." if not failing else "No feed fails.", redactor=redactor)


def _print_health(states: list[FeedState], names: dict[str, Feed], at: datetime, redactor: Redactor) -> None:
    """Print how feeds are, those that need a look first."""
    rows = [
        (
            _name(names, state),
            state.health.state.value,
            ago(state.health.since, at) if state.health.since else "",
            state.health.reason,
            "" if is_well(state.health.state) else remedy(state.health, state.noted),
        )
        for state in sorted(
            states,
            key=lambda state: (
                is_well(state.health.state),
                state.health.state.value,
                _name(names, state).casefold(),
            ),
        )
    ]
    unwell = sum(not is_well(state.health.state) for state in states)
    print_table(("feed", "health", "since", "reason", "remedy"), rows, empty="No feed.", redactor=redactor)
    if rows:
        click.echo(f"{counted(len(rows), 'feed')}, {unwell} of them in need of a look")


def _name(names: dict[str, Feed], state: FeedState) -> str:
    feed = names.get(state.url)
    return feed.name if feed else state.url


def _health(state: FeedState) -> str:
    return f"{state.status.value} ({state.failures}x)" if state.failures > 1 else state.status.value


def _fields(state: FeedState) -> dict[str, object]:
    return {
        "url": state.url,
        "status": state.status,
        "failures": state.failures,
        "error": state.error,
        "entries": state.entries,
        "last_polled_at": state.last_polled_at,
        "last_success_at": state.last_success_at,
        "last_entry_at": state.last_entry_at,
        "next_poll_at": state.next_poll_at,
        "moved_to": state.moved_to,
        "health": state.health.state,
        "health_since": state.health.since,
        "reason": state.health.reason,
        "remedy": "" if is_well(state.health.state) else remedy(state.health, state.noted),
    }


@command.command(name="why")
@click.argument("url")
@config_option
def why(*, url: str, config: Path) -> None:
    """Explain one feed: how it is and why, what was asked and came, when it is next polled and why then.

    URL is its address or its name in the configuration.
    """
    loaded = configured(config)

    feed = _meant(loaded, url)

    async def fetch() -> tuple[FeedState | None, PageTally]:
        if feed is None:
            return None, PageTally()
        async with opened(loaded) as store:
            return await store.feed_state(feed.url), await store.page_tally(feed.url)

    state, pages = run_async(fetch())
    if feed is None or state is None:
        known = "the daemon has not met it yet" if feed is not None else "the configuration has no such feed"
        click.echo(f"{url}: {known}; `news-monitor feeds list` names those there are", err=True)
        raise SystemExit(Exit.FOUND)
    redactor = Redactor(loaded.secrets)
    case = Case(feed=feed, state=state, polling=loaded.accepted().polling, at=now(), pages=pages)
    click.echo(redactor.for_people(f"{clean(feed.name)}  {clean(state.url)}"))
    for fact in facts_of(case):
        if fact.label in {"asked", "learned"}:
            click.echo("")
        click.echo(redactor.for_people(f"{fact.label:<11}{clean(fact.text)}"))


def _meant(loaded: Loaded, words: str) -> Feed | None:
    """Find a feed by its address, however it is spelt, or by its name."""
    by_name = [feed for feed in loaded.feeds if feed.name.casefold() == words.casefold()]
    if problem_of_url(words) is None:
        by_address = (
            feed
            for feed in loaded.feeds
            if words == feed.url or same_address(feed.fetch_url) == same_address(words)
        )
        return next(by_address, None)
    return by_name[0] if len(by_name) == 1 else next((f for f in loaded.feeds if f.url == words), None)


@command.command(name="probe")
@click.argument("url")
@click.option("--allow-private", is_flag=True, help="Permit a private or loopback address.")
@click.option("--full-text", is_flag=True, help="Also try the pages of its three newest entries.")
@json_option
@config_option
def probe_url(*, url: str, allow_private: bool, full_text: bool, as_json: bool, config: Path) -> None:
    """Fetch URL as the daemon would and say what it is: its entries, or the feeds that a page names.

    A feed that the configuration has is asked with its headers, login and proxy. Nothing is stored. Exit
    code 1 if it is no feed.
    """
    asked_for = click.get_current_context().get_parameter_source("config") is ParameterSource.COMMANDLINE
    known = is_there(config) or asked_for
    loaded = configured(config) if known else Loaded(path=config, settings=Settings())
    polling = loaded.accepted().polling
    if problem := problem_of_url(url):
        message = f"the address {problem}"
        raise click.BadParameter(message, param_hint="URL")
    same = (feed for feed in loaded.feeds if same_address(feed.fetch_url) == same_address(url))
    feed = next(same, None) or feed_of(FeedSettings(url=url), polling)
    feed = replace(
        feed, allow_private=feed.allow_private or allow_private, full_text=feed.full_text or full_text
    )
    at = now()
    probed = run_async(probe(feed, polling, at))
    redactor = Redactor(loaded.secrets)
    if as_json:
        print_json(probed, redactor)
    else:
        keys = {"allow_private": allow_private, "full_text": full_text}
        for line in lines_of(probed, at, keys=[key for key, wanted in keys.items() if wanted]):
            click.echo(redactor.for_people(line))
    if not probed.is_feed:
        raise SystemExit(Exit.FOUND)
