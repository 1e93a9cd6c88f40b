"""Small nouns for the store's tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.core.models import (
    AlertRecord,
    Assembled,
    Assignment,
    Decision,
    Delivery,
    DeliveryKind,
    Entry,
    EntryKey,
    Feed,
    FeedState,
    Findings,
    Hit,
    KeyKind,
    Match,
    Message,
    NewEntry,
    PendingEntry,
    Placement,
    PollRecord,
    Reason,
    Source,
    Story,
    TextField,
    Verdict,
)
from monitor.store import Store

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEASE = timedelta(seconds=30)
FEED = Feed(url="https://bbc.example/feed", name="BBC", outlet="bbc.example")


def a_feed(number: int) -> Feed:
    """Return a feed of an outlet of its own."""
    return Feed(url=f"https://{number}.example/feed", name=f"Feed {number}", outlet=f"{number}.example")


def guid(value: str) -> EntryKey:
    """Return a guid as a key."""
    return EntryKey(kind=KeyKind.GUID, value=value)


def an_entry(name: str, *, feed: Feed = FEED, revision: int = 0, title: str | None = None) -> Entry:
    """Return an entry with every field filled."""
    return Entry(
        id=name,
        feed=feed.url,
        outlet=feed.outlet,
        keys=(guid(f"guid-{name}"), EntryKey(kind=KeyKind.URL, value=f"https://bbc.example/{name}")),
        guid=f"guid-{name}",
        url=f"https://bbc.example/{name}",
        link=f"https://bbc.example/{name}?utm=1",
        title=title or f"Рейд у Бєлгород: {name}",
        summary="A raid, “disputed”.",
        content="Long text.\nTwo lines.",
        author="A. Reporter",
        categories=("world", "війна"),
        lang="uk",
        tags=("front",),
        published=NOW - MINUTE,
        fetched=NOW,
        first_seen=NOW,
        text_hash=f"hash-{name}-{revision}",
        revision=revision,
        sample=False,
        first_read=True,
    )


FINDINGS = Findings(
    matches=(
        Match(
            rule="raids",
            hits=(
                Hit(field=TextField.TITLE, start=0, end=4, text="Рейд", term="рейд", entity=None),
                Hit(
                    field=TextField.TITLE,
                    start=7,
                    end=15,
                    text="Бєлгород",
                    term="Бєлгород",
                    entity="belgorod",
                ),
            ),
        ),
    ),
    entities=("belgorod",),
)


def new(*items: Entry) -> tuple[NewEntry, ...]:
    """Return entries as a poll brings them."""
    return tuple(NewEntry(entry=item, findings=FINDINGS) for item in items)


async def claim(store: Store, *feeds: Feed, now: datetime = NOW) -> list[FeedState]:
    """Configure feeds and claim all that are due."""
    await store.sync_feeds(feeds or (FEED,), now)
    return await store.claim_due_feeds(now, lease=LEASE, limit=1000)


async def poll(store: Store, *items: Entry, now: datetime = NOW) -> int:
    """Let FEED bring these entries, claimed and committed as the daemon does."""
    await store.sync_feeds([FEED], now)
    await store.make_due(FEED.url, now)
    [state] = await store.claim_due_feeds(now, lease=LEASE, limit=1)
    done = replace(state, next_poll_at=now + MINUTE, last_polled_at=now)
    return await store.commit_polls([PollRecord(state=done, entries=new(*items))])


def a_message(text: str = "text") -> Message:
    """Return a message that would not survive a careless round trip."""
    return Message(
        title="Raid ⟶ Belgorod",
        text=text,
        html="<p>&amp;</p>",
        blocks=({"type": "section", "text": {"type": "mrkdwn", "text": "é"}}, {"a": [1, None]}),
        link="https://bbc.example/a",
    )


def a_delivery(
    name: str,
    *,
    alert: str = "alert-a",
    kind: DeliveryKind = DeliveryKind.POST,
    ordinal: int = 0,
    at: datetime = NOW,
    recipient: str | None = None,
) -> Delivery:
    """Return a delivery READY at a moment."""
    return Delivery(
        id=name,
        alert=alert,
        story="a",
        channel="slack",
        recipient=recipient,
        kind=kind,
        ordinal=ordinal,
        message=a_message(),
        created_at=at,
        next_attempt_at=at,
    )


def an_alert(entry: str = "a", *, state: Verdict = Verdict.ALERT) -> AlertRecord:
    """Return the alert of rule `raids` on the story of an entry."""
    return AlertRecord(
        id=f"alert-{entry}",
        rule="raids",
        story=entry,
        entry=entry,
        state=state,
        created_at=NOW,
        updated_at=NOW,
        deadline=NOW + MINUTE if state is Verdict.HELD else None,
        outlets=1,
        hits=FINDINGS.matches[0].hits,
    )


def a_story(name: str, *, updated_at: datetime = NOW) -> Story:
    """Return a story of one entry."""
    source = Source(
        entry=name,
        outlet="bbc.example",
        title="Рейд",
        link=None,
        lang="uk",
        at=NOW,
        placement=Placement.OPENS,
    )
    return Story(
        id=name,
        title="Рейд",
        opened_at=NOW,
        updated_at=updated_at,
        entries=1,
        outlets=("bbc.example",),
        texts=1,
        languages=("uk",),
        entities=("belgorod",),
        sources=(source,),
    )


def assembled(
    waiting: PendingEntry,
    *,
    story: str | None = None,
    placement: Placement = Placement.OPENS,
    deliveries: Sequence[Delivery] = (),
    verdict: Verdict = Verdict.ALERT,
) -> Assembled:
    """Return what a pending entry came to: by default a story of its own, alerted."""
    name = story or waiting.entry.id
    decision = Decision(
        entry=waiting.entry.id,
        rule="raids",
        story=name,
        verdict=verdict,
        reason=Reason.NEW_STORY,
        at=NOW,
        detail="first",
    )
    return Assembled(
        seq=waiting.seq,
        entry=waiting.entry,
        assignment=Assignment(
            entry=waiting.entry.id,
            story=name,
            placement=placement,
            score=0.75,
            reason="nothing like it",
            trace=b"\x00\x01" + str(waiting.entry.revision).encode(),
        ),
        story=a_story(name),
        decisions=(decision,),
        alerts=(an_alert(name, state=verdict),) if verdict in {Verdict.ALERT, Verdict.HELD} else (),
        deliveries=tuple(deliveries),
    )


async def alerted(store: Store, *deliveries: Delivery) -> None:
    """Bring an entry `a` all the way to these deliveries."""
    await poll(store, an_entry("a"))
    [waiting] = await store.pending_entries(limit=10)
    await store.commit_assembled([assembled(waiting, deliveries=deliveries)])
