"""The book: what joins and what does not, in what words it says so, and that it forgets nothing it needs."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.core.models import Assignment, Entry, Findings, News, Placement, Story
from monitor.core.stories import StoryBook
from tests.stories.newsroom import ANALYSIS, HUNT, RAID, VILLAGE, Newsroom, row, tell

FOUR = (RAID, HUNT, VILLAGE, ANALYSIS)


def test_four_happenings_of_one_topic_are_four_stories() -> None:
    """Raid, manhunt, village, analysis: each deserves its own alert, though all share names."""
    room, book = Newsroom(), StoryBook()
    entities = {"kursk", "ukraine", "putin"}
    found = [book.assign(room.entry(*text), Findings(entities=tuple(sorted(entities))))[0] for text in FOUR]
    assert [a.placement for a in found] == [Placement.OPENS] * 4


def test_wire_copies_join_the_story_they_copy() -> None:
    """A shortened copy with a new lead is no new story and no new text."""
    room, book = Newsroom(), StoryBook()
    tell(book, [room.entry(*text) for text in FOUR])
    copy = room.entry(f"Wire: {VILLAGE[0]}", "From our correspondents. " + VILLAGE[1][:160])
    assignment, story = book.assign(copy, Findings())
    assert assignment.placement is Placement.COPY
    assert (story.title, story.entries, story.texts) == (VILLAGE[0], 2, 1)
    assert assignment.news == (News.OUTLET,)


def test_another_outlets_own_words_join_and_say_why() -> None:
    """An independent report of the same press conference."""
    room, book = Newsroom(), StoryBook()
    first, *_ = tell(book, [room.entry(*text) for text in FOUR])
    own_words = room.entry(
        "Russian Volunteer Corps and Freedom of Russia Legion face the press in Kyiv after Belgorod raids",
        "The anti-Kremlin militias said in Kyiv they had taken prisoners in Belgorod and Kursk oblasts.",
    )
    assignment, story = book.assign(own_words, Findings())
    assert (assignment.placement, assignment.story) == (Placement.JOINS, first.story)
    assert assignment.reason.startswith("shares ")
    assert (story.entries, story.texts, len(story.outlets)) == (2, 2, 2)


@pytest.mark.parametrize("order", range(4))
def test_one_rare_word_in_common_makes_no_story(order: int) -> None:
    """A fresh window knows no rarity: the one word that headlines share must not swallow them."""
    room, book, dice = Newsroom(), StoryBook(), random.Random(order)
    syllables = ("ka", "ro", "vi", "ten", "mu", "sal", "dor", "pi", "gan", "leth", "os", "bra")
    titles = [
        " ".join(["Market", *("".join(dice.choices(syllables, k=7)).title() for _ in range(8))])
        for _ in range(250)
    ]
    titles[::25] = [title.replace("Market", "Viaduct") for title in titles[::25]]
    dice.shuffle(titles)
    placements = [assignment.placement for assignment in tell(book, [room.entry(t) for t in titles])]
    assert placements == [Placement.OPENS] * len(titles)


def test_a_title_alone_is_enough_to_find_its_story() -> None:
    """Many feeds have nothing but titles."""
    room, book = Newsroom(), StoryBook()
    titles = [
        "Guinea pulls out of Tokyo Games citing virus",
        "Guinea withdraws from Tokyo Games over virus fears",
    ]
    first, second = tell(book, [room.entry(title) for title in titles])
    assert second.story == first.story


def test_an_entry_without_any_text_opens_a_story_of_its_own() -> None:
    """Nothing to compare is no reason to fail or to merge."""
    room, book = Newsroom(), StoryBook()
    found = tell(book, [room.entry("", url=None), room.entry("", url=None), room.entry("...", url=None)])
    assert [a.placement for a in found] == [Placement.OPENS] * 3


def test_five_megabytes_of_text_are_read_in_bounds() -> None:
    """The trace stays small whatever the length of the text, and a copy of its beginning is found."""
    room, book = Newsroom(), StoryBook()
    text = " ".join(f"word{n} of{n % 7} chapter{n // 1000}" for n in range(200_000))
    assert len(text) > 4_000_000
    long, short = tell(
        book, [room.entry("A very long read", content=text), room.entry("Extract", text[:600])]
    )
    assert len(long.trace) < 4096
    assert short.placement is Placement.COPY


def test_ten_thousand_entries_of_one_title_are_one_story_at_constant_cost() -> None:
    """A flood of one title is one story, its sources capped, its count exact."""
    room, book = Newsroom(minutes=0.05), StoryBook()
    story: Story | None = None
    for number in range(10_000):
        entry = room.entry(
            "Dam breaks above the old town after a week of rain", outlet=f"o{number % 70}.example"
        )
        _, story = book.assign(entry, Findings())
    assert story is not None
    assert (story.entries, len(story.outlets), len(story.sources), story.texts) == (10_000, 70, 50, 1)


@pytest.mark.parametrize(
    ("one", "two", "other"),
    [
        (
            "Спортсмены сборной Самоа пропустят Олимпиаду из-за пандемии, сообщило правительство страны",
            "Правительство Самоа сообщило, что спортсмены из страны не поедут на Олимпиаду из-за пандемии",
            "Суд в Лондоне отложил рассмотрение дела о банкротстве авиакомпании до сентября",
        ),
        (
            "北京地铁站发生大规模停电数千乘客滞留",
            "北京地铁站大规模停电导致数千乘客滞留站内",
            "东京股市周二收盘上涨创历史新高",
        ),
    ],
)
def test_scripts_beyond_latin_are_compared_as_well(one: str, two: str, other: str) -> None:
    """Cases change endings in Russian; Chinese has no spaces."""
    room, book = Newsroom(), StoryBook()
    first, apart, same = tell(book, [room.entry(title, lang="xx") for title in (one, other, two)])
    assert same.story == first.story
    assert apart.placement is Placement.OPENS


def test_a_title_in_two_scripts_is_read() -> None:
    """Mixed languages are no error."""
    room, book = Newsroom(), StoryBook()
    title = "Путин says «нет» to peace plan, 习近平 silent"
    opened, copy = tell(book, [room.entry(title), room.entry(title + "!")])
    assert (copy.placement, copy.story) == (Placement.COPY, opened.story)


def test_another_language_joins_only_on_strong_evidence_and_is_offered_otherwise() -> None:
    """Three rare names join; two are offered as possibly the same, and suppress nothing."""
    room, book = Newsroom(), StoryBook()
    names = ("belgorod", "legion", "volunteers")
    english = book.assign(room.entry(*RAID), Findings(entities=names))[0]
    weak, _ = book.assign(room.entry("Добровольцы о Белгороде", lang="ru"), Findings(entities=names[:2]))
    assert (weak.placement, weak.possibly) == (Placement.OPENS, (english.story,))
    assert "possibly the same" in weak.reason
    strong, story = book.assign(
        room.entry("Легион и добровольцы показали пленных", lang="uk"), Findings(entities=names)
    )
    assert (strong.placement, strong.story) == (Placement.JOINS, english.story)
    assert News.LANGUAGE in strong.news
    assert story.languages == ("en", "uk")


def test_new_names_numbers_and_denials_are_news() -> None:
    """What a later article adds is told with it."""
    room, book = Newsroom(), StoryBook()
    book.assign(
        room.entry("Blast at the Lyman chemical depot kills 3 workers"), Findings(entities=("lyman",))
    )
    later, _ = book.assign(
        room.entry("Blast at Lyman chemical depot kills 7 workers, ministry denies drone strike"),
        Findings(entities=("lyman", "ministry")),
    )
    assert later.placement is Placement.JOINS
    assert {News.NUMBER, News.ENTITY, News.DENIAL, News.OUTLET} <= set(later.news)


def test_who_only_credits_the_agency_is_no_independent_text() -> None:
    """Forty outlets that quote one wire are one source."""
    room, book = Newsroom(), StoryBook()
    title = "Guinea pulls out of Tokyo Games citing virus"
    tell(book, [room.entry(title, "The minister announced it on Wednesday.", outlet="reuters.com")])
    told = "Guinea withdraws from Tokyo Games over virus fears"
    found, story = book.assign(room.entry(told, "The sports minister told Reuters."), Findings())
    assert found.placement is Placement.JOINS
    assert (story.entries, story.texts) == (2, 1)


def test_the_window_forgets() -> None:
    """After the window nothing is left, and the same text opens a story again."""
    room, book = Newsroom(), StoryBook(timedelta(hours=72))
    opened, *_ = tell(book, [room.entry(*text) for text in FOUR])
    book.expire(room.now + timedelta(hours=73))
    assert len(book) == 0
    assert book.story(opened.story) is None
    assert tell(book, [room.entry(*RAID, after=timedelta(hours=74))])[0].placement is Placement.OPENS


def test_the_book_keeps_no_more_than_its_limit() -> None:
    """Bounded memory: the oldest leave first."""
    room, book = Newsroom(minutes=0.1), StoryBook(limit=200)
    for number in range(600):
        book.assign(
            room.entry(f"Item {number} about subject{number * 7919 % 3001} and thing{number}"), Findings()
        )
        assert len(book) <= 201


@pytest.mark.parametrize("ahead", [timedelta(hours=8), timedelta(days=4), timedelta(days=365)])
def test_after_a_clock_that_was_ahead_what_comes_is_remembered(ahead: timedelta) -> None:
    """One entry of a year hence must not make every later one too old to be met."""
    room, book = Newsroom(), StoryBook()
    early = room.entry(*HUNT)
    book.assign(replace(early, first_seen=early.first_seen + ahead), Findings())
    first, *_ = tell(book, [room.entry(*VILLAGE)])
    copy = room.entry(f"Wire: {VILLAGE[0]}", "From our correspondents. " + VILLAGE[1][:160])
    assignment, _ = book.assign(copy, Findings())
    assert (assignment.placement, assignment.story) == (Placement.COPY, first.story)


def test_a_book_restored_after_a_clock_that_was_ahead_remembers_what_came_since() -> None:
    """Of the rows one is of a year hence: the others are no older for it."""
    room, book, again = Newsroom(), StoryBook(), StoryBook()
    early = room.entry(*HUNT)
    ahead = replace(early, first_seen=early.first_seen + timedelta(days=365))
    raid, village = room.entry(*RAID), room.entry(*VILLAGE)
    told_so_far = [book.assign(entry, Findings()) for entry in (ahead, raid, village)]
    again.restore([row(assignment, story) for assignment, story in told_so_far])
    copy = room.entry(f"Wire: {RAID[0]}", "From our correspondents. " + RAID[1][:160])
    assignment, _ = again.assign(copy, Findings())
    assert (assignment.placement, assignment.story) == (Placement.COPY, raid.id)


def test_a_trace_of_a_summary_is_small() -> None:
    """The store keeps it with each entry."""
    room, book = Newsroom(), StoryBook()
    assert max(len(a.trace) for a in tell(book, [room.entry(*text) for text in FOUR])) <= 390


def test_rows_without_a_usable_trace_are_left_out() -> None:
    """An upgrade may change the format; the daemon starts all the same."""
    room, book, again = Newsroom(), StoryBook(), StoryBook()
    assignment, story = book.assign(room.entry(*RAID), Findings())
    good = row(assignment, story)
    again.restore([replace(good, trace=b""), replace(good, trace=b"\xff" * 400)])
    assert len(again) == 0


ROOTS = ("flood", "court", "strike", "vote", "kursk", "fire")
WORDS = [f"{root}{end}" for root in ROOTS for end in ("", "s", "er", "land")]


@st.composite
def streams(draw: st.DrawFn) -> list[tuple[Entry, Findings]]:
    """Entries as they may come: copies, revisions, columns, languages, gaps longer than the window."""
    room = Newsroom()
    written: list[Entry] = []
    stream = []
    for _ in range(draw(st.integers(5, 40))):
        gap = timedelta(hours=draw(st.sampled_from([0, 0, 1, 5, 30])), minutes=1)
        kind = draw(st.sampled_from(["new", "new", "new", "copy", "revision"]))
        title = " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=3, max_size=8)))
        if kind == "revision" and written:
            old = draw(st.sampled_from(written))
            room.now += gap
            entry = replace(old, title=title, revision=old.revision + 1, fetched=room.now)
            written[written.index(old)] = entry
        else:
            if kind == "copy" and written:
                title = draw(st.sampled_from(written)).title
            outlet = draw(st.sampled_from(["a.example", "b.example", "c.example"]))
            entry = room.entry(title, outlet=outlet, lang=draw(st.sampled_from(["en", "ru"])), after=gap)
            written.append(entry)
        names = draw(st.lists(st.sampled_from(["kursk", "fsb", "kyiv", "legion"]), unique=True, max_size=3))
        stream.append((entry, Findings(entities=tuple(sorted(names)))))
    return stream


def run(book: StoryBook, stream: list[tuple[Entry, Findings]]) -> list[tuple[Assignment, Story]]:
    """Assign a stream."""
    return [book.assign(entry, findings) for entry, findings in stream]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stream=streams(), cut=st.floats(0, 1))
def test_a_restart_anywhere_changes_nothing(stream: list[tuple[Entry, Findings]], cut: float) -> None:
    """A book rebuilt from stored rows decides as the undisturbed one does."""
    at = int(cut * len(stream))
    undisturbed = StoryBook()
    before = run(undisturbed, stream[:at])
    rows = {assignment.entry: row(assignment, story) for assignment, story in before}
    horizon = max((entry.first_seen for entry, _ in stream[:at]), default=None)
    kept = [r for r in rows.values() if horizon and r.source.at >= horizon - timedelta(hours=72)]
    restored = StoryBook()
    restored.restore(kept)
    for (one, story_one), (two, story_two) in zip(
        run(undisturbed, stream[at:]), run(restored, stream[at:]), strict=True
    ):
        assert replace(one, trace=b"") == replace(two, trace=b"")
        assert story_one == story_two


def test_the_same_stream_gives_the_same_stories() -> None:
    """No clock, no dice, no order of sets: two books agree to the byte."""
    room = Newsroom()
    stream = [
        (room.entry(f"{WORDS[n % 7]} {WORDS[n % 11]} {WORDS[n % 13]} report {n % 5}"), Findings())
        for n in range(300)
    ]
    assert run(StoryBook(), stream) == run(StoryBook(), stream)
