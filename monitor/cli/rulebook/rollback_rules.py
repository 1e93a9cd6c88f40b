"""`news-monitor rules rollback`: an earlier version in force again."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.common import config_option, configured
from monitor.cli.database import opened, run_async
from monitor.cli.rulebook.shipping import bundle_of, proved, pushing, stale, told, with_channels
from monitor.config.settings import Loaded
from monitor.core.models import Act


@click.command(name="rollback")
@click.argument("number", metavar="VERSION", type=click.IntRange(min=1))
@click.option("--note", default="", metavar="TEXT", help="Why; after `back to version VERSION`.")
@config_option
def command(*, number: int, note: str, config: Path) -> None:
    r"""Push the rules of an earlier version once more, as a new version: history only grows.

    They are checked and tested as at any push, since channels and the program may have changed.

    Exit codes: 0 done, 1 there is no such version, 2 its rules cannot be used here, 4 the database cannot be
    used.

    \b
    Example:
      news-monitor rules versions
      news-monitor rules rollback 12 --note "13 missed half of Kharkiv"
    """
    click.echo(run_async(_back(configured(config), number, note)))


async def _back(loaded: Loaded, number: int, note: str) -> str:
    async with opened(loaded) as store:
        now, then = await bundle_of(store, None), await bundle_of(store, number)
        if now.sources == then.sources:
            return f"nothing to do: version {now.version.number} in force is the same as {number}"
        rules = with_channels(then, loaded)
        matcher = proved(rules, loaded)
        why = f"back to version {number}" + (f": {note}" if note else "")
        wanted = pushing(rules, then.sources, note=why, after=now.version.number)
        version = await store.push_rules(wanted, act=Act.ROLL_BACK_RULES)
        if version is None:
            raise stale(wanted.after, await store.newest_rules())
        return f"version {version.number} is pushed, {why}: {told(now, rules, matcher)}"
