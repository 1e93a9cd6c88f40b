"""`/news-monitor` typed in Slack: answered to the one who typed, in plain text."""

from __future__ import annotations

from tests.slack_desk.conftest import Rig, clock


async def test_status_says_how_everything_stands(rig: Rig) -> None:
    """Feeds, alerts, messages and silences, a line each."""
    said = await rig.double.sockets.command("status")
    assert said.splitlines() == [
        "1 feeds, 0 failing",
        "1 alerts in 24 h, 0 held",
        "0 messages waiting; 0 dead letters",
        "0 silences in force",
    ]


async def test_a_silence_is_made_listed_and_ended(rig: Rig) -> None:
    """With author, comment and end, as from the command line."""
    said = await rig.double.sockets.command("silence rule=cross-border-raids 4h exercise announced")
    [silence] = await rig.store.silences(clock())
    assert said.startswith(f"Silenced: {silence.id[:12]} rule=cross-border-raids until ")
    assert said.endswith("by ana (U0ANA0001): exercise announced")
    assert (await rig.double.sockets.command("silences")).startswith(silence.id[:12])
    assert (await rig.double.sockets.command(f"unsilence {silence.id[:6]}")).startswith("Ended: ")
    assert await rig.store.silences(clock()) == []
    assert await rig.double.sockets.command("silences") == "Nothing is silenced."


async def test_why_tells_the_decisions_on_a_story(rig: Rig) -> None:
    """By the start of its id, or by an address, which Slack sends in angle brackets."""
    unknown = await rig.double.sockets.command("why <https://nowhere.example/x|nowhere.example/x>")
    assert unknown == "No article or story of that name is kept."
    said = await rig.double.sockets.command(f"why {1:032x}")
    assert said.startswith("Anti-Kremlin militias show prisoners in Kyiv")


async def test_what_cannot_be_understood_is_answered_with_what_can(rig: Rig) -> None:
    """One line for each command."""
    for words in ("", "drop tables", "silence", "why", "status now"):
        assert "silence NAME=VALUE" in await rig.double.sockets.command(words)
    assert "for how long" in await rig.double.sockets.command("silence rule=x")
    assert "severity is one of" in await rig.double.sockets.command("silence severity=grave 4h")
    assert "no matcher of that name" in await rig.double.sockets.command("silence colour=red 4h")
    assert "at most 30d" in await rig.double.sockets.command("silence rule=x 9999d")


async def test_a_channel_that_is_not_configured_is_told_nothing(rig: Rig) -> None:
    """Nor is another workspace."""
    for changed in ({"channel": "C0ELSEWHERE"}, {"team_id": "T0OTHER"}, {"user_id": "<!here>"}):
        said = await rig.double.sockets.command("status", **changed)
        assert said == "Use it in a channel that news-monitor posts to."


async def test_markup_in_a_comment_stays_text(rig: Rig) -> None:
    """What comes back is escaped, and its blocks are literal."""
    said = await rig.double.sockets.command("silence rule=x 4h <!channel> & *bold*")
    assert "&lt;!channel&gt; &amp; *bold*" in said
    [silence] = await rig.store.silences(clock())
    assert silence.comment == "<!channel> & *bold*"
