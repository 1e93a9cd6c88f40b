"""The console: what the README shows first."""

from __future__ import annotations

import io
import re

import pytest

from monitor.channels.console import WIDTH, Console
from monitor.core.models import DeliveryKind, Rejected, Sent
from monitor.core.render import render
from tests.channels.cards import INJECTIONS, NOW, SECOND, card, delivery, hits, hostile, later_card, story

FIRST_BLOCK = """\
▌ HIGH · Cross-border raids into Russia
▌ Anti-Kremlin militias show prisoners in Kyiv after [raids] into Belgorod
▌ kyiv-courier.example · 14:02 UTC · seen 4 min later
▌ https://kyiv-courier.example/2024/03/21/militias-prisoners?id=4711
▌   “Fighters of the [Russian Volunteer Corps] and the [Freedom of Russia Legion] told reporters on
▌    Thursday that they hold two dozen prisoners.”
▌   “Moscow's Defence Ministry showed burnt-out vehicles and said the [raids] had failed in [Kursk
▌    region] as well.”
▌ matched  Kursk region = Kursk Oblast
▌ told by  1 outlet so far
▌ why now  first match in this story

"""
FOLLOW_UP = """\
  + now 3 outlets: kyiv-courier.example, vesti.example, world-wire.example; another language
    Cross-border raids into Russia: Anti-Kremlin militias show prisoners in Kyiv after raids into…
"""


async def written(*deliveries: object, color: str = "never") -> str:
    """What a console has shown after these."""
    stream = io.StringIO()
    console = Console("console", stream, color=color)  # type: ignore[arg-type]
    for one in deliveries:
        assert await console.send(one) == Sent()  # type: ignore[arg-type]
    return stream.getvalue()


async def test_a_first_alert_is_a_block_and_a_follow_up_two_short_lines() -> None:
    """Compact, and readable in 100 columns."""
    later = render(later_card(), now=NOW)
    update = delivery(later, kind=DeliveryKind.UPDATE)
    assert await written(delivery(), update, update, delivery()) == "".join(
        [FIRST_BLOCK, FOLLOW_UP, FOLLOW_UP, "\n", FIRST_BLOCK]
    )


async def test_no_line_but_an_address_is_wider_than_the_terminal() -> None:
    """Also where a feed gives no place to break a line."""
    for text in ("word " * 400, "слово " * 400):
        for line in (await written(delivery(render(hostile(text), now=NOW)))).splitlines():
            assert len(line) <= WIDTH or "https://" in line


async def test_colours_are_ours_alone_and_only_when_asked_for() -> None:
    """The severity's bar, the matched words; a pipe gets none."""
    plain = await written(delivery(), color="auto")
    painted = await written(delivery(), color="always")
    assert "\x1b" not in plain
    assert painted.startswith("\x1b[31m▌\x1b[0m \x1b[31mHIGH")
    assert "\x1b[1;33mRussian Volunteer Corps\x1b[0m" in painted
    assert re.sub(r"\x1b\[[\d;]*m", "", painted).replace("[", "").replace("]", "") == plain.replace(
        "[", ""
    ).replace("]", "")


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("kind", [DeliveryKind.POST, DeliveryKind.UPDATE])
async def test_no_escape_sequence_of_a_feed_reaches_the_terminal(text: str, kind: DeliveryKind) -> None:
    """Nothing moves the cursor, sets the title or turns the text around."""
    shown = await written(delivery(render(hostile(text), now=NOW), kind=kind))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


async def test_a_terminal_that_knows_no_cyrillic_gets_question_marks() -> None:
    """Rather than an error and no alert."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    message = render(card(entry=SECOND, hits=hits(SECOND, ("РДК", None)), story=story(SECOND)), now=NOW)
    assert await Console("console", stream).send(delivery(message)) == Sent()
    assert b"[???]" in raw.getvalue()


async def test_a_closed_stream_is_said() -> None:
    """A daemon whose output is gone parks the alert instead of dying."""
    stream = io.StringIO()
    stream.close()
    console = Console("console", stream)
    assert isinstance(await console.send(delivery()), Rejected)
    assert await console.verify() == ["console: standard output is closed"]


async def test_a_repeat_says_so() -> None:
    """After a crash in the middle of writing."""
    assert (await written(delivery(repeat=True))).startswith(
        "▌ HIGH · Cross-border raids into Russia · possible repeat\n"
    )
