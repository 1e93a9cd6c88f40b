"""Identity over polls: nothing lost, nothing repeated, whatever a feed does to its keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.models import Entry, EntryKey, Feed, KnownEntry, RawEntry
from monitor.core.normalise import classify, lookup_keys, normalise

FEED = Feed(url="https://courier.example/rss", name="Northern Courier", outlet="courier.example")
START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Archive:
    """What a store remembers, in dictionaries: the keys of an entry come back as far as asked for."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.keys: dict[EntryKey, set[str]] = {}
        self.polls = 0

    def poll(self, *raws: RawEntry) -> tuple[Entry, ...]:
        """Read one body, store what is new, and return it."""
        self.polls += 1
        fetched = START + timedelta(minutes=5 * self.polls)
        body = [normalise(raw, feed=FEED, feed_lang="en", fetched=fetched, first_read=False) for raw in raws]
        found = classify(body, self.known(lookup_keys(body)))
        for entry in found:
            self.entries[entry.id] = entry
            for key in entry.keys:
                self.keys.setdefault(key, set()).add(entry.id)
        return found

    def known(self, asked: Sequence[EntryKey]) -> list[KnownEntry]:
        """Answer as `PollStore.known_entries` does."""
        ids = {found for key in asked for found in self.keys.get(key, ())}
        return [
            KnownEntry(
                id=entry.id,
                keys=tuple(key for key in entry.keys if key in set(asked)),
                text_hash=entry.text_hash,
                revision=entry.revision,
                first_seen=entry.first_seen,
                title=entry.title,
                url=entry.url,
            )
            for entry in (self.entries[found] for found in sorted(ids))
        ]


def item(title: str, *, guid: str | None = None, link: str | None = None, summary: str = "") -> RawEntry:
    """An item of a feed."""
    return RawEntry(guid=guid, link=link and f"https://courier.example/{link}", title=title, summary=summary)


def test_the_same_item_again_is_nothing_new() -> None:
    """Whether by guid, by address or by words."""
    for raw in (item("Bridge closed", guid="1"), item("Bridge closed", link="bridge"), item("Bridge closed")):
        archive = Archive()
        assert len(archive.poll(raw)) == 1
        assert archive.poll(raw) == ()


def test_a_changed_text_is_a_revision_of_the_same_entry() -> None:
    """Id and first_seen stay; the revision counts up."""
    archive = Archive()
    (first,) = archive.poll(item("Bridge closed", guid="1", link="bridge"))
    (second,) = archive.poll(item("Bridge closed, two hurt", guid="1", link="bridge"))
    (third,) = archive.poll(item("Bridge reopened", guid="1", link="bridge"))
    assert [entry.id for entry in (second, third)] == [first.id] * 2
    assert [entry.revision for entry in (first, second, third)] == [0, 1, 2]
    assert third.first_seen == first.first_seen < third.fetched


def test_a_new_guid_for_a_known_address_is_the_same_entry() -> None:
    """As newsrooms do that number the versions of an article in the guid."""
    archive = Archive()
    archive.poll(item("Bridge closed", guid="bridge#0", link="bridge"))
    assert archive.poll(item("Bridge closed", guid="bridge#1", link="bridge?utm_source=rss")) == ()
    (revised,) = archive.poll(item("Bridge open", guid="bridge#2", link="bridge"))
    assert revised.revision == 1
    assert archive.poll(item("Bridge open", guid="bridge#2", link="elsewhere")) == ()


def test_an_address_rewritten_with_the_headline_keeps_its_number() -> None:
    """The words of the address change, the id at its end does not."""
    archive = Archive()
    archive.poll(item("Bridge closed", link="bridge-closed-777a15f219b445613d4c"))
    (revised,) = archive.poll(item("Bridge collapses", link="bridge-collapses-777a15f219b445613d4c"))
    assert revised.revision == 1


def test_dates_never_make_an_entry_new() -> None:
    """A feed may give every item another date at every poll."""
    archive = Archive()
    raw = item("Bridge closed", link="bridge")
    archive.poll(replace(raw, published=START))
    assert archive.poll(replace(raw, published=START + timedelta(days=1), updated=START)) == ()


