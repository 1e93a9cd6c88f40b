"""What becomes of a match, told as timelines: every reason there is, and the order of the messages."""

from __future__ import annotations

import pytest

from monitor.core.models import (
    AlertPolicy,
    Corroboration,
    DeliveryKind,
    FollowUp,
    News,
    Placement,
    Reason,
    Verdict,
)
from tests.pipeline.timelines import Timeline, minutes, silence

ALERT, UPDATE, HELD, NOT = Verdict.ALERT, Verdict.UPDATE, Verdict.HELD, Verdict.SUPPRESSED
POST, EDIT, THREAD = DeliveryKind.POST, DeliveryKind.UPDATE, DeliveryKind.THREAD
JOINS, COPY, REVISION = Placement.JOINS, Placement.COPY, Placement.REVISION
TWO_OUTLETS = Corroboration(outlets=2, within=minutes(30))


def follow(way: FollowUp) -> Timeline:
    """A rule that follows up in this way."""
    return Timeline(AlertPolicy(follow_up=way))


def test_the_first_match_in_a_story_alerts_and_another_story_alerts_again() -> None:
    """One alert for each story."""
    line = Timeline()
    line.at(0).publish("a").want(ALERT, Reason.NEW_STORY, POST)
    line.at(1).publish("b").want(ALERT, Reason.NEW_STORY, POST)
    assert line.ordinals == [0, 0]


def test_later_sources_update_the_living_message_in_order() -> None:
    """Each follow-up has the next ordinal; what is new is told aloud, what is not edits quietly."""
    line = follow(FollowUp.UPDATE)
    line.at(0).publish().want(ALERT, Reason.NEW_STORY, POST)
    line.at(1).publish(outlet="two.example", placement=JOINS).want(UPDATE, Reason.ANOTHER_SOURCE, EDIT)
    line.at(2).publish(outlet="two.example", placement=JOINS, news=(News.NOVELTY,)).want(
        ALERT, Reason.NEW_INFORMATION, THREAD
    )
    line.at(3).publish(outlet="one.example", placement=REVISION, news=(News.CORRECTION,)).want(
        UPDATE, Reason.NEW_INFORMATION, THREAD
    )
    assert line.ordinals == [0, 1, 2, 3]


def test_a_correction_that_comes_at_once_is_a_message_of_its_own() -> None:
    """The first text and its correction in one batch: the second never bears the number of the first."""
    line = follow(FollowUp.THREAD)
    line.at(0).publish(id="same").want(ALERT, Reason.NEW_STORY, POST)
    line.at(0).publish(id="same", placement=REVISION, news=(News.CORRECTION,)).want(
        UPDATE, Reason.NEW_INFORMATION, THREAD
    )
    assert line.ordinals == [0, 1]


@pytest.mark.parametrize("way", [FollowUp.UPDATE, FollowUp.THREAD, FollowUp.NEW])
def test_revisions_and_copies_that_bring_nothing_are_not_told(way: FollowUp) -> None:
    """Whatever the rule wants of follow-ups."""
    line = follow(way)
    line.at(0).publish()
    line.at(1).publish(placement=REVISION).want(NOT, Reason.REVISION)
    line.at(2).publish(placement=COPY).want(NOT, Reason.COPY)


def test_a_copy_in_a_new_outlet_is_counted_in_the_living_message_only() -> None:
    """The message says how many outlets tell it; a thread or a new alert would be noise."""
    follow(FollowUp.UPDATE).publish().publish(outlet="two.example", placement=COPY).want(
        UPDATE, Reason.ANOTHER_SOURCE, EDIT
    )
    follow(FollowUp.THREAD).publish().publish(outlet="two.example", placement=COPY).want(NOT, Reason.COPY)


def test_follow_ups_as_the_rule_wants_them() -> None:
    """In the thread, as a new alert, or not at all."""
    follow(FollowUp.THREAD).publish().publish(placement=JOINS).want(UPDATE, Reason.ANOTHER_SOURCE, THREAD)
    follow(FollowUp.NEW).publish().publish(placement=JOINS).want(ALERT, Reason.NEW_INFORMATION, POST)
    follow(FollowUp.SILENT).publish().publish(placement=JOINS).want(NOT, Reason.QUIET_FOLLOW_UP)


def test_what_was_old_when_first_seen_does_not_alert() -> None:
    """Older than a day; the rule may say otherwise; a date in the future is young."""
    line = Timeline()
    line.at(0).publish(published=line.now - minutes(24 * 60 + 1)).want(NOT, Reason.TOO_OLD)
    line.publish(published=line.now - minutes(24 * 60)).want(ALERT, Reason.NEW_STORY, POST)
    strict = Timeline(AlertPolicy(max_age=minutes(5)))
    strict.publish(published=strict.now - minutes(6)).want(NOT, Reason.TOO_OLD)
    strict.publish("b", published=strict.now + minutes(60)).want(ALERT, Reason.NEW_STORY, POST)
    strict.publish("c", published=None).want(ALERT, Reason.NEW_STORY, POST)


def test_an_old_article_that_is_edited_does_not_ring_as_new() -> None:
    """What was seen in time and is changed weeks later is as old as it is."""
    line = Timeline()
    seen = line.now
    line.at(30 * 24 * 60).publish(published=seen, revision=4).want(NOT, Reason.TOO_OLD)
    line.publish("b", published=line.now - minutes(60), revision=1).want(ALERT, Reason.NEW_STORY, POST)


