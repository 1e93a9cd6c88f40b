"""`news-monitor alerts`: what was alerted, where it went, and why anything was or was not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from monitor.cli.common import ago, config_option, configured, json_option, minute, now, print_json
from monitor.cli.database import opened, run_async
from monitor.cli.guard import Exit, NothingFoundError, clean, the_one
from monitor.cli.holding import acknowledge, alert_named, held, hold_lines, release
from monitor.cli.marking import command as mark
from monitor.cli.preview import command as preview
from monitor.cli.rulebook.archive import nothing_kept
from monitor.cli.story_page import SHORT, decision_line, told
from monitor.cli.tables import print_table
from monitor.cli.times import times_line
from monitor.config.settings import Loaded
from monitor.core.fulltext import source_of_text
from monitor.core.models import (
    AlertRecord,
    AlertTimes,
    Decision,
    Delivery,
    DeliveryState,
    Hold,
    ListedAlert,
    Page,
    StoredEntry,
    Verdict,
)
from monitor.store import Store

_MANY = 10_000


@click.group(name="alerts")
def command() -> None:
    r"""List alerts, where they went and what is held; ask why; acknowledge; retry or drop dead letters.

    \b
    Examples:
      news-monitor alerts list --rule cross-border-raids
      news-monitor alerts held
      news-monitor alerts ack 4f2a91c0
      news-monitor alerts why https://www.example.org/2026/11/article
      news-monitor alerts dead
      news-monitor alerts retry --all
      news-monitor alerts mark 4f2a91c0 noise
      news-monitor alerts preview cross-border-raids --html preview.html
    """


command.add_command(mark)
command.add_command(preview)


@command.command(name="list")
@click.option("--rule", metavar="NAME", help="Only alerts of this rule.")
@click.option("--held", is_flag=True, help="Only those that nobody has been told of yet.")
@click.option(
    "--limit", type=click.IntRange(1, _MANY), default=30, show_default=True, help="At most so many."
)
@json_option
@config_option
def list_alerts(*, rule: str | None, held: bool, limit: int, as_json: bool, config: Path) -> None:
    """List alerts, the newest first, with how many deliveries stand where."""
    loaded = configured(config)

    async def fetch() -> tuple[list[ListedAlert], list[Hold]]:
        async with opened(loaded) as store:
            state = Verdict.HELD if held else None
            found = await store.list_alerts(limit=limit, rule=rule, state=state)
            return found, await store.holds_of([one.record.id for one in found])

    alerts, holds = run_async(fetch())
    if as_json:
        print_json(alerts)
        return
    at = now()
    rows = [
        (
            alert.record.id[:SHORT],
            ago(alert.record.created_at, at),
            alert.record.rule,
            went(alert, [hold for hold in holds if hold.alert == alert.record.id]),
            alert.outlet,
            alert.title,
        )
        for alert in alerts
    ]
    print_table(("alert", "made", "rule", "deliveries", "outlet", "title"), rows, empty="No alert.")


def went(alert: ListedAlert, holds: Sequence[Hold] = ()) -> str:
    """Say where an alert stands: held, or how many of its deliveries are sent, parked and so on."""
    if alert.record.state is Verdict.HELD:
        return "held"
    told = [f"{number} {state.value}" for state, number in alert.deliveries.items() if number]
    in_digests = sum(hold.told_in is not None for hold in holds)
    still = sum(hold.ended_at is None for hold in holds)
    told += [f"{in_digests} in a digest"] if in_digests else []
    told += [f"{still} held"] if still else []
    return ", ".join(told) or "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An alert with its deliveries and the decisions in its story."""

    alert: ListedAlert
    deliveries: Sequence[Delivery]
    decisions: Sequence[Decision]
    holds: Sequence[Hold]
    times: AlertTimes | None


