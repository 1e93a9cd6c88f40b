"""A channel's pace, its rest while it is down, and what a burst on it comes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.core.folding import MAIL_ROOM, Tempo, folds, is_outrun
from monitor.core.models import Deferred, Outcome, Rejected, Sent, Unsure
from monitor.pipeline.pace import Rhythm
from tests.channels.slack_double import MAX_TOTAL, size, wrong
from tests.pipeline.test_outage import an_alert

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DOWN = Deferred(why="connection refused", channel_down=True)


def came(rhythm: Rhythm, *outcomes: Outcome) -> list[bool]:
    """Note outcomes one after another; tells which of them brought the channel back."""
    return [rhythm.note(outcome, began=NOW, now=NOW) for outcome in outcomes]


def test_messages_keep_their_distance() -> None:
    """So many seconds from the beginning of one to that of the next."""
    rhythm = Rhythm(SECOND)
    rhythm.begin(NOW)
    assert rhythm.wait(NOW + SECOND / 4) == SECOND * 3 / 4
    assert not rhythm.wait(NOW + SECOND)


def test_a_channel_that_is_down_rests_longer_and_longer_up_to_a_minute() -> None:
    """5, 10, 20, 40, 60 seconds."""
    rhythm = Rhythm(timedelta(0))
    rests = []
    for _ in range(6):
        came(rhythm, DOWN)
        rests.append(rhythm.wait(NOW).total_seconds())
    assert rests == [5, 10, 20, 40, 60, 60]
    assert came(rhythm, Sent()) == [True]
    assert came(rhythm, Sent()) == [False]
    assert not rhythm.is_down


def test_one_message_in_doubt_is_its_own_affair_three_are_the_channel_s() -> None:
    """What is refused for good, or put off alone, says nothing of the channel."""
    rhythm = Rhythm(timedelta(0))
    came(rhythm, Unsure(why="?"), Unsure(why="?"), Rejected(why="no"), Deferred(why="greylisted"))
    assert not rhythm.wait(NOW)
    came(rhythm, Unsure(why="?"))
    assert rhythm.is_down
    assert rhythm.wait(NOW) == timedelta(seconds=5)


def test_a_clock_set_back_ends_a_pause() -> None:
    """Nobody waits a day because the clock was a day ahead."""
    rhythm = Rhythm(SECOND)
    rhythm.rest(NOW, NOW + timedelta(minutes=10))
    assert rhythm.wait(NOW + SECOND)
    assert not rhythm.wait(NOW - timedelta(days=1))


@pytest.mark.parametrize(("waiting", "each", "outrun"), [(121, 0, False), (122, 0, True), (40, 4, True)])
def test_a_burst_outruns_a_channel_when_the_last_would_wait_too_long(
    waiting: int, each: int, *, outrun: bool
) -> None:
    """By the pace that is set, or by the time that messages really take."""
    tempo = Tempo(pace=SECOND, fold_after=timedelta(minutes=2))
    assert is_outrun(tempo, waiting=waiting, each=timedelta(seconds=each)) is outrun
    assert not is_outrun(replace(tempo, fold_after=None), waiting=10**6, each=SECOND)


def test_every_alert_is_in_one_digest_with_its_link_and_slack_takes_each() -> None:
    """Gravest first, none left out, however many messages that needs."""
    waiting = [an_alert(number, NOW - timedelta(minutes=3)) for number in range(500)]
    made = list(folds(waiting, Tempo(), now=NOW))
    assert sorted(member for fold in made for member in fold.members) == [one.id for one in waiting]
    assert len(made) <= 10
    for fold in made:
        blocks = [dict(block) for block in fold.digest.message.blocks]
        assert [problem for block in blocks if (problem := wrong(block))] == []
        assert size(blocks) <= MAX_TOTAL
        told = {one.message.link for one in waiting if one.id in fold.members}
        for form in (str(blocks), fold.digest.message.text, fold.digest.message.html):
            assert all(link and link in form for link in told)
    assert "CRITICAL" in made[0].digest.message.text.split("\n")[4]
    assert "500 alerts were waiting, the oldest for 3 min" in made[0].digest.message.text


def test_a_mail_holds_all_and_each_reader_gets_an_own_one() -> None:
    """Who has one message only keeps it as it is."""
    mine = [replace(an_alert(number, NOW), recipient="ann@desk.example") for number in range(300)]
    other = replace(an_alert(999, NOW), recipient="bob@desk.example")
    [fold] = folds([*mine, other], Tempo(room=MAIL_ROOM), now=NOW)
    assert len(fold.members) == 300
    assert fold.digest.recipient == "ann@desk.example"


def test_a_message_of_a_template_s_own_making_keeps_its_headline_and_link() -> None:
    """What cannot be read from a text is left out of the digest."""
    found = an_alert(1, NOW)
    odd = replace(found, message=replace(found.message, text="whatever"))
    [fold] = folds([odd, an_alert(2, NOW)], Tempo(), now=NOW)
    assert f"- {found.message.title}" in fold.digest.message.text
    assert found.message.link
    assert found.message.link in fold.digest.message.text
