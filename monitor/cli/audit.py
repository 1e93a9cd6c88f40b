"""`news-monitor audit`: who did what by hand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from monitor.cli.common import AGE, ago, config_option, configured, json_option, now, print_json
from monitor.cli.database import opened, run_async
from monitor.cli.story_page import SHORT
from monitor.cli.tables import print_table
from monitor.core.models import Act, Deed

_ID = 32


@click.group(name="audit")
def command() -> None:
    r"""See who did what by hand: silences, acknowledgements, edits of stories, retries, feeds, logins.

    At the desk, in Slack and at a terminal; kept as long as `retention.audit` says, 400 days unless changed.

    \b
    Examples:
      news-monitor audit list
      news-monitor audit list --since 7d --by olena
      news-monitor audit list --act "login refused" --json
    """


@command.command(name="list")
@click.option("--since", type=AGE, metavar="AGE", help="Only what was done within this time, e.g. 7d.")
@click.option("--by", metavar="NAME", help="Only by names that hold this, in any case.")
@click.option("--act", type=click.Choice([one.value for one in Act]), help="Only what is called so.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many."
)
@json_option
@config_option
def list_deeds(
    *, since: timedelta | None, by: str | None, act: str | None, limit: int, as_json: bool, config: Path
) -> None:
    """List what was done, the latest first."""
    loaded = configured(config)
    at = now()

    async def fetch() -> list[Deed]:
        async with opened(loaded) as store:
            return await store.page_of_audit(
                limit=limit,
                since=None if since is None else at - since,
                by=by,
                act=None if act is None else Act(act),
            )

    deeds = run_async(fetch())
    if as_json:
        print_json(deeds)
        return
    rows = [
        (
            ago(one.at, at),
            one.by,
            f"{one.via.value} {one.address}".rstrip(),
            one.act.value,
            one.what[:SHORT] if len(one.what) == _ID else one.what,
            one.detail,
        )
        for one in deeds
    ]
    print_table(("when", "by", "from", "what", "object", "detail"), rows, empty="Nothing was done by hand.")
