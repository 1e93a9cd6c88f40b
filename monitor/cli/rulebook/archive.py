"""One entry of the archive, by its id or its address."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from monitor.cli.common import configured
from monitor.cli.database import opened, run_async
from monitor.config.settings import Loaded
from monitor.core.errors import ConfigurationError, Mistake
from monitor.core.models import Entry
from monitor.core.urls import canonical_url

_ID = re.compile(r"[0-9a-f]{32}")
_FOREVER = datetime(1970, 1, 1, tzinfo=UTC)


def stored_entry(given: str, config: Path) -> Entry:
    """Return the entry of that id or address.

    Raises:
        ConfigurationError: there is none, or the configuration has mistakes.
        DatabaseUnusableError: there is no database, or it cannot be read.
    """
    loaded = configured(config)
    found = run_async(_by_id(loaded, given) if _ID.fullmatch(given) else _by_address(loaded, given))
    if found is None:
        message = "the archive has no such entry; give its text, or a file with its text"
        raise ConfigurationError([Mistake(path=given, message=message)])
    return found


async def _by_id(loaded: Loaded, identity: str) -> Entry | None:
    async with opened(loaded) as store:
        found = await store.entry(identity)
        return found.entry if found else None


async def _by_address(loaded: Loaded, address: str) -> Entry | None:
    """Look through the archive, newest last: addresses are no key of it."""
    wanted = {address, canonical_url(address)}
    found: Entry | None = None
    async with opened(loaded) as store:
        async for page in store.entries_since(_FOREVER):
            for pending in page:
                if pending.entry.url in wanted or pending.entry.link in wanted:
                    found = pending.entry
    return found