def test_items_that_all_share_one_guid_are_all_kept() -> None:
    """A label where a guid should be is no key; the addresses tell them apart, poll after poll."""
    archive = Archive()
    raws = [item(f"Story {n}", guid="news", link=f"story/{n}") for n in "abcdef"]
    assert len(archive.poll(*raws[:3])) == 3
    assert len(archive.poll(*raws[1:5])) == 2
    assert archive.poll(raws[4]) == ()
    assert [entry.title for entry in archive.poll(raws[5])] == ["Story f"]


def test_items_that_all_share_one_link_are_all_kept() -> None:
    """The section page as every link, without guids: title and description tell them apart."""
    archive = Archive()
    raws = [item(f"Story {n}", link="world", summary=f"About {n}") for n in "abcdef"]
    assert len(archive.poll(*raws[:3])) == 3
    assert archive.poll(*reversed(raws[:3])) == ()
    assert len(archive.poll(*raws[2:])) == 3


def test_items_whose_link_is_the_home_page_are_all_kept() -> None:
    """Even when they come one at a time."""
    archive = Archive()
    for name in "abc":
        assert len(archive.poll(item(f"Story {name}", link="?utm_source=rss"))) == 1


def test_one_guid_one_link_and_one_title_still_leave_the_description() -> None:
    """Nothing but the text differs: as many entries as texts."""
    archive = Archive()
    raws = [item("News", guid="x", link="world", summary=f"{n} happened.") for n in ("This", "That", "More")]
    found = archive.poll(*raws, raws[0])
    assert sorted(entry.summary for entry in found) == ["More happened.", "That happened.", "This happened."]


def test_a_section_label_as_title_loses_nothing_and_is_not_shown() -> None:
    """Three entries under one title are named by their descriptions."""
    archive = Archive()
    raws = [
        item("Stories", guid=n, link=f"s/{n}", summary=f"{n} happened. Then more.")
        for n in ("A1", "B2", "C3")
    ]
    found = archive.poll(*raws)
    assert [entry.title for entry in found] == ["A1 happened", "B2 happened", "C3 happened"]
    assert archive.poll(*raws) == ()
    assert archive.poll(raws[1]) == ()


def test_a_weekly_column_is_new_every_week() -> None:
    """One title, another address."""
    archive = Archive()
    for week in range(3):
        assert len(archive.poll(item("The week ahead", link=f"week/{week}"))) == 1


def test_a_repeat_within_one_body_is_one_entry() -> None:
    """The fuller text is kept, with the keys of both."""
    archive = Archive()
    (kept,) = archive.poll(
        item("Bridge closed", guid="1", link="bridge"),
        item("Bridge closed", guid="1", link="bridge", summary="Ships wait."),
    )
    assert kept.summary == "Ships wait."
    assert (
        len(
            archive.poll(
                item("Bridge closed", guid="2", link="pier"), item("Bridge closed", guid="3", link="pier")
            )
        )
        == 1
    )


def test_an_article_that_a_body_shows_under_its_old_and_its_new_headline_is_one() -> None:
    """Feeds merged of several do so for an hour; no other article of a section page is taken for it."""
    archive = Archive()
    link = "peace-8eaa7d78332ab3664c54e34b0d3df020"
    old = item("European advisers discuss proposals before the leaders' summit", link=link)
    new = item("Security advisers discuss proposals before the leaders' summit", link=link)
    (first,) = archive.poll(old)
    found = archive.poll(new, old)
    assert {entry.id for entry in found} <= {first.id}
    (last,) = archive.poll(new) or found
    assert (last.id, last.revision) == (first.id, 1)
    assert (
        len(archive.poll(item("Storm closes the harbour", link=link), item("Court frees mayor", link=link)))
        == 2
    )


def test_a_guid_made_for_one_article_outlives_its_headline_and_its_address() -> None:
    """A UUID is never given twice by accident; a label may be."""
    archive = Archive()
    guid = "f0852430-9311-4960-94a5-8108f6bfe1fa"
    (first,) = archive.poll(item("A great gamble on the coast", guid=guid, link="gamble"))
    (second,) = archive.poll(item("Empire is a deeply flawed idea", guid=guid, link="flawed"))
    assert (second.id, second.revision) == (first.id, 1)


