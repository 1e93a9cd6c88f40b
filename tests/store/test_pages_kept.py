"""Pages of articles in the store, on both databases: wanted, claimed one a host, settled once, given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.fulltext import WITHIN
from monitor.core.models import Entry, Feed, Findings, NewEntry, Page, PageState, PollRecord
from monitor.store import Store, open_store
from tests.store.samples import NOW, an_entry, assembled

LEASE = timedelta(minutes=2)
FEED = Feed(url="https://courier.example/rss", name="Courier", outlet="courier.example", full_text=True)


def a_page(entry: Entry, *, host: str = "courier.example") -> Page:
    """Want the page of an entry."""
    return Page(
        entry=entry.id,
        feed=FEED.url,
        address=f"https://{host}/{entry.id}?utm_source=rss",
        revision=entry.revision,
        wanted_at=NOW,
        due_at=NOW,
    )


async def stored(store: Store, *hosts: str) -> list[Entry]:
    """Store an entry for each host, whose page is wanted."""
    await store.sync_feeds([FEED], NOW)
    (state,) = await store.claim_due_feeds(NOW, lease=LEASE, limit=1)
    found = [an_entry(f"e{number}", feed=FEED) for number in range(len(hosts))]
    new = tuple(
        NewEntry(entry=entry, findings=Findings(), page=a_page(entry, host=host))
        for entry, host in zip(found, hosts, strict=True)
    )
    await store.commit_polls([PollRecord(state=state, entries=new)])
    return found


def full(entry: Entry) -> NewEntry:
    """Return the entry with the text of its page."""
    text = replace(
        entry, content="The whole of it.", revision=entry.revision + 1, page_texts=1, full_text=True
    )
    return NewEntry(entry=text, findings=Findings())


async def test_one_page_a_host_is_given_out_at_a_time(store: Store) -> None:
    """Hosts that are being asked are left out, and nobody gets a page twice before its lease is over."""
    await stored(store, "one.example", "one.example", "two.example")
    first = await store.claim_pages(NOW, lease=LEASE, limit=8, but=())
    assert sorted(page.address.split("/")[2] for page, _ in first) == ["one.example", "two.example"]
    assert {entry.id for _, entry in first} == {page.entry for page, _ in first}
    assert await store.claim_pages(NOW, lease=LEASE, limit=8, but=("one.example",)) == []
    assert await store.claim_pages(NOW, lease=LEASE, limit=8, but_of=(FEED.url,)) == []
    (second,) = await store.claim_pages(NOW, lease=LEASE, limit=8, but=())
    assert second[0].entry not in {page.entry for page, _ in first}
    assert await store.claim_pages(NOW, lease=LEASE, limit=8, but=()) == []
    again = await store.claim_pages(NOW + LEASE, lease=LEASE, limit=8, but=())
    assert [page.attempts for page, _ in again] == [2, 2]


async def test_a_text_and_its_page_are_settled_together(store: Store) -> None:
    """The former text is kept, the entry is in line once more, and a repeat changes nothing."""
    (entry,) = await stored(store, "one.example")
    ((page, _),) = await store.claim_pages(NOW, lease=LEASE, limit=1, but=())
    new = full(entry)
    done = replace(page, state=PageState.READ, revision=1, done_at=NOW, url=page.address, characters=16)
    assert await store.settle_page(done, new)
    assert not await store.settle_page(done, new)
    (pending,) = await store.pending_entries(limit=9)
    assert (pending.entry.content, pending.entry.full_text, pending.entry.changes) == (
        "The whole of it.",
        True,
        0,
    )
    (former,) = await store.revisions(entry.id)
    assert (former.revision, former.full_text) == (0, False)
    assert (await store.pages_of([entry.id]))[entry.id] == done


async def test_who_lost_the_claim_settles_nothing(store: Store) -> None:
    """A worker that was away for longer than its lease finds the page another's."""
    (entry,) = await stored(store, "one.example")
    ((late, _),) = await store.claim_pages(NOW, lease=LEASE, limit=1, but=())
    ((page, _),) = await store.claim_pages(NOW + LEASE, lease=LEASE, limit=1, but=())
    assert not await store.settle_page(replace(late, state=PageState.FAILED, done_at=NOW), None)
    assert await store.settle_page(replace(page, state=PageState.FAILED, done_at=NOW), None)
    assert (await store.pages_of([entry.id]))[entry.id].state is PageState.FAILED


