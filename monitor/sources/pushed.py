"""A configuration that says `rules: database`, with the rules that were pushed there."""

from __future__ import annotations

import os
from dataclasses import replace

from monitor.config.settings import Loaded
from monitor.core.models import RuleBundle
from monitor.files import Kind, look_at
from monitor.store import open_store
from monitor.store.engine import address_of


async def with_bundle(loaded: Loaded) -> Loaded:
    """Put the newest rules that were pushed into a configuration that asks for them; another stays as it is.

    A database file that is not there has none, and is not made.

    Raises:
        DatabaseUnusableError: the database cannot be opened or read.
        StoreUnavailableError: it cannot serve just now.
    """
    if not loaded.pushed or loaded.settings is None:
        return loaded
    return replace(loaded, bundle=await _newest(loaded.settings.database.get_secret_value()))


async def _newest(url: str) -> RuleBundle | None:
    path = address_of(url).path
    if path is not None and look_at(path) is Kind.NOTHING:
        return None
    store = await open_store(url, owner=f"rules-{os.getpid()}", exclusive=False)
    try:
        return await store.rule_bundle()
    finally:
        await store.close()
