"""`news-monitor alerts held`, `release`, `ack`: what channels are to get later, who took an alert on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from monitor.cli.author import author
from monitor.cli.common import (
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
from monitor.cli.story_page import SHORT
from monitor.cli.tables import print_table
from monitor.core.alerting.sharing import in_words
from monitor.core.models import Hold, ListedAlert, Reason, Verdict
from monitor.store import Store

_MANY = 10_000


async def alert_named(store: Store, prefix: str) -> ListedAlert:
    """Return the alert that the start of an id names.

    Raises:
        NothingFoundError: none or several are.
    """
    found = await store.alerts_like(prefix, limit=2)
    return the_one(
        found, prefix, noun="alert", id_of=lambda alert: alert.record.id, listed_by="news-monitor alerts list"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something that is held, and what it is about."""

    alert: str
    rule: str
    channel: str
    until: datetime | None
    why: str
    articles: int
    title: str


@click.command(name="held")
@click.option("--rule", metavar="NAME", help="Only alerts of this rule.")
@json_option
@config_option
def held(*, rule: str | None, as_json: bool, config: Path) -> None:
    """List what is held: for which channel, until when, by what; the first to be told first."""
    loaded = configured(config)

    async def fetch() -> list[Waiting]:
        async with opened(loaded) as store:
            return await _waiting(store, rule)

    found = run_async(fetch())
    if as_json:
        print_json(found)
        return
    at = now()
    rows = [
        (one.alert[:SHORT], ago(one.until, at), one.channel, one.why, str(one.articles), one.rule, one.title)
        for one in found
    ]
    headings = ("alert", "told", "channel", "held by", "articles", "rule", "title")
    print_table(headings, rows, empty="Nothing is held.")


async def _waiting(store: Store, rule: str | None) -> list[Waiting]:
    holds = await store.list_holds(rule=rule)
    about = {one.record.id: one for one in await store.alerts_of(sorted({hold.alert for hold in holds}))}
    found = [_of_hold(hold, about.get(hold.alert)) for hold in holds]
    uncertain = await store.list_alerts(limit=_MANY, rule=rule, state=Verdict.HELD)
    found += [_uncorroborated(one) for one in uncertain if one.record.deadline is not None]
    return sorted(found, key=lambda one: (one.until is None, one.until, one.alert))


def _of_hold(hold: Hold, about: ListedAlert | None) -> Waiting:
    return Waiting(
        alert=hold.alert,
        rule=hold.rule,
        channel=hold.channel,
        until=hold.until,
        why=in_words(hold),
        articles=hold.matches,
        title=about.title if about else "",
    )


def _uncorroborated(one: ListedAlert) -> Waiting:
    return Waiting(
        alert=one.record.id,
        rule=one.record.rule,
        channel="(all)",
        until=one.record.deadline,
        why=Reason.AWAITING_OUTLETS.value,
        articles=1,
        title=one.title,
    )


@click.command(name="release")
@click.argument("alerts", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Whatever channels hold.")
@config_option
def release(*, alerts: tuple[str, ...], everything: bool, config: Path) -> None:
    """Tell held ALERTS now, named by the start of their id; the running daemon does so within seconds.

    Quiet hours and silences that are still on hold them again: end the silence, or change config.yaml.
    """
    if bool(alerts) is everything:
        message = "name alerts (`news-monitor alerts held` lists them), or say --all"
        raise click.UsageError(message)
    loaded = configured(config)
    at = now()

    async def work() -> int:
        async with opened(loaded) as store:
            if everything:
                return await store.let_go(at)
            chosen = [await alert_named(store, name) for name in alerts]
            return sum([await store.let_go(at, alert=one.record.id) for one in chosen])

    click.echo(f"{counted(run_async(work()), 'message')} let go")


@click.command(name="ack")
@click.argument("alert")
@click.option("--by", "who", metavar="NAME", help="Who takes it on; by default the person at the terminal.")
@config_option
def acknowledge(*, alert: str, who: str | None, config: Path) -> None:
    """Acknowledge an ALERT, named by the start of its id: nobody else is told of it any more."""
    loaded = configured(config)
    at = now()
    person = who or author()

    async def work() -> tuple[ListedAlert, bool]:
        async with opened(loaded) as store:
            found = await alert_named(store, alert)
            return found, await store.acknowledge(found.record.id, person, at)

    found, done = run_async(work())
    record = found.record
    if done:
        said = f"acknowledged by {person}"
    else:
        said = f"had been acknowledged by {record.acknowledged_by}, {ago(record.acknowledged_at, at)}"
    click.echo(f"{record.id[:SHORT]}: {said}: {clean(found.title)}")


def hold_lines(holds: Sequence[Hold], at: datetime) -> list[str]:
    """Say of each hold what it does, or what it came to."""
    return [f"{clean(hold.channel)}: {_hold_line(hold, at)}" for hold in holds]


def _hold_line(hold: Hold, at: datetime) -> str:
    articles = f", {hold.matches} articles" if hold.matches > 1 else ""
    if hold.ended_at is None:
        return f"held until {minute(hold.until)}, {ago(hold.until, at)}, by {in_words(hold)}{articles}"
    told = f"in digest {hold.told_in[:SHORT]}" if hold.told_in else "by itself"
    return f"was held by {in_words(hold)}; let go {minute(hold.ended_at)}, {told}{articles}"
