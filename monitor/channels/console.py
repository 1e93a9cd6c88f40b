"""Alerts as text on a terminal, a file or a pipe.

A first post is a block of a few lines under a bar in the colour of its severity; a follow-up is one line.
Escape sequences come from here alone: whatever a feed brings of them was taken out before.
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from typing import Final, Literal, TextIO

from monitor.channels.streams import Writer
from monitor.core.models import Delivery, DeliveryKind, Lookup, Outcome, Rejected, Sent, Unknown

WIDTH: Final = 100
"""Columns, the bar included; only an address may run over, so that it can be clicked and copied whole."""

_RESET: Final = "\x1b[0m"
_BOLD: Final = "\x1b[1m"
_DIM: Final = "\x1b[2m"
_MATCHED: Final = "\x1b[1;33m"
_COLOURS: Final = {"LOW": "\x1b[36m", "MEDIUM": "\x1b[33m", "HIGH": "\x1b[31m", "CRITICAL": "\x1b[1;35m"}
_CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_LABEL: Final = re.compile(r"(matched|told by|why now)  ")
_IN_BRACKETS: Final = re.compile(r"\[([^\[\]]*)\]")


class Console:
    """Writes alerts to a stream; what was written was delivered. Follow-ups stand close together."""

    recipients: tuple[str, ...] = ()
    can_update = True
    """Not an edit, but one short line."""
    settle = timedelta(0)
    on_doubt: Literal["repeat", "hold"] = "repeat"

    def __init__(
        self, name: str, stream: TextIO, *, color: Literal["auto", "always", "never"] = "auto"
    ) -> None:
        self.name = name
        self._stream = stream
        self._writer = Writer(stream)
        self._gap = ""
        """What parts a block from a follow-up before it."""
        self._coloured = color == "always" or (color == "auto" and _shows_colours(stream))

    async def send(self, delivery: Delivery) -> Outcome:
        """Write the message; a stream closed for good is a Rejected, one that stalls is waited for."""
        try:
            await self._writer.write(self._fitting(self._written(delivery)))
        except (OSError, ValueError) as error:
            return Rejected(why=f"the console cannot be written to: {error}; restart with a standard output")
        return Sent()

    async def find(self, delivery: Delivery) -> Lookup:
        """Nobody can say what a terminal has shown."""
        return Unknown(why=f"a console keeps no record of {delivery.id[:8]}")

    async def verify(self) -> list[str]:
        """Nothing can be wrong with a stream that is open."""
        return [f"{self.name}: standard output is closed"] if self._stream.closed else []

    async def close(self) -> None:
        """Leave the stream to whoever opened it."""
        self._writer.close()

    def _written(self, delivery: Delivery) -> str:
        """Show the first paragraph, or of a follow-up what is new in it; the other sources are elsewhere.

        A digest, which is of no one story, is shown whole.
        """
        text = delivery.message.text
        paragraph = text.partition("\n\n")[0] if delivery.story else text
        lines = [_CONTROL.sub(" ", line) for line in paragraph.split("\n")]
        note = ["possible repeat"] if delivery.repeat else []
        if delivery.kind is not DeliveryKind.POST and lines[0].startswith("+ "):
            rule = lines[1].partition(" · ")[2] if len(lines) > 1 else ""
            title = _CONTROL.sub(" ", delivery.message.title).removeprefix("[sample] ")
            return self._follow_up(" · ".join([lines[0], *note]), f"{rule}: {title}")
        lines[0] = " · ".join([lines[0], *note])
        colour = _COLOURS.get(lines[0].partition(" ")[0], "")
        bar = self._painted(colour, "▌")
        gap, self._gap = self._gap, ""
        return gap + "".join(f"{bar} {line}\n" for line in self._block(lines, colour)) + "\n"

    def _follow_up(self, news: str, about: str) -> str:
        first, second = (textwrap.shorten(said, WIDTH - 4, placeholder="…") for said in (news, about))
        self._gap = "\n"
        return f"  {first}\n{self._painted(_DIM, f'    {second}')}\n"

    def _block(self, lines: list[str], colour: str) -> Iterator[str]:
        for number, line in enumerate(lines):
            style = colour if number == 0 else _BOLD if number == 1 else ""
            for part in _wrapped(line):
                yield self._painted(style, part) if style else self._highlighted(part)

    def _highlighted(self, line: str) -> str:
        if not self._coloured:
            return line
        if line.startswith(("  “", "   ")):
            return _IN_BRACKETS.sub(rf"{_MATCHED}\1{_RESET}", line)
        return _LABEL.sub(rf"{_DIM}\g<0>{_RESET}", line, count=1) if _LABEL.match(line) else line

    def _painted(self, style: str, text: str) -> str:
        return f"{style}{text}{_RESET}" if self._coloured and style else text

    def _fitting(self, text: str) -> str:
        """Replace what the stream's encoding cannot say."""
        encoding = self._stream.encoding or "utf-8"
        return text.encode(encoding, "replace").decode(encoding)


def _wrapped(line: str) -> list[str]:
    indent = " " * 9 if _LABEL.match(line) else " " * (len(line) - len(line.lstrip()) + 1)
    wrapped = textwrap.wrap(
        line,
        WIDTH - 2,
        subsequent_indent=indent if line.startswith(" ") or _LABEL.match(line) else "",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapped or [""]


def _shows_colours(stream: TextIO) -> bool:
    return (
        not stream.closed
        and stream.isatty()
        and "NO_COLOR" not in os.environ
        and os.environ.get("TERM") != "dumb"
    )
