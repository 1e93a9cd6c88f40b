"""What each rule did lately, where there is a database that says so."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from monitor.cli.common import now
from monitor.cli.database import opened, run_async
from monitor.cli.guard import one_paragraph
from monitor.config.settings import Loaded, load_settings
from monitor.core.errors import DatabaseUnusableError, StoreUnavailableError
from monitor.core.firing import History

_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


def history(config: Path) -> History | None:
    """Return what the rules did; None where there is no configuration that can be used, or no database.

    Rules are listed on machines that have neither the daemon's secrets nor its database.
    """
    loaded = load_settings(config)
    if loaded.settings is None:
        return None
    try:
        return run_async(_history(loaded))
    except DatabaseUnusableError as error:
        if not str(error).startswith("there is no database"):
            _say(error)
    except StoreUnavailableError as error:
        _say(error)
    return None


def _say(error: Exception) -> None:
    click.echo(one_paragraph(f"without statistics: {error}"), err=True)


async def _history(loaded: Loaded) -> History:
    async with opened(loaded) as store:
        oldest = None
        async for page in store.entries_since(_ALWAYS, page=1):
            oldest = page[0].entry.first_seen
            break
        found = await store.rule_statistics()
        judged = await store.feedback_by_rule()
    return History(
        at=now(),
        watching_since=oldest,
        rules={one.rule: one for one in found},
        feedback={one.rule: one for one in judged},
    )
