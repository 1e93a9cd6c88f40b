"""Stories searched, shown, merged, split and put back at the command line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result

from monitor.core.models import (
    Assembled,
    Claim,
    Entry,
    Feed,
    Findings,
    NewEntry,
    PollRecord,
    Stance,
)
from monitor.core.stories import StoryBook
from monitor.store import Store, open_store
from tests.cli.conftest import NOW, ONE, TWO, entry

Run = Callable[..., Result]
LEASE = timedelta(minutes=1)

SENTENCE = "The Volunteer Corps claimed control of the village of Tarn, where 3 soldiers were taken prisoner."
DENIAL = "Moscow’s defence ministry denied the loss of the village of Tarn."
NAMES = ("corps", "kursk", "tarn")
TEXTS = (
    (
        "1",
        ONE,
        "one.example",
        "en",
        "Volunteers claim the border village of Tarn in the Kursk region",
        SENTENCE,
    ),
    (
        "2",
        TWO,
        "two.example",
        "en",
        "Volunteers claim the border village of Tarn in the Kursk region",
        SENTENCE,
    ),
    ("3", TWO, "two.example", "ru", "Корпус заявил о селе Тарн", ""),
    ("4", ONE, "one.example", "en", "Flood barriers of the southern delta fail a stress test", ""),
)


def told(number: str, feed: str, outlet: str, lang: str, title: str, summary: str) -> Entry:
    """Write an entry, a few minutes after the one before."""
    at = NOW + timedelta(minutes=4 * int(number))
    made = entry(int(number), feed, outlet, title)
    return replace(made, summary=summary, lang=lang, first_seen=at, fetched=at)


@pytest.fixture
def desk(folder: Path) -> Path:
    """A database with a story and its copy, the same in another language, and something else."""
    config = (folder / "config.yaml").read_text() + "stories: {owners: {Twins: [one.example, two.example]}}\n"
    (folder / "config.yaml").write_text(config)
    asyncio.run(_fill(folder / "data" / "news-monitor.db"))
    return folder


async def _fill(database: Path) -> None:
    store = await open_store(f"sqlite:///{database}", owner="test", exclusive=True)
    try:
        await store.sync_feeds([Feed(url=url, name="", outlet="x") for url in (ONE, TWO)], NOW)
        states = {state.url: state for state in await store.claim_due_feeds(NOW, lease=LEASE, limit=9)}
        for feed, state in states.items():
            brought = tuple(
                NewEntry(entry=told(*text), findings=found(text[0])) for text in TEXTS if text[1] == feed
            )
            await store.commit_polls([PollRecord(state=state, entries=brought)])
        await _place(store)
    finally:
        await store.close()


def found(number: str) -> Findings:
    """What matching found in an entry."""
    claims = {
        "1": Claim(stance=Stance.CLAIM, speaker="Volunteer Corps", entity="corps", sentence=SENTENCE),
        "2": Claim(stance=Stance.DENIAL, speaker="Moscow’s defence ministry", sentence=DENIAL),
    }
    names = {"1": NAMES, "2": NAMES, "3": NAMES[:1]}.get(number, ())
    return Findings(entities=names, claims=(claims[number],) if number in claims else ())


async def _place(store: Store) -> None:
    book = StoryBook(owners={"one.example": "Twins", "two.example": "Twins"})
    batch = []
    for waiting in sorted(await store.pending_entries(limit=9), key=lambda one: one.entry.id):
        place, story = book.assign(waiting.entry, waiting.findings)
        batch.append(Assembled(seq=waiting.seq, entry=waiting.entry, assignment=place, story=story))
    await store.commit_assembled(batch)


ID = {number: number * 12 for number in "1234"}


@pytest.mark.usefixtures("desk")
def test_a_page_says_who_was_first_who_copied_whom_and_who_claims_what(run: Run) -> None:
    """Outlets of one owner are one; numbers, claims with their sentences, what may be the same abroad."""
    page = run("stories", "show", ID["1"]).output
    for expected in (
        "told by   1 outlet in 1 independent text: Twins (one.example, two.example)",
        "first     one.example, seen",
        "numbers   3 (one.example)",
        "claims    claimed by Volunteer Corps (one.example, ",
        f"“{SENTENCE}”",
        "denied by Moscow’s defence ministry (two.example, ",
        "texts     one.example, copied by two.example (+4 min)",
        "possibly  the same as 333333333333 [ru]  Корпус заявил о селе Тарн",
        "+4 min  two.example [en]",
        "copy: same words as the entry of one.example",
    ):
        assert expected in page
    assert "possibly  the same as 111111111111 [en]" in run("stories", "show", ID["3"]).output
    shown = json.loads(run("stories", "show", ID["1"], "--json").output)
    assert [one["claim"]["stance"] for one in shown["story"]["claims"]] == ["claimed", "denied"]
    assert [one["title"] for one in shown["possibly"]] == ["Корпус заявил о селе Тарн"]


@pytest.mark.usefixtures("desk")
def test_stories_are_searched_in_any_script(run: Run) -> None:
    """Beginnings of words, all of them; nothing found is said."""
    assert ID["3"] in run("stories", "search", "корп", "тарн").output
    assert [one["id"][:1] for one in json.loads(run("stories", "search", "tarn", "--json").output)] == ["1"]
    assert run("stories", "search", "tarn", "delta").output == "No story tells of that.\n"
    assert run("stories", "search", "tarn", "--since", "1m").output == "No story tells of that.\n"


@pytest.mark.usefixtures("desk")
def test_stories_are_merged_and_put_back(run: Run) -> None:
    """Each edit says how to take it back; the page keeps the log; the old id leads to the new story."""
    merged = run("stories", "merge", ID["1"], ID["3"], "--why", "one event")
    assert merged.output == (
        "edit 1: 333333333333 (1 article) is part of 111111111111 now; "
        "`news-monitor stories undo 1` takes it back\n"
    )
    page = run("stories", "show", ID["3"]).output
    assert "333333333333 was made part of it by hand" in page
    assert "1 article merged from 333333333333 by " in page
    assert ": one event" in page
    assert "Корпус" in page
    assert run("stories", "merge", ID["1"], ID["3"]).exit_code == 1
    assert "333333333333" not in run("stories", "list").output
    assert "1 article of 111111111111 is in 333333333333 again" in run("stories", "undo", "1").output
    assert "333333333333" in run("stories", "list").output
    again = run("stories", "undo", "1")
    assert (again.exit_code, again.stderr) == (1, "edit 1 was undone before, by edit 2\n")
    assert "(undone by 2)" in run("stories", "show", ID["1"]).output


@pytest.mark.usefixtures("desk")
def test_an_entry_is_split_off_by_its_address_and_mistakes_are_sentences(run: Run) -> None:
    """Not all of a story, not the one that names it, nothing that is not in it."""
    done = run("stories", "split", ID["1"], "https://two.example/2")
    assert "1 article of 111111111111 is the story 222222222222 now" in done.output
    assert "told by   1 outlet in 1 independent text: two.example" in run("stories", "show", ID["2"]).output
    run("stories", "undo", "1")
    for words, sentence in (
        (("split", ID["1"], "1"), "opened the story and gives it its name"),
        (("split", ID["1"], "1", "2"), "these are all entries of the story"),
        (("split", ID["1"], "4"), "no entry of the story begins with 4"),
        (("undo", "9"), "there is no edit 9"),
        (("merge", ID["1"], "zz"), "no story begins with zz"),
    ):
        result = run("stories", *words)
        assert (result.exit_code, result.stdout) == (1, "")
        assert sentence in result.stderr
