"""The two commits of the pipeline, each one transaction of several statements in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from monitor.core.models import (
    AlertRecord,
    Assembled,
    Decision,
    Delivery,
    NewEntry,
    PollRecord,
    Released,
    Verdict,
)
from monitor.store import (
    calls,
    edits,
    entries,
    feeds,
    history,
    holds,
    outbox,
    pages,
    stories,
    unchanged,
    walks,
)


def polls(connection: Connection, records: Sequence[PollRecord]) -> int:
    """Store what polls brought; those whose claim is no longer theirs are left out.

    Returns:
        How many entries were added or revised.
    """
    records = walks.polled(connection, records)
    quiet = [record for record in records if unchanged.brought_nothing(record)]
    if len(quiet) == len(records):
        unchanged.save(connection, quiet)
        return 0
    epochs = feeds.lock_epochs(connection, sorted({record.state.url for record in records}))
    unchanged.save(connection, quiet)
    told = [record for record in records if not unchanged.brought_nothing(record)]
    valid = [record for record in told if epochs.get(record.state.url) == record.state.epoch]
    brought = _latest(item for record in valid for item in record.entries)
    stored = entries.latest_of(connection, [item.entry.id for item in brought])
    fresh = [late for item in brought if (late := _later(item, stored.get(item.entry.id, entries.UNKNOWN)))]
    new = [item for item in fresh if not stored.get(item.entry.id, entries.UNKNOWN).alive]
    revised = [item for item in fresh if stored.get(item.entry.id, entries.UNKNOWN).alive]
    entries.add(connection, new)
    entries.unbury(connection, [item.entry.id for item in new if item.entry.id in stored])
    entries.keep_former_texts(connection, [item.entry.id for item in revised])
    entries.revise(connection, revised)
    entries.add_keys(connection, fresh)
    entries.enqueue(connection, fresh)
    pages.want(connection, [item.page for item in fresh if item.page is not None])
    added = Counter(item.entry.feed for item in new)
    feeds.save_polled(connection, [record.state for record in valid], added)
    feeds.rehost(connection, {record.state.url: record.host for record in valid if record.host})
    if fresh:
        calls.call(connection, calls.ENTRIES)
    return len(fresh)


def _later(item: NewEntry, stored: entries.Latest) -> NewEntry | None:
    """Return what a poll brought if it is later than what is stored; None if it is not.

    What counts is what the feed changed: the text of its page may have been stored since the poll looked.
    """
    entry, page = item.entry, item.page
    if entry.changes <= stored.changes:
        return None
    if entry.page_texts >= stored.page_texts:
        return item
    entry = replace(entry, revision=entry.changes + stored.page_texts, page_texts=stored.page_texts)
    return replace(item, entry=entry, page=page and replace(page, revision=entry.revision))


def _latest(items: Iterable[NewEntry]) -> list[NewEntry]:
    """Of several revisions of one entry the latest, in order of arrival."""
    latest: dict[str, NewEntry] = {}
    for item in items:
        other = latest.get(item.entry.id)
        if other is None or item.entry.revision > other.entry.revision:
            latest[item.entry.id] = item
    return list(latest.values())


def assembled(connection: Connection, batch: Sequence[Assembled], edits_known: int | None) -> None:
    """Store what pending entries came to; those assembled before are left alone.

    Raises:
        StoriesEditedError: stories were edited since the edit of this number, the last that is known.
    """
    edits.refuse_later_than(connection, edits_known)
    batch = walks.assembled(connection, batch)
    done = stories.assembled_revisions(connection, [item.entry.id for item in batch])
    fresh: list[Assembled] = []
    for item in batch:
        if item.entry.revision > done.get(item.entry.id, -1):
            done[item.entry.id] = item.entry.revision
            fresh.append(item)
    stories.place(connection, fresh)
    entries.leave_line(connection, [(item.entry.id, item.entry.revision) for item in fresh])
    stories.save_stories(connection, [item.story for item in fresh])
    history.see(connection, fresh)
    _alerted(
        connection,
        [alert for item in fresh for alert in item.alerts],
        [decision for item in fresh for decision in item.decisions],
        [delivery for item in fresh for delivery in item.deliveries],
    )
    holds.save(connection, [hold for item in fresh for hold in item.holds])


def released(connection: Connection, told: Released) -> None:
    """Store what became of held alerts; those no longer held are left alone with all that belongs to them."""
    edits.lock(connection)
    known = stories.alerts_of(connection, [(alert.rule, alert.story) for alert in told.alerts])
    held = {alert.id: (alert.rule, alert.story) for alert in known if alert.state is Verdict.HELD}
    pairs = set(held.values())
    let_go(
        connection,
        Released(
            alerts=tuple(alert for alert in told.alerts if alert.id in held),
            decisions=tuple(one for one in told.decisions if (one.rule, one.story) in pairs),
            deliveries=tuple(delivery for delivery in told.deliveries if delivery.alert in held),
            holds=tuple(hold for hold in told.holds if hold.alert in held),
        ),
    )


def let_go(connection: Connection, told: Released) -> None:
    """Store what became of alerts that channels held, and of those nobody acknowledged."""
    _alerted(connection, told.alerts, told.decisions, told.deliveries)
    holds.save(connection, told.holds)


def _alerted(
    connection: Connection,
    alerts: Sequence[AlertRecord],
    decisions: Sequence[Decision],
    deliveries: Sequence[Delivery],
) -> None:
    stories.save_alerts(connection, alerts)
    stories.add_decisions(connection, decisions)
    outbox.enqueue(connection, deliveries)
    outbox.drop_overtaken(connection, deliveries)