@command.command(name="show")
@click.argument("alert")
@json_option
@config_option
def show_alert(*, alert: str, as_json: bool, config: Path) -> None:
    """Show one alert: what raised it, each delivery, and every decision of its rule in the story."""
    loaded = configured(config)

    async def fetch() -> Shown:
        async with opened(loaded) as store:
            found = await alert_named(store, alert)
            holds = await store.holds_in(found.record.story)
            decisions = await store.decisions(story=found.record.story)
            return Shown(
                alert=found,
                deliveries=await store.deliveries(alert=found.record.id),
                decisions=[decision for decision in decisions if decision.rule == found.record.rule],
                holds=[hold for hold in holds if hold.alert == found.record.id],
                times=next(iter(await store.alert_times([found.record.id])), None),
            )

    shown = run_async(fetch())
    if as_json:
        print_json(shown)
        return
    record = shown.alert.record
    click.echo(clean(shown.alert.title))
    click.echo(f"  alert    {record.id}\n  story    {record.story}\n  rule     {record.rule}")
    click.echo(f"  link     {clean(shown.alert.link or 'none')}")
    click.echo(
        f"  matched  {', '.join(dict.fromkeys(clean(hit.text) for hit in record.hits)) or 'nothing kept'}"
    )
    took = times_line(shown.times) if shown.times else ""
    for line in (*filter(None, [took]), *_taken_on(record), *hold_lines(shown.holds, now())):
        click.echo(f"  {line}")
    for delivery in reversed(shown.deliveries):
        click.echo(f"  {_delivery_line(delivery)}")
    for decision in shown.decisions:
        click.echo(f"  {minute(decision.at)}  {decision_line(decision)}")


def _taken_on(record: AlertRecord) -> list[str]:
    """Say who took an alert on, or who else is or was told."""
    if record.acknowledged_at is not None:
        return [f"acknowledged by {clean(record.acknowledged_by)}, {minute(record.acknowledged_at)}"]
    if record.escalated_at is not None:
        return [f"nobody acknowledged it; others were told {minute(record.escalated_at)}"]
    if record.escalate_at is not None:
        return [f"others are told {minute(record.escalate_at)} unless somebody acknowledges it"]
    return []


