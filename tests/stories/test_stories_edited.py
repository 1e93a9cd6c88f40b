"""Stories put right by hand: counted anew, taken back, and the same after a restart anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.core.models import Assignment, Claim, Entry, Findings, Placement, Remembered, Stance, Story
from monitor.core.stories import StoryBook
from monitor.core.stories.edits import moved, retold
from tests.stories.newsroom import ANALYSIS, HUNT, RAID, VILLAGE, Newsroom, row
from tests.stories.test_story_book import streams

WINDOW = timedelta(hours=72)


@dataclass(slots=True)
class Desk:
    """A book, and the rows that a store keeps of it."""

    book: StoryBook = field(default_factory=StoryBook)
    rows: dict[str, Remembered] = field(default_factory=dict)
    now: datetime | None = None

    def assign(self, entry: Entry, findings: Findings = Findings()) -> tuple[Assignment, Story]:  # noqa: B008
        """Place an entry and keep its row."""
        placed, story = self.book.assign(entry, findings)
        self.rows[entry.id] = row(placed, story)
        self.now = max(self.now or entry.first_seen, entry.first_seen)
        return placed, story

    def of(self, story: str) -> list[Remembered]:
        """The rows of a story."""
        return [one for one in self.rows.values() if one.story == story]

    def move(self, source: str, target: str, entries: Sequence[str] = ()) -> None:
        """Move entries, by default all, as the store does; the book takes it over."""
        chosen = set(entries) or {one.source.entry for one in self.of(source)}
        changed = moved(self.of(source), self.of(target), chosen, target)
        self.rows |= {one.source.entry: one for one in changed}
        self.book.adopt(changed)

    def restart(self) -> None:
        """Throw the book away and read it from the rows that the window still reaches."""
        self.book = StoryBook()
        if self.now is not None:
            self.book.restore([one for one in self.rows.values() if one.source.at >= self.now - WINDOW])


def test_merged_stories_take_their_later_articles_together() -> None:
    """A person may know better."""
    room, desk = Newsroom(), Desk()
    (raid, _), (hunt, _), *_ = [desk.assign(room.entry(*text)) for text in (RAID, HUNT, VILLAGE, ANALYSIS)]
    desk.move(hunt.story, raid.story)
    merged = desk.book.story(raid.story)
    assert merged is not None
    assert (merged.id, merged.entries, merged.texts, len(merged.outlets)) == (raid.story, 2, 2, 2)
    later, story = desk.assign(room.entry(*HUNT))
    assert (later.story, story.entries) == (raid.story, 3)
    assert desk.book.story(hunt.story) is None


def test_a_merge_taken_back_leaves_both_stories_as_they_were() -> None:
    """Counts, sources and what joins later."""
    room, desk = Newsroom(), Desk()
    (raid, _), (hunt, _) = [desk.assign(room.entry(*text)) for text in (RAID, HUNT)]
    desk.assign(room.entry(*HUNT))
    before = desk.book.story(raid.story), desk.book.story(hunt.story)
    entries = [one.source.entry for one in desk.of(hunt.story)]
    desk.move(hunt.story, raid.story)
    desk.move(raid.story, hunt.story, entries)
    assert (desk.book.story(raid.story), desk.book.story(hunt.story)) == before


def test_split_entries_have_a_story_of_their_own_and_are_counted_out_of_the_old_one() -> None:
    """A wrong merge is reversible; two that go together stay together."""
    room, desk = Newsroom(), Desk()
    first = room.entry(*RAID)
    copies = [room.entry(*RAID) for _ in range(3)]
    for entry in (first, *copies):
        desk.assign(entry)
    apart = [copies[1].id, copies[2].id]
    desk.move(first.id, apart[0], apart)
    left, new = desk.book.story(first.id), desk.book.story(apart[0])
    assert left is not None
    assert new is not None
    assert (left.entries, left.texts, [one.entry for one in left.sources]) == (2, 1, [first.id, copies[0].id])
    assert (new.entries, new.texts, [one.entry for one in new.sources]) == (2, 1, apart)
    assert new.opened_at == copies[1].first_seen


def test_an_edit_of_stories_that_the_window_forgot_is_told_from_their_rows() -> None:
    """The store moves what the book no longer holds."""
    room, desk = Newsroom(), Desk()
    (raid, _), (hunt, _) = [desk.assign(room.entry(*text)) for text in (RAID, HUNT)]
    desk.book.expire(room.now + timedelta(days=30))
    desk.move(hunt.story, raid.story)
    assert len(desk.book) == 0
    told = retold(desk.of(raid.story), raid.story)
    assert told is not None
    assert (told.entries, [source.title for source in told.sources]) == (2, [RAID[0], HUNT[0]])
    assert retold([replace(one, trace=b"") for one in desk.of(raid.story)], raid.story) is None


def test_claims_belong_to_the_story_that_their_entry_belongs_to() -> None:
    """Who claims what moves with the article that tells it, and survives a restart."""
    room, desk = Newsroom(), Desk()
    claim = Claim(stance=Stance.CLAIM, speaker="RVC", entity="volunteers", sentence="The RVC claimed it.")
    denial = Claim(stance=Stance.DENIAL, speaker="Moscow", sentence="Moscow denied it.")
    opened, _ = desk.assign(room.entry(*RAID), Findings(claims=(claim,)))
    desk.assign(room.entry(*RAID), Findings(claims=(claim,)))
    other = room.entry(*RAID, outlet="late.example")
    _, story = desk.assign(other, Findings(claims=(denial,)))
    told = [(one.claim.speaker, one.outlet) for one in story.claims]
    assert told == [("RVC", "outlet1.example"), ("Moscow", "late.example")]
    desk.restart()
    assert desk.book.story(opened.story) == story
    desk.move(opened.story, other.id, [other.id])
    left, new = desk.book.story(opened.story), desk.book.story(other.id)
    assert left is not None
    assert new is not None
    assert [one.claim for one in left.claims] == [claim]
    assert [one.claim for one in new.claims] == [denial]


def test_outlets_of_one_owner_are_one_outlet() -> None:
    """And another of them is no news."""
    room = Newsroom()
    book = StoryBook(owners={"rt.com": "RT", "ruptly.tv": "RT"})
    book.assign(room.entry(*RAID, outlet="rt.com"), Findings())
    assignment, story = book.assign(room.entry(*RAID, outlet="ruptly.tv"), Findings())
    assert story.outlets == ("RT (rt.com, ruptly.tv)",)
    assert assignment.news == ()
    _, story = book.assign(room.entry(*RAID, outlet="bbc.example"), Findings())
    assert story.outlets == ("RT (rt.com, ruptly.tv)", "bbc.example")


Step = tuple[int, int, int]
"""A place in the stream, and two numbers that choose what is done there."""


def edited(desk: Desk, one: int, two: int) -> None:
    """Merge two stories, or split some entries off one, as far as there are any."""
    stories = sorted({row_.story for row_ in desk.rows.values()})
    if len(stories) > 1 and two % 2:
        source, target = stories[one % len(stories)], stories[two % len(stories)]
        if source != target:
            desk.move(source, target)
        return
    source = stories[one % len(stories)]
    inside = sorted(one.source.entry for one in desk.of(source) if one.source.entry != source)
    chosen = inside[two % 3 : two % 3 + 2]
    taken = {row_.story for row_ in desk.rows.values()}
    if chosen and chosen[0] not in taken and len(chosen) < len(desk.of(source)):
        desk.move(source, chosen[0], chosen)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    stream=streams(),
    edits=st.lists(st.tuples(st.integers(1, 40), st.integers(0, 99), st.integers(0, 99)), max_size=8),
    kills=st.sets(st.integers(1, 40), max_size=5),
)
def test_a_restart_anywhere_between_edits_changes_nothing(
    stream: list[tuple[Entry, Findings]], edits: list[Step], kills: set[int]
) -> None:
    """The book after kills at random points equals that of the undisturbed run, whatever was edited."""
    undisturbed, killed = Desk(), Desk()
    for place, (entry, findings) in enumerate(stream):
        for at, one, two in edits:
            if at == place:
                edited(undisturbed, one, two)
                edited(killed, one, two)
        if place in kills:
            killed.restart()
        (first, story), (second, same) = (desk.assign(entry, findings) for desk in (undisturbed, killed))
        assert replace(first, trace=b"") == replace(second, trace=b"")
        assert story == same
        assert first.placement is not Placement.REVISION or first.of == entry.id
    for story_id in {one.story for one in undisturbed.rows.values()}:
        assert undisturbed.book.story(story_id) == killed.book.story(story_id)
