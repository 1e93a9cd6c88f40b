"""`news-monitor workers`: which daemons work on the database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import click

from monitor.cli.common import ago, config_option, configured, json_option, print_json
from monitor.cli.database import opened, run_async
from monitor.cli.guard import Exit, NothingFoundError
from monitor.cli.tables import print_table
from monitor.core.document import suggestion
from monitor.core.models import Holding, Worker
from monitor.pipeline.membership import is_silent, is_well, state_of, usual_rules
from monitor.telemetry import Redactor


@click.group(name="workers")
def command() -> None:
    r"""See which daemons work on one PostgreSQL database, and what each polls; empty one for maintenance.

    Each host is polled by one daemon at a time. When a daemon comes, stops or dies, the others share out its
    hosts within seconds.

    \b
    Examples:
      news-monitor workers list
      news-monitor workers list --json
      news-monitor workers drain desk2-4711
      news-monitor workers resume desk2-4711
    """


@command.command(name="list")
@json_option
@config_option
def list_workers(*, as_json: bool, config: Path) -> None:
    """List the daemons and what each polls; exit 1 if living ones have different rules or one is silent.

    `due` are feeds whose poll is due and has not begun, `late` those of them that wait for over a minute.
    """
    loaded = configured(config)

    async def fetch() -> tuple[list[Worker], list[Holding]]:
        async with opened(loaded) as store:
            return await store.workers(), await store.holdings()

    workers, holdings = run_async(fetch())
    usual = usual_rules(workers)
    redactor = Redactor(loaded.secrets)
    held = {one.owner: one for one in holdings}
    if as_json:
        print_json([_fields(worker, usual, held.get(worker.name)) for worker in workers], redactor)
    else:
        rows = [_row(worker, usual, held.get(worker.name)) for worker in workers]
        empty = "No daemon is listed: they are where several share a PostgreSQL database."
        print_table(_HEADINGS, rows, empty=empty, redactor=redactor)
        for one in holdings if workers else ():
            if one.owner not in {worker.name for worker in workers}:
                click.echo(f"{one.feeds} feeds of {one.hosts} hosts are nobody's just now")
    if not all(is_well(state_of(worker, usual)) for worker in workers):
        raise SystemExit(Exit.FOUND)


@command.command(name="drain")
@click.argument("name")
@config_option
def drain(*, name: str, config: Path) -> None:
    """Empty a daemon for maintenance: others take its hosts, polls under way finish, another is the keeper.

    It is empty when `workers list` says `drained`. It may then be stopped, or made to work again by `resume`;
    a daemon that starts anew is a new one and works.
    """
    workers = _wish(name, "empty", config)
    if any(one.name != name and not one.draining and not is_silent(one) for one in workers):
        click.echo(f"{name} is being emptied: see `news-monitor workers list`")
    else:
        click.echo(
            f"{name} is being emptied, and no other daemon works: until one does, nothing is polled or sent"
        )


@command.command(name="resume")
@click.argument("name")
@config_option
def resume(*, name: str, config: Path) -> None:
    """Let a daemon that was emptied work again."""
    _wish(name, "working", config)
    click.echo(f"{name} works again: it gets hosts within seconds")


def _wish(name: str, wished: Literal["empty", "working"], config: Path) -> list[Worker]:
    """Write down what is wished of a daemon; return all of them.

    Raises:
        NothingFoundError: there is none of that name.
    """
    loaded = configured(config)

    async def ask() -> list[Worker]:
        async with opened(loaded) as store:
            workers = await store.workers()
            if not workers or not await store.wish_of_worker(name, wished):
                raise NothingFoundError(_nobody(name, [one.name for one in workers]))
            return workers

    return run_async(ask())


def _nobody(name: str, known: Sequence[str]) -> str:
    if not known:
        return "no daemon is listed: they are where several share a PostgreSQL database"
    listed = "`news-monitor workers list` names them"
    return f"no daemon is named '{name}'{suggestion(name, known, otherwise=listed)}"


_HEADINGS = (
    "worker",
    "version",
    "since",
    "heartbeat",
    "rules",
    "keeper",
    "hosts",
    "feeds",
    "due",
    "late",
    "state",
)


def _row(worker: Worker, usual: str, held: Holding | None) -> tuple[str, ...]:
    at = worker.heartbeat + worker.silent_for
    numbers = (held.hosts, held.feeds, held.due, held.late) if held else (0, 0, 0, 0)
    return (
        worker.name,
        worker.version,
        ago(worker.since, at),
        ago(worker.heartbeat, at),
        f"{worker.rules} (version {worker.rule_version})" if worker.rule_version else worker.rules,
        "yes" if worker.is_keeper else "",
        *(str(number) for number in numbers),
        state_of(worker, usual),
    )


def _fields(worker: Worker, usual: str, held: Holding | None) -> dict[str, object]:
    return {
        "name": worker.name,
        "host": worker.host,
        "version": worker.version,
        "since": worker.since,
        "heartbeat": worker.heartbeat,
        "configured_feeds": worker.feeds,
        "rules": worker.rules,
        "rule_version": worker.rule_version,
        "keeper": worker.is_keeper,
        "hosts": held.hosts if held else 0,
        "feeds": held.feeds if held else 0,
        "due": held.due if held else 0,
        "late": held.late if held else 0,
        "under_way": held.polled if held else 0,
        "state": state_of(worker, usual),
    }
