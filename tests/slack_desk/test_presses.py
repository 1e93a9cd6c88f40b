"""What a press under a message in Slack does, and what it says back."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.core.models import Act, Judgement, Via
from monitor.core.render.handling import ACTIONS
from tests.channels.slack_sockets import pressed
from tests.slack_desk.conftest import ALERT, Rig, clock, until

OTHER = {"user": {"id": "U0BOB0002", "username": "bob"}}


async def test_an_alert_bears_five_buttons(rig: Rig) -> None:
    """Each within Slack's limits: the double refuses others."""
    assert rig.offered == ["acknowledge", "relevant", "noise", "mute-story", "snooze-rule"]
    assert rig.double.refusals == []


async def test_acknowledged_says_who_and_when_and_is_offered_no_more(rig: Rig) -> None:
    """In the message itself, for everybody in the channel; the moment in the reader's own time zone."""
    await rig.double.sockets.press(rig.message, "acknowledge")
    await until(lambda: "Acknowledged by ana (U0ANA0001)" in rig.shown)
    assert "<!date^" in rig.shown
    assert "acknowledge" not in rig.offered
    handling = await rig.store.handling(ALERT, clock())
    assert handling is not None
    assert handling.acknowledged is not None
    assert handling.acknowledged.author == "ana (U0ANA0001)"
    assert rig.double.whispers == []


async def test_the_first_acknowledgement_stands(rig: Rig) -> None:
    """Two press in the same moment: both see who was first."""
    payload = pressed(rig.message, "acknowledge")
    await rig.double.sockets.send("interactive", payload)
    await rig.double.sockets.send("interactive", payload | OTHER)
    await until(lambda: rig.message.edits >= 2)
    assert "ana" in rig.shown
    assert "bob" not in rig.shown


@pytest.mark.parametrize(
    ("action", "matchers", "said"),
    [
        ("mute-story", {"story": f"{1:032x}"}, "Story muted by ana (U0ANA0001) until"),
        ("snooze-rule", {"rule": "cross-border-raids"}, "Rule snoozed by ana (U0ANA0001) until"),
    ],
)
async def test_a_silence_from_a_button_is_like_any_other(
    rig: Rig, action: str, matchers: dict[str, str], said: str
) -> None:
    """It has an author and an end, and stands in every list of silences."""
    await rig.double.sockets.press(rig.message, action)
    await until(lambda: said in rig.shown)
    [silence] = await rig.store.silences(clock())
    assert dict(silence.matchers) == matchers
    assert silence.author == "ana (U0ANA0001)"
    assert action not in rig.offered


async def test_a_judgement_is_kept_and_may_be_changed(rig: Rig) -> None:
    """Of several of one person the last one counts, and the other button stays on offer."""
    await rig.double.sockets.press(rig.message, "relevant")
    await until(lambda: "Relevant, says ana" in rig.shown)
    assert "noise" in rig.offered
    await rig.double.sockets.press(rig.message, "noise")
    await until(lambda: "Noise, says ana" in rig.shown)
    [given] = await rig.store.judgements()
    assert (given.judgement, given.rule) == (Judgement.NOISE, "cross-border-raids")


async def test_the_same_envelope_twice_changes_nothing(rig: Rig) -> None:
    """Slack sends again what it thinks was not heard; each copy is acknowledged."""
    payload = pressed(rig.message, "snooze-rule")
    for _ in range(2):
        await rig.double.sockets.send("interactive", payload, envelope="the-same")
    await until(lambda: "Rule snoozed" in rig.shown)
    assert rig.double.sockets.acknowledgements == ["the-same", "the-same"]
    assert len(await rig.store.silences(clock())) == 1
    assert rig.message.edits == 1


async def test_the_same_press_in_another_envelope_changes_nothing(rig: Rig) -> None:
    """After a restart the envelope is unknown; the press still is what it was."""
    payload = pressed(rig.message, "mute-story")
    for name in ("one", "two"):
        await rig.double.sockets.send("interactive", payload, envelope=name)
    await until(lambda: rig.message.edits == 2)
    assert len(await rig.store.silences(clock())) == 1