def test_two_entries_that_differ_by_one_character_are_two() -> None:
    """A digit can be the news."""
    archive = Archive()
    assert len(archive.poll(item("3 killed", link="a"), item("4 killed", link="b"))) == 2
    assert len(archive.poll(item("5 killed"), item("6 killed"))) == 2


def test_a_recycled_address_does_not_swallow_another_guid() -> None:
    """Two entries of one body that point to one known entry: the guid's keeps it, the other is new."""
    archive = Archive()
    (first,) = archive.poll(item("Bridge closed", guid="1", link="live"))
    found = archive.poll(
        item("Bridge closed now", guid="1", link="bridge"), item("Flood", guid="2", link="live")
    )
    assert [(entry.id == first.id, entry.revision) for entry in found] == [(True, 1), (False, 0)]
    assert archive.poll(item("Flood", guid="2", link="live")) == ()


def test_an_empty_state_between_full_ones_makes_no_flood() -> None:
    """A feed that is empty for a while is not a feed of new entries afterwards."""
    archive = Archive()
    raws = [item(f"Story {n}", guid=n) for n in "abc"]
    archive.poll(*raws)
    assert archive.poll() == ()
    assert archive.poll(*raws) == ()


_ITEMS = st.builds(
    item,
    st.sampled_from(["News", "Bridge closed", "Flood", ""]),
    guid=st.sampled_from([None, "1", "2", "https://courier.example/"]),
    link=st.sampled_from([None, "", "a", "a?utm_source=x", "b"]),
    summary=st.sampled_from(["", "Ships wait.", "Rain falls."]),
)
_BODIES = st.lists(_ITEMS, max_size=7)


def _normal(raw: RawEntry) -> Entry:
    return normalise(raw, feed=FEED, feed_lang="en", fetched=START, first_read=False)


@given(_BODIES)
def test_every_article_of_a_first_body_is_kept(raws: list[RawEntry]) -> None:
    """Nothing vanishes but behind an entry with its headline and one of its keys."""
    body = [_normal(raw) for raw in raws]
    titles = {entry.text_hash: entry.title for entry in body}
    found = Archive().poll(*raws)
    for entry in body:
        assert any(
            kept.text_hash == entry.text_hash
            or (titles[kept.text_hash] == entry.title and set(kept.keys) & set(entry.keys))
            for kept in found
        )
    assert len({entry.id for entry in found}) == len(found)


@given(st.lists(_BODIES, max_size=4))
def test_a_body_already_stored_brings_nothing(bodies: list[list[RawEntry]]) -> None:
    """Reading the last body again gives nothing, after whatever history."""
    archive = Archive()
    for body in bodies:
        archive.poll(*body)
        assert archive.poll(*body) == ()


@given(st.lists(_BODIES, max_size=3), st.randoms(use_true_random=False))
def test_the_order_of_a_body_changes_no_identity(bodies: list[list[RawEntry]], dice: object) -> None:
    """The same entries, ids and revisions whichever way a body is sorted."""
    assert hasattr(dice, "shuffle")
    straight, shuffled = Archive(), Archive()
    for body in bodies:
        mixed = list(body)
        dice.shuffle(mixed)
        one = {(entry.id, entry.text_hash, entry.revision) for entry in straight.poll(*body)}
        assert one == {(entry.id, entry.text_hash, entry.revision) for entry in shuffled.poll(*mixed)}


def test_a_feed_of_one_item_with_one_guid_for_all_loses_none() -> None:
    """A guid that comes back with another address and not one word of the title is no identity."""
    archive = Archive()
    first = archive.poll(item("Kursk village changes hands", guid="latest", link="kursk"))
    second = archive.poll(item("Parliament passes budget", guid="latest", link="budget"))
    third = archive.poll(item("Storm closes ports", guid="latest", link="storm"))
    again = archive.poll(item("Storm closes ports", guid="latest", link="storm"))
    assert [entry.revision for entry in (*first, *second, *third)] == [0, 0, 0]
    assert len({entry.id for entry in (*first, *second, *third)}) == 3
    assert again == ()