async def test_what_is_wanted_for_too_long_is_given_up(store: Store) -> None:
    """A page of half an hour ago brings no news."""
    (entry,) = await stored(store, "one.example")
    late = NOW + WITHIN + timedelta(seconds=1)
    assert await store.claim_pages(late, lease=LEASE, limit=1, but=()) == []
    page = (await store.pages_of([entry.id]))[entry.id]
    assert (page.state, page.said) == (PageState.FAILED, "the page was not to be had within 15 minutes")


async def test_a_poll_that_looked_before_the_page_came_keeps_its_change(store: Store) -> None:
    """Its revision is numbered after the page's, and asks for the page of the new words."""
    (entry,) = await stored(store, "one.example")
    ((page, _),) = await store.claim_pages(NOW, lease=LEASE, limit=1, but=())
    assert await store.settle_page(replace(page, state=PageState.READ, revision=1, done_at=NOW), full(entry))
    changed = replace(entry, summary="Other words.", revision=1, text_hash="other")
    (state,) = await store.feed_states()
    record = NewEntry(entry=changed, findings=Findings(), page=a_page(changed))
    await store.commit_polls([PollRecord(state=state, entries=(record,))])
    after = await store.entry(entry.id)
    assert after is not None
    assert (after.entry.revision, after.entry.changes, after.entry.full_text) == (2, 1, False)
    wanted = (await store.pages_of([entry.id]))[entry.id]
    assert (wanted.state, wanted.revision, wanted.times) == (PageState.WANTED, 2, 2)


async def test_an_article_is_found_by_its_feeds_address_and_by_its_pages(store: Store) -> None:
    """Whichever of the two a person pastes."""
    (entry,) = await stored(store, "one.example")
    ((page, _),) = await store.claim_pages(NOW, lease=LEASE, limit=1, but=())
    own = full(entry)
    own = replace(own, entry=replace(own.entry, url="https://one.example/2026/the-article"))
    assert await store.settle_page(replace(page, state=PageState.READ, revision=1, done_at=NOW), own)
    for address in (
        f"https://www.bbc.example/{entry.id}?utm_medium=x",
        "https://one.example/2026/the-article",
    ):
        assert [one.entry.id for one in await store.entries_at(address)] == [entry.id]


async def test_a_page_goes_with_its_entry(store: Store) -> None:
    """What is forgotten leaves no address behind."""
    (entry,) = await stored(store, "one.example")
    await store.claim_pages(NOW, lease=LEASE, limit=1, but=())
    (pending,) = await store.pending_entries(limit=9)
    await store.commit_assembled([assembled(pending)])
    await store.forget_entry(entry.id, at=NOW, author="me", owners={})
    assert await store.pages_of([entry.id]) == {}


async def test_a_restart_asks_at_once_for_what_was_under_way(url: str) -> None:
    """On SQLite nobody else can be asking; elsewhere the lease runs out first."""
    if not url.startswith("sqlite"):
        pytest.skip("several daemons may share this database")
    store = await open_store(url, owner="one", exclusive=True)
    await stored(store, "one.example")
    await store.claim_pages(NOW, lease=LEASE, limit=1, but=())
    await store.close()
    store = await open_store(url, owner="two", exclusive=True)
    assert len(await store.claim_pages(NOW, lease=LEASE, limit=1, but=())) == 1
    await store.close()


async def test_what_is_known_of_former_words_says_nothing_of_new_ones(store: Store) -> None:
    """The feed has changed its words meanwhile: their page is asked for, whatever came of the former."""
    (entry,) = await stored(store, "one.example")
    ((late, _),) = await store.claim_pages(NOW, lease=LEASE, limit=1)
    changed = replace(entry, summary="Other words.", revision=1, text_hash="other")
    (state,) = await store.feed_states()
    record = NewEntry(entry=changed, findings=Findings(), page=a_page(changed))
    await store.commit_polls([PollRecord(state=state, entries=(record,))])
    ((page, _),) = await store.claim_pages(NOW, lease=LEASE, limit=1)
    assert page.attempts == late.attempts
    assert not await store.settle_page(replace(late, state=PageState.FAILED, done_at=NOW))
    assert (await store.pages_of([entry.id]))[entry.id] == page
