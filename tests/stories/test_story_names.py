"""Names of rule files are rare by what was seen of them: one that everything bears says nothing."""

from __future__ import annotations

from monitor.core.models import Findings
from monitor.core.stories import StoryBook
from monitor.core.stories.rarity import Rarity
from tests.stories.newsroom import HUNT, RAID, VILLAGE, Newsroom, tell

_EVERY, _SOME = 7 << 8, 9 << 8


def test_a_name_that_everything_bears_is_no_rare_one_after_twenty_entries() -> None:
    """It weighs a fraction of one borne by a single entry, which is as rare as can be told by then."""
    rarity = Rarity({}, prior=2000.0)
    for number in range(20):
        rarity.add([_EVERY] if number else [_EVERY, _SOME])
    noted = rarity.noted([_EVERY, _SOME])
    assert noted[_EVERY] < 1.5
    assert noted[_SOME] > 3.0
    assert rarity.weights([_EVERY])[_EVERY] > 4.0


def test_a_catch_all_changes_no_decision_of_a_young_book() -> None:
    """The same placements with an entity that every entry bears as without any."""
    plain, caught = Newsroom(), Newsroom()
    filler = [(f"Bridge {n} in Porto closes", f"Repairs number {n} take weeks.") for n in range(30)]
    told = [*filler, RAID, HUNT, VILLAGE]
    bare = tell(StoryBook(), [plain.entry(*one) for one in told])
    named = tell(StoryBook(), [caught.entry(*one) for one in told], "everything")
    assert [one.story for one in named] == [one.story for one in bare]


def test_an_entity_seen_in_every_text_leads_to_no_candidates() -> None:
    """What the reason names as shared is a word: nothing is found by the name alone."""
    room, book = Newsroom(), StoryBook()
    for n in range(60):
        book.assign(room.entry(f"Harvest of plums number {n} sold in Gdynia"), Findings(entities=("all",)))
    last, _ = book.assign(room.entry("Orchestra plays Mahler tonight"), Findings(entities=("all",)))
    assert last.placement == "opens"
    assert last.reason.startswith("nothing like it")
