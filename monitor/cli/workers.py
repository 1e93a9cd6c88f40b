"""`news-monitor workers`: which daemons work on the database."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.common import ago, config_option, configured, json_option, print_json
from monitor.cli.database import opened, run_async
from monitor.cli.guard import Exit
from monitor.cli.tables import print_table
from monitor.core.models import Worker
from monitor.pipeline.membership import state_of, usual_rules
from monitor.telemetry import Redactor


@click.group(name="workers")
def command() -> None:
    r"""See which daemons work on one PostgreSQL database.

    \b
    Examples:
      news-monitor workers list
      news-monitor workers list --json
    """


@command.command(name="list")
@json_option
@config_option
def list_workers(*, as_json: bool, config: Path) -> None:
    """List the daemons; exit 1 if living ones have different rules or one is silent."""
    loaded = configured(config)

    async def fetch() -> list[Worker]:
        async with opened(loaded) as store:
            return await store.workers()

    workers = run_async(fetch())
    usual = usual_rules(workers)
    redactor = Redactor(loaded.secrets)
    if as_json:
        print_json([_fields(worker, usual) for worker in workers], redactor)
    else:
        headings = ("worker", "host", "version", "since", "heartbeat", "feeds", "rules", "keeper", "state")
        rows = [_row(worker, usual) for worker in workers]
        empty = "No daemon is listed: they are where several share a PostgreSQL database."
        print_table(headings, rows, empty=empty, redactor=redactor)
    if any(state_of(worker, usual) != "alive" for worker in workers):
        raise SystemExit(Exit.FOUND)


def _row(worker: Worker, usual: str) -> tuple[str, ...]:
    at = worker.heartbeat + worker.silent_for
    times = (ago(worker.since, at), ago(worker.heartbeat, at))
    return (
        worker.name,
        worker.host,
        worker.version,
        *times,
        str(worker.feeds),
        worker.rules,
        "yes" if worker.is_keeper else "",
        state_of(worker, usual),
    )


def _fields(worker: Worker, usual: str) -> dict[str, object]:
    return {
        "name": worker.name,
        "host": worker.host,
        "version": worker.version,
        "since": worker.since,
        "heartbeat": worker.heartbeat,
        "feeds": worker.feeds,
        "rules": worker.rules,
        "keeper": worker.is_keeper,
        "state": state_of(worker, usual),
    }
