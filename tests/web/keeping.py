"""Stories put into a desk's database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.core.models import StoredEntry
from monitor.store import Store
from tests.store.samples import NOW, an_entry, assembled, poll


async def kept(
    store: Store, *names: str, title: str = "", link: str | None = None, minute: int = 0
) -> list[StoredEntry]:
    """Keep a story of each entry, a minute apart; all fields of text say `title`."""
    found = []
    for number, name in enumerate(names, start=minute):
        entry = an_entry(name, title=title or None)
        if title:
            entry = replace(entry, summary=title, author=title, outlet=title)
        await poll(store, replace(entry, link=link or entry.link), now=NOW + timedelta(minutes=number))
        [waiting] = await store.pending_entries(limit=10)
        done = assembled(waiting)
        story = replace(
            done.story, title=title or done.story.title, updated_at=NOW + timedelta(minutes=number)
        )
        alerts = tuple(replace(one, id=f"{name:0>32}") for one in done.alerts)
        await store.commit_assembled([replace(done, story=story, alerts=alerts)])
        found.append(await store.entry(name))
    return [one for one in found if one is not None]