STRANGERS: dict[str, dict[str, Any]] = {
    "another workspace": {"team": {"id": "T0OTHER"}},
    "another channel": {"channel": {"id": "C0ELSEWHERE"}},
    "no user": {"user": {"id": "<@U1>"}},
    "no team": {"team": None},
    "no channel": {"channel": []},
    "no action": {"actions": []},
    "a button of another app": {
        "actions": [{"block_id": "x", "action_id": "noise", "value": ALERT, "action_ts": "1"}]
    },
    "an action that is none": {
        "actions": [{"block_id": ACTIONS, "action_id": "drop-tables", "value": ALERT, "action_ts": "1"}]
    },
    "an alert that is none": {
        "actions": [{"block_id": ACTIONS, "action_id": "noise", "value": "' OR 1=1", "action_ts": "1"}]
    },
    "an alert of another message": {"container": {"message_ts": "1.1"}},
    "a shape that is none": {"actions": {"0": "noise"}, "user": 7},
}


@pytest.mark.parametrize("changed", STRANGERS.values(), ids=STRANGERS)
async def test_what_is_not_ours_is_not_obeyed(rig: Rig, changed: dict[str, Any]) -> None:
    """It is acknowledged, so that Slack does not repeat it, and changes nothing."""
    await rig.double.sockets.send("interactive", pressed(rig.message, "noise") | changed)
    await rig.double.sockets.press(rig.message, "acknowledge")  # the listener lives
    await until(lambda: "Acknowledged" in rig.shown)
    assert await rig.store.judgements() == []


async def test_a_name_from_slack_is_shown_letter_by_letter(rig: Rig) -> None:
    """It cannot mention, link, format or run over the line."""
    name = "<!channel> *x* <https://evil.example|y>\n\u202e" + "z" * 300
    await rig.double.sockets.press(rig.message, "acknowledge", user={"id": "U0EVE0003", "username": name})
    await until(lambda: "Acknowledged" in rig.shown)
    note = next(block for block in rig.message.blocks[2:] if block["type"] == "context")
    assert note["elements"][0]["type"] == "plain_text"
    assert len(note["elements"][0]["text"]) < 90
    assert "\n" not in note["elements"][0]["text"]


async def test_who_pressed_is_told_where_the_message_cannot_show_it(rig: Rig) -> None:
    """The message is too old to be edited, or gone."""
    payload = pressed(rig.message, "acknowledge")
    rig.double.messages.clear()
    await rig.double.sockets.send("interactive", payload)
    await until(lambda: rig.double.whispers)
    assert rig.double.whispers == [("U0ANA0001", "Acknowledged.")]


async def test_an_update_keeps_what_people_did(rig: Rig) -> None:
    """The next outlet edits the message; acknowledgement and buttons stay under it."""
    await rig.double.sockets.press(rig.message, "acknowledge")
    await until(lambda: "Acknowledged" in rig.shown)
    [latest] = await rig.desk.living(ALERT)
    await rig.channel.show(latest)
    assert "Acknowledged by ana" in rig.shown
    assert rig.offered == ["relevant", "noise", "mute-story", "snooze-rule"]


async def test_a_press_is_a_line_of_the_audit_log(rig: Rig) -> None:
    """By the person as Slack knows them; the same envelope again adds none."""
    payload = pressed(rig.message, "snooze-rule")
    for _ in range(2):
        await rig.double.sockets.send("interactive", payload, envelope="the-same")
    await until(lambda: "Rule snoozed by ana" in rig.shown)
    [deed] = await rig.store.page_of_audit(limit=10)
    assert (deed.by, deed.via, deed.act) == ("ana (U0ANA0001)", Via.SLACK, Act.SILENCE)
    assert deed.detail.startswith("rule=cross-border-raids until ")
