"""The connection by which Slack tells of presses: refreshed, lost, refused, and never in delivery's way."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from monitor.channels.factory import build_channel, build_listeners
from monitor.channels.slack import Slack
from monitor.channels.slack_socket import Envelope, SlackSocket
from monitor.core.models import Sent
from tests.channels.cards import delivery
from tests.channels.slack_double import SlackDouble
from tests.channels.slack_sockets import pressed
from tests.slack_desk.conftest import Rig, clock, settings_of, until


async def test_a_refresh_loses_no_press(rig: Rig) -> None:
    """The new connection is there before the old one goes; a press on the old one meanwhile is heard."""
    old = rig.double.sockets.alive[0]
    payload = pressed(rig.message, "acknowledge")
    await rig.double.sockets.refresh()
    told = {"envelope_id": "on-the-old-one", "type": "interactive", "payload": payload}
    await old.send_json(told)
    await rig.double.sockets.connections(2)
    await until(lambda: "on-the-old-one" in rig.double.sockets.acknowledged)
    await rig.double.sockets.press(rig.message, "relevant")
    await until(lambda: "Relevant" in rig.shown and "Acknowledged" in rig.shown)


async def test_a_lost_connection_is_made_anew(rig: Rig) -> None:
    """With a new ticket: the old one is used up."""
    await rig.double.sockets.close()
    await rig.double.sockets.connections(2)
    await rig.double.sockets.press(rig.message, "noise")
    await until(lambda: "Noise" in rig.shown)


async def test_delivery_goes_on_while_nobody_listens(rig: Rig) -> None:
    """Whatever becomes of the connection, messages are posted with their buttons."""
    rig.double.sockets.refusals.extend(["internal_error"] * 3)
    await rig.double.sockets.close()
    assert isinstance(await rig.channel.send(delivery(id="e" * 32)), Sent)


async def heard(envelope: Envelope) -> None:
    """Do nothing with it."""
    del envelope


def test_pauses_grow_and_end_at_five_minutes() -> None:
    """A Slack that is down for a day is asked some three hundred times, not seventeen thousand."""
    socket = SlackSocket("osint", SecretStr("x"), api_url="http://127.0.0.1:9/", heed=heard, dice=lambda: 0.5)
    pauses = [socket._lost("down", None) for _ in range(12)]
    assert pauses[:5] == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert pauses[-1] == 300.0


async def test_a_bug_in_acting_costs_one_envelope(double: SlackDouble) -> None:
    """It is acknowledged all the same: a repeat would meet the same bug."""
    taken: list[str] = []

    async def bug(envelope: Envelope) -> None:
        taken.append(envelope.kind)
        message = "a bug"
        raise ValueError(message)

    socket = SlackSocket(
        "osint", SecretStr(double.sockets.token), api_url=double.api_url, heed=bug, dice=lambda: 0.5
    )
    running = asyncio.create_task(socket.run())
    await double.sockets.connections(1)
    await double.sockets.send("interactive", {})
    await double.sockets.send("interactive", {})
    assert taken == ["interactive", "interactive"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(
    "said", ["no json", "[1]", '"x"', "{}", '{"type": 7}', '{"payload": {}}', "[" * 5000]
)
async def test_whatever_comes_over_the_socket_the_next_envelope_is_heard(rig: Rig, said: str) -> None:
    """Slack is trusted to be Slack, not to be free of faults."""
    await rig.double.sockets.alive[0].send_str(said)
    await rig.double.sockets.press(rig.message, "noise")
    await until(lambda: "Noise" in rig.shown)


async def test_a_wrong_app_token_is_told_in_one_sentence(double: SlackDouble) -> None:
    """By `doctor` and at the start; alerts are not held up by it."""
    settings = settings_of(double, app_token=SecretStr("xapp-1-wrong"))
    channel = build_channel("osint", settings, clock=clock)
    [sentence] = await channel.verify()
    assert sentence == (
        "osint: no press of a button is heard: Slack says invalid_auth: the app token is wrong; make one "
        "under Basic Information, App-Level Tokens, with the scope connections:write"
    )
    await channel.close()


async def test_without_an_app_token_no_button_is_drawn(double: SlackDouble, rig: Rig) -> None:
    """A button that nobody hears would be a lie; what people did elsewhere is shown all the same."""
    settings = settings_of(double, app_token=None)
    plain = Slack("plain", settings, handling=rig.desk.handling, post_interval=timedelta(0))
    await plain.send(delivery(id="e" * 32))
    assert [block["type"] for block in rig.double.messages[-1].blocks] == ["rich_text", "context"]
    assert build_listeners({"plain": settings}, {"plain": plain}, rig.desk, dice=lambda: 0.5) == []
    await plain.close()


async def test_channels_of_one_app_share_a_connection(double: SlackDouble, rig: Rig) -> None:
    """Slack hands a press to any connection of the app: two would hear each other's."""
    one, two = (settings_of(double) for _ in range(2))
    channels = {name: Slack(name, one) for name in ("one", "two")}
    assert len(build_listeners({"one": one, "two": two}, channels, rig.desk, dice=lambda: 0.5)) == 1


async def test_no_ticket_and_no_token_is_ever_logged(
    rig: Rig, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """A ticket opens a connection: it is as good as a token."""
    caplog.set_level("DEBUG")
    del tmp_path
    await rig.double.sockets.refresh()
    await rig.double.sockets.connections(2)
    await rig.double.sockets.close()
    await rig.double.sockets.connections(3)
    shown = "\n".join(record.getMessage() for record in caplog.records)
    assert "ticket-" not in shown
    assert "xapp-" not in shown
    assert rig.double.sockets.token not in str(vars(rig.listener.socket))
