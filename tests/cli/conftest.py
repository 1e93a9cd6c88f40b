"""A configured folder with a real database: one story told twice, an alert, a dead letter, a failing feed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.main import cli
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
    FeedStatus,
    Findings,
    Hit,
    KeyKind,
    Match,
    Message,
    NewEntry,
    Placement,
    PollRecord,
    Reason,
    Rejected,
    Source,
    Story,
    TextField,
    Verdict,
)
from monitor.store import Store, open_store

NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
SECRET = "s3cr3t-T0ken"
CONFIG = """
feeds:
  - {url: "https://one.example/rss?token=${TOKEN}", name: One}
  - {url: https://two.example/rss, name: Two}
channels:
  console: {type: console}
  hook: {type: webhook, url: "https://user:${TOKEN}@hooks.example/${TOKEN}"}
"""
ONE, TWO = "https://one.example/rss?token=${TOKEN}", "https://two.example/rss"
STORY, ALERT, LETTER = "a" * 32, "c" * 32, "d" * 32

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with config.yaml, rules and the secret in the environment."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOKEN", SECRET)
    return tmp_path


@pytest.fixture
def stored(folder: Path) -> Path:
    """The same with a database."""
    asyncio.run(_fill(folder / "data" / "news-monitor.db"))
    return folder


@pytest.fixture
def run() -> Run:
    """Run a command in this process; the secret must appear in nothing it prints."""

    def call(*words: str) -> Result:
        result = CliRunner().invoke(cli, list(words))
        assert SECRET not in result.output + repr(result.exception)
        return result

    return call


async def _fill(database: Path) -> None:
    store = await open_store(f"sqlite:///{database}", owner="test", exclusive=True)
    try:
        await store.sync_feeds([Feed(url=url, name="", outlet="x") for url in (ONE, TWO)], NOW)
        await _poll(store)
        await _assemble(store)
        (delivery,) = await store.claim_deliveries(NOW, lease=timedelta(seconds=30), limit=5)
        await store.settle(delivery, Rejected(why="channel_not_found"), now=NOW, retry_at=NOW)
    finally:
        await store.close()


def entry(number: int, feed: str, outlet: str, title: str) -> Entry:
    """Make an entry whose address is https://OUTLET/NUMBER."""
    url = f"https://{outlet}/{number}"
    return Entry(
        id=f"{number}" * 32,
        feed=feed,
        outlet=outlet,
        keys=(EntryKey(kind=KeyKind.URL, value=url),),
        url=url,
        link=url,
        title=title,
        lang="en",
        fetched=NOW,
        first_seen=NOW,
    )


HIT = Hit(field=TextField.TITLE, start=0, end=4, text="Raid", term="raid")
FOUND = Findings(matches=(Match(rule="raids", hits=(HIT,)),))
ENTRIES = (
    (entry(1, ONE, "one.example", "Raid\x1b[2J into Kursk"), FOUND),
    (entry(2, TWO, "two.example", "Raid into Kursk, says two"), FOUND),
    (entry(3, TWO, "two.example", "Weather: rain"), Findings()),
)


async def _poll(store: Store) -> None:
    claimed = {
        state.url: state for state in await store.claim_due_feeds(NOW, lease=timedelta(minutes=1), limit=9)
    }
    later = NOW + timedelta(minutes=15)
    await store.commit_polls(
        [
            PollRecord(
                state=_polled(claimed[ONE], status=FeedStatus.OK, next_poll_at=later),
                entries=tuple(
                    NewEntry(entry=one, findings=found) for one, found in ENTRIES if one.feed == ONE
                ),
            ),
            PollRecord(
                state=_polled(
                    claimed[TWO],
                    status=FeedStatus.FAILING,
                    next_poll_at=later,
                    failures=3,
                    error="no answer within 20 s",
                ),
                entries=tuple(
                    NewEntry(entry=one, findings=found) for one, found in ENTRIES if one.feed == TWO
                ),
            ),
        ]
    )


def _polled(state: FeedState, **changes: object) -> FeedState:
    return replace(state, last_polled_at=NOW, last_success_at=NOW, last_entry_at=NOW, **changes)  # type: ignore[arg-type]


async def _assemble(store: Store) -> None:
    batch = []
    for item in await store.pending_entries(limit=10):
        number = int(item.entry.id[0])
        story = STORY if number < 3 else "e" * 32
        reason = Reason.NEW_STORY if number == 1 else Reason.ANOTHER_SOURCE
        verdict = Verdict.ALERT if number == 1 else Verdict.UPDATE
        decision = Decision(
            entry=item.entry.id, rule="raids", story=story, verdict=verdict, reason=reason, at=NOW
        )
        batch.append(
            Assembled(
                seq=item.seq,
                entry=item.entry,
                assignment=Assignment(
                    entry=item.entry.id,
                    story=story,
                    placement=Placement.JOINS if number == 2 else Placement.OPENS,
                    reason="shares raid and Kursk" if number == 2 else "nothing like it is known",
                ),
                story=_story(story, item.entry, number),
                decisions=(decision,) if number < 3 else (),
                alerts=(_alert(item.entry),) if number == 1 else (),
                deliveries=(_delivery(),) if number == 1 else (),
            )
        )
    await store.commit_assembled(batch)


def _story(story: str, of: Entry, number: int) -> Story:
    source = Source(
        entry=of.id,
        outlet=of.outlet,
        title=of.title,
        link=of.link,
        lang="en",
        at=NOW,
        placement=Placement.OPENS,
    )
    outlets = ("one.example", "two.example") if number == 2 else (of.outlet,)
    return Story(
        id=story,
        title=of.title,
        opened_at=NOW,
        updated_at=NOW,
        entries=number,
        outlets=outlets,
        texts=len(outlets),
        languages=("en",),
        entities=(),
        sources=(source,),
    )


def _alert(of: Entry) -> AlertRecord:
    return AlertRecord(
        id=ALERT,
        rule="raids",
        story=STORY,
        entry=of.id,
        state=Verdict.ALERT,
        created_at=NOW,
        updated_at=NOW,
        outlets=1,
        hits=(HIT,),
    )


def _delivery() -> Delivery:
    return Delivery(
        id=LETTER,
        alert=ALERT,
        story=STORY,
        channel="hook",
        kind=DeliveryKind.POST,
        message=Message(title="Raid into Kursk", text="text", html="<p>", blocks=()),
        created_at=NOW,
        next_attempt_at=NOW,
    )