def _delivery_line(delivery: Delivery) -> str:
    to = f"{delivery.channel} {delivery.recipient}" if delivery.recipient else delivery.channel
    error = f": {clean(delivery.error)}" if delivery.error else ""
    if delivery.folded_into:
        error = f" into the digest {delivery.folded_into[:SHORT]}"
    tries = f" after {delivery.attempts} attempts" if delivery.attempts > 1 else ""
    return (
        f"{delivery.id[:SHORT]}  {delivery.kind.value} to {clean(to)}, {delivery.state.value}{tries}{error}"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Entries with what was decided on them, and of their stories what is held and how long alerts took."""

    entries: Sequence[tuple[StoredEntry, Sequence[Decision]]]
    holds: Sequence[Hold]
    alerts: Sequence[tuple[AlertRecord, AlertTimes]]
    pages: Mapping[str, Page]
    """Of the articles, by entry, where their feed asks for full texts."""


@command.command(name="why")
@click.argument("story_or_url")
@json_option
@config_option
def why(*, story_or_url: str, as_json: bool, config: Path) -> None:
    """Say every decision made on a STORY or on the article at a URL, with its reason.

    For an article that no rule matched, and for one that never came, it says so.
    """
    loaded = configured(config)

    found = run_async(_explained(loaded, story_or_url))
    if not found.entries:
        raise NothingFoundError(nothing_kept(story_or_url, loaded.accepted().retention.entries))
    if as_json:
        print_json([{"entry": item, "decisions": decisions} for item, decisions in found.entries])
        return
    for line in _lines_of(found):
        click.echo(line)


async def _explained(loaded: Loaded, story_or_url: str) -> Explained:
    async with opened(loaded) as store:
        if "://" not in story_or_url:
            entries = list((await told(store, story_or_url)).entries)
        else:
            entries = await store.entries_at(story_or_url)
        stories = dict.fromkeys(item.assignment.story for item in entries if item.assignment)
        alerts = [one.record for story in stories for one in await store.alerts_of_story(story)]
        times = {one.alert: one for one in await store.alert_times([one.id for one in alerts])}
        return Explained(
            entries=[(item, await store.decisions(entry=item.entry.id)) for item in entries],
            holds=[hold for story in stories for hold in await store.holds_in(story)],
            alerts=[(one, times[one.id]) for one in alerts if one.id in times],
            pages=await store.pages_of([item.entry.id for item in entries]),
        )


def _lines_of(found: Explained) -> Iterator[str]:
    at = now()
    for item, decisions in found.entries:
        yield f"{minute(item.entry.first_seen)}  {clean(item.entry.outlet)}  {clean(item.entry.title)}"
        yield from (f"    {line}" for line in _reasons(item, decisions))
        if found_page := found.pages.get(item.entry.id):
            yield f"    text of {clean(source_of_text(item.entry, found_page))}"
    for record, times in found.alerts:
        yield f"  {record.rule}, alert {record.id[:SHORT]}: {times_line(times)}"
    for hold in found.holds:
        yield f"  {hold.rule}, {hold_lines([hold], at)[0]}"


for _command in (held, release, acknowledge):
    command.add_command(_command)


def _reasons(item: StoredEntry, decisions: Sequence[Decision]) -> list[str]:
    if item.assignment is None:
        return ["waits to be put into a story"]
    if not item.findings.matches:
        return ["no rule matched: `news-monitor rules explain` shows what was missing"]
    return [decision_line(decision) for decision in decisions] or ["decided before decisions were kept"]


@command.command(name="dead")
@json_option
@config_option
def dead(*, as_json: bool, config: Path) -> None:
    """List dead letters: deliveries refused for good, kept until somebody retries or drops them."""
    loaded = configured(config)

    async def fetch() -> list[Delivery]:
        async with opened(loaded) as store:
            return await store.deliveries(state=DeliveryState.PARKED, limit=_MANY)

    letters = run_async(fetch())
    if as_json:
        print_json(letters)
    else:
        at = now()
        rows = [
            (
                letter.id[:SHORT],
                ago(letter.created_at, at),
                letter.channel,
                letter.recipient or "",
                letter.error or "",
                letter.message.title,
            )
            for letter in letters
        ]
        print_table(
            ("delivery", "made", "channel", "recipient", "error", "title"), rows, empty="No dead letter."
        )
    if letters:
        raise SystemExit(Exit.FOUND)


@command.command(name="retry")
@click.argument("deliveries", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every dead letter.")
@config_option
def retry(*, deliveries: tuple[str, ...], everything: bool, config: Path) -> None:
    """Send deliveries at once: those named by the start of their id, or --all dead letters.

    A name may be a dead letter's, one that waits for its next attempt, one that was dropped, or one of which
    nobody knows whether it arrived: that is not waited for or asked any more, and says `possible repeat`.
    `news-monitor alerts show` has the ids.
    """
    at = now()
    _each(
        deliveries,
        everything=everything,
        config=config,
        action=_Action(
            states=frozenset(
                {DeliveryState.PARKED, DeliveryState.READY, DeliveryState.DROPPED, DeliveryState.UNSURE}
            ),
            carry_out=lambda store, id_: store.retry_delivery(id_, at),
            done="queued",
            adjective="waiting, dropped, doubtful or dead",
            doubtful="may have arrived before and will say `possible repeat`",
        ),
    )


@command.command(name="drop")
@click.argument("deliveries", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every dead letter.")
@config_option
def drop(*, deliveries: tuple[str, ...], everything: bool, config: Path) -> None:
    """Give deliveries up: those named by the start of their id, or --all dead letters.

    A name may be a dead letter's, one that waits for its next attempt, or one of which nobody knows whether
    it arrived. `news-monitor alerts show` has the ids.
    """
    _each(
        deliveries,
        everything=everything,
        config=config,
        action=_Action(
            states=frozenset({DeliveryState.PARKED, DeliveryState.READY, DeliveryState.UNSURE}),
            carry_out=lambda store, id_: store.drop_delivery(id_),
            done="dropped",
            adjective="waiting, doubtful or dead",
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Action:
    """What a person may do to deliveries, and to which."""

    states: frozenset[DeliveryState]
    carry_out: Callable[[Store, str], Awaitable[bool]]
    done: str
    adjective: str
    doubtful: str = ""
    """What is to be said of those that may have arrived."""


def _each(names: Sequence[str], *, everything: bool, config: Path, action: _Action) -> None:
    if bool(names) is everything:
        message = "name deliveries (`news-monitor alerts dead` lists them), or say --all"
        raise click.UsageError(message)
    loaded = configured(config)

    async def work() -> list[tuple[Delivery, bool]]:
        async with opened(loaded) as store:
            if everything:
                chosen = await store.deliveries(state=DeliveryState.PARKED, limit=_MANY)
            else:
                chosen = [await _delivery(store, name, action) for name in names]
            return [(delivery, await action.carry_out(store, delivery.id)) for delivery in chosen]

    came_of_it = run_async(work())
    done = [delivery for delivery, is_done in came_of_it if is_done]
    late = len(came_of_it) - len(done)
    doubtful = sum(delivery.doubts > 0 for delivery in done)
    note = f"; {doubtful} {action.doubtful}" if doubtful and action.doubtful else ""
    note += f"; {late} went on meanwhile and were left alone" if late else ""
    click.echo(f"{len(done)} {action.done}{note}")


async def _delivery(store: Store, prefix: str, action: _Action) -> Delivery:
    return the_one(
        await store.deliveries_like(prefix, action.states, limit=2),
        prefix,
        noun=f"{action.adjective} delivery",
        id_of=lambda delivery: delivery.id,
        listed_by="news-monitor alerts show",
    )