def test_the_backlog_of_a_new_feed_does_not_alert() -> None:
    """Of a first read only what is dated within the hour; without a date nothing."""
    line = Timeline()
    line.publish(first_read=True, published=line.now - minutes(61)).want(NOT, Reason.FIRST_READ)
    line.publish(first_read=True, published=None).want(NOT, Reason.FIRST_READ)
    line.publish(first_read=True, published=line.now - minutes(59)).want(ALERT, Reason.NEW_STORY, POST)


def test_a_cooldown_holds_across_stories_and_ends() -> None:
    """What comes in it is suppressed for good; the same story may alert once it is over."""
    line = Timeline(AlertPolicy(cooldown=minutes(10)))
    line.at(0).publish("a").want(ALERT, Reason.NEW_STORY, POST)
    line.at(9).publish("b").want(NOT, Reason.COOLDOWN)
    line.at(10).publish("b", placement=JOINS).want(ALERT, Reason.NEW_STORY, POST)
    again = Timeline(AlertPolicy(cooldown=minutes(10), follow_up=FollowUp.NEW))
    again.at(0).publish()
    again.at(5).publish(placement=JOINS).want(NOT, Reason.COOLDOWN)
    again.at(11).publish(placement=JOINS).want(ALERT, Reason.NEW_INFORMATION, POST)


@pytest.mark.parametrize(
    "of", [{"rule": "raids"}, {"story": "a"}, {"outlet": "one.example", "rule": "raids"}]
)
def test_a_silence_holds_while_it_lasts(of: dict[str, str]) -> None:
    """First alerts and follow-ups alike; afterwards the story may alert."""
    line = Timeline(silences=[silence(of=of, first=0, last=10)])
    line.at(0).publish().want(NOT, Reason.SILENCED)
    line.at(10).publish(placement=JOINS).want(ALERT, Reason.NEW_STORY, POST)
    line.silences = [silence(of=of, first=11, last=20)]
    line.at(12).publish(placement=JOINS).want(NOT, Reason.SILENCED)
    assert "ann" in line.ruling.decision.detail if line.ruling else False


def test_a_silence_of_something_else_silences_nothing() -> None:
    """All matchers must hold."""
    line = Timeline(silences=[silence(of={"rule": "raids", "story": "z"}, first=0, last=10)])
    line.at(1).publish().want(ALERT, Reason.NEW_STORY, POST)


def test_without_a_channel_nothing_is_sent_and_it_is_said() -> None:
    """The reason is recorded."""
    Timeline(channels=()).publish().want(NOT, Reason.NO_CHANNEL)


def test_a_held_alert_is_released_by_corroboration() -> None:
    """Copies do not corroborate; a second outlet in its own words does; later sources follow up."""
    line = Timeline(AlertPolicy(corroboration=TWO_OUTLETS))
    line.at(0).publish().want(HELD, Reason.AWAITING_OUTLETS)
    line.at(1).publish(outlet="two.example", placement=COPY, texts=1).want(HELD, Reason.AWAITING_OUTLETS)
    line.at(2).publish(outlet="three.example", placement=JOINS, texts=2).want(
        ALERT, Reason.CORROBORATED, POST
    )
    line.at(3).publish(outlet="four.example", placement=JOINS).want(UPDATE, Reason.ANOTHER_SOURCE, EDIT)
    assert line.ordinals == [0, 1]
    assert line.records["a"].entry == "entry-1"


def test_enough_outlets_at_once_alert_at_once() -> None:
    """A story that other rules have followed already may be corroborated at the first match."""
    line = Timeline(AlertPolicy(corroboration=TWO_OUTLETS), outlets={"a": ["nine.example"]})
    line.publish(texts=2).want(ALERT, Reason.CORROBORATED, POST)


def test_a_held_alert_comes_to_its_end_at_the_deadline() -> None:
    """Dropped or sent unconfirmed, as the rule says; a silence in force then is respected."""
    drop = Timeline(AlertPolicy(corroboration=TWO_OUTLETS))
    drop.at(0).publish()
    drop.at(30).expire().want(NOT, Reason.EXPIRED)
    drop.at(31).publish(outlet="two.example", placement=JOINS).want(NOT, Reason.EXPIRED)
    sends = Timeline(
        AlertPolicy(corroboration=Corroboration(outlets=2, within=minutes(30), otherwise="send"))
    )
    sends.at(0).publish()
    sends.at(30).expire().want(ALERT, Reason.UNCONFIRMED, POST)
    sends.at(31).publish(outlet="two.example", placement=JOINS).want(UPDATE, Reason.ANOTHER_SOURCE, EDIT)
    hushed = Timeline(sends.policy, silences=[silence(of={"rule": "raids"}, first=10, last=60)])
    hushed.at(0).publish()
    hushed.at(11).publish(outlet="two.example", placement=JOINS).want(NOT, Reason.SILENCED)
    hushed.at(30).expire().want(HELD, Reason.SILENCED)
    assert hushed.records["a"].deadline == hushed.at(60).now
    hushed.expire().want(ALERT, Reason.UNCONFIRMED, POST)
    nowhere = Timeline(sends.policy)
    nowhere.at(0).publish()
    nowhere.channels = ()
    nowhere.at(11).publish(outlet="two.example", placement=JOINS).want(NOT, Reason.NO_CHANNEL)
    nowhere.at(30).expire().want(NOT, Reason.NO_CHANNEL)
