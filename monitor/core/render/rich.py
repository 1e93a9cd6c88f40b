"""Slack's own mark-up, as a template's author writes it, to Block Kit in which foreign text is inert.

    *bold* _italic_ ~strike~ `code` :emoji: <https://example.org|words> <!here> <@U0123456>
    > a quote, - a bullet, --- alone: a line across

What a template fills in stands between two private-use characters. It becomes literal `text` elements, in
which nothing formats, mentions or links, whatever it says: there is no escaping that could be forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from monitor.core.render.blocks import Block, Element, fitted, section
from monitor.core.render.display import cut, safe_link

OPEN: Final = "\ue000"
CLOSE: Final = "\ue001"
MOST_LINES: Final = 200
_LONGEST: Final = 2900
_VALUE: Final = re.compile(f"{OPEN}([^{CLOSE}]*)(?:{CLOSE}|\\Z)")
_SIGNS: Final = re.compile(f"[{OPEN}{CLOSE}]")
_HELD: Final = re.compile(f"{OPEN}(\\d+){CLOSE}")
_INLINE: Final = re.compile(
    r"<!(?P<range>here|channel|everyone)>"
    r"|<@(?P<user>[UW][A-Z0-9]{2,20})>"
    r"|<!subteam\^(?P<group>S[A-Z0-9]{2,20})(?:\|[^<>]*)?>"
    r"|<(?P<url>[^<>|!@#\s]+)(?:\|(?P<label>[^<>]*))?>"
    r"|(?<!\w):(?P<emoji>[a-z][a-z0-9_+-]{0,60}):(?!\w)"
    r"|`(?P<code>[^`]+)`"
    r"|(?<!\w)\*(?P<bold>\S(?:.*?\S)??)\*(?!\w)"
    r"|(?<!\w)_(?P<italic>\S(?:.*?\S)??)_(?!\w)"
    r"|(?<!\w)~(?P<strike>\S(?:.*?\S)??)~(?!\w)"
)
_STYLES: Final = ("code", "bold", "italic", "strike")


def literal(value: str) -> str:
    """Mark a text as foreign: it is shown letter by letter."""
    return f"{OPEN}{_SIGNS.sub('', value)}{CLOSE}"


def rich_blocks(text: str) -> tuple[Block, ...]:
    """Turn marked-up lines into Block Kit within Slack's limits."""
    values: list[str] = []

    def held(found: re.Match[str]) -> str:
        values.append(found[1])
        return f"{OPEN}{len(values) - 1}{CLOSE}"

    line = _Line(values=values)
    blocks: list[Block] = []
    parts: list[Element] = []
    for written in _VALUE.sub(held, text).strip("\n").split("\n")[:MOST_LINES]:
        if written.strip() == "---":
            blocks += [*_block(parts), {"type": "divider"}]
            parts = []
        else:
            _add(parts, written.rstrip(), line)
    return fitted([*blocks, *_block(parts)])


def plain_of(text: str) -> str:
    """Take the marks of foreign text out."""
    return _SIGNS.sub("", text)


def _block(parts: Sequence[Element]) -> list[Block]:
    return [{"type": "rich_text", "elements": list(parts)}] if parts else []


def _add(parts: list[Element], written: str, line: _Line) -> None:
    """Add one line: a quote, a bullet, or a line of text; bullets that follow each other are one list."""
    if written.startswith(("> ", "&gt; ")):
        parts.append({"type": "rich_text_quote", "elements": line.elements(written.partition(" ")[2])})
    elif written.lstrip().startswith(("- ", "• ")):
        item = section(line.elements(written.lstrip()[2:]))
        last = parts[-1] if parts else {}
        items = last.get("elements")
        if last.get("type") == "rich_text_list" and isinstance(items, list):
            items.append(item)
        else:
            parts.append({"type": "rich_text_list", "style": "bullet", "elements": [item]})
    else:
        parts.append(section(line.elements(written)))


@dataclass(slots=True)
class _Line:
    """Reads the marks in a line; `values` are the foreign texts that stand in it by number."""

    values: Sequence[str] = field(default_factory=list)

    def elements(self, written: str) -> list[Element]:
        """Give the elements of a line; an empty one is a blank line."""
        return list(self._found(written, {})) or [{"type": "text", "text": "\n"}]

    def _found(self, written: str, style: Mapping[str, bool]) -> Iterator[Element]:
        at = 0
        for found in _INLINE.finditer(written):
            yield from self._text(written[at : found.start()], style)
            yield from self._marked(found, style)
            at = found.end()
        yield from self._text(written[at:], style)

    def _marked(self, found: re.Match[str], style: Mapping[str, bool]) -> Iterator[Element]:
        kind = found.lastgroup or ""
        if found["url"] is not None:
            yield from self._link(found["url"], found["label"], style)
        elif kind in _STYLES:
            yield from self._found(found[kind], {**style, kind: True})
        elif kind == "range":
            yield {"type": "broadcast", "range": found["range"]}
        elif kind == "user":
            yield {"type": "user", "user_id": found["user"]}
        elif kind == "group":
            yield {"type": "usergroup", "usergroup_id": found["group"]}
        else:
            yield {"type": "emoji", "name": found["emoji"]}

    def _link(self, url: str, label: str | None, style: Mapping[str, bool]) -> Iterator[Element]:
        """Link words, if they lead to a safe address; the words alone if not."""
        address = safe_link(self._plain(url))
        said = cut(self._plain(label or "") or address or "", _LONGEST)
        if address is None or not said:
            yield from self._text(label or "", style)
            return
        element: Element = {"type": "link", "url": address, "text": said}
        yield element | {"style": dict(style)} if style else element

    def _text(self, written: str, style: Mapping[str, bool]) -> Iterator[Element]:
        said = cut(self._plain(written), _LONGEST)
        if said:
            element: Element = {"type": "text", "text": said}
            yield element | {"style": dict(style)} if style else element

    def _plain(self, written: str) -> str:
        """Put the foreign texts back in."""
        return _HELD.sub(lambda found: self.values[int(found[1])], written)
