"""HTML to plain text: what a reader would see, in one pass, whatever the input.

No attribute, address, script or style survives; block elements become line breaks; inline elements vanish
without a trace, so that `Kur<b>sk</b>` is one word. Every scan moves forwards only, so the cost is
proportional to the length of the text even when tags, quotes or comments are never closed.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Final

_BLOCK_NAMES: Final = (
    "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav ol "
    "optgroup option p pre section summary table tbody td tfoot th thead title tr ul video audio"
)
_UNSEEN_NAMES: Final = (
    "script style template iframe object applet noembed noframes svg math select datalist canvas"
)
_BLOCKS: Final = frozenset(_BLOCK_NAMES.split())
_UNSEEN: Final = frozenset(_UNSEEN_NAMES.split())
_NAME: Final = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_SIMPLE_TAG: Final = re.compile(
    r"</?([a-zA-Z][a-zA-Z0-9:-]{0,40}+)(?:[^<>\"'=a-zA-Z0-9:-](?:[^<>\"'=]|=\"[^<>\"]*\"|='[^<>']*')*+)?+>"
)
"""A tag of which nobody could doubt where it ends."""
_STOP: Final = re.compile("[>\"']")
_LONG_NUMBER: Final = re.compile(r"&#(?:[xX][0-9a-fA-F]{7,}|[0-9]{8,});?")
_CLOSERS: Final = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _UNSEEN}
_CDATA: Final = "<![CDATA["
_CUT_OFF: Final = re.compile(r"<(?:/?[a-zA-Z][a-zA-Z0-9:-]{0,40}(?:\s+[^=\s<]{1,80}\s*=|[\s/]*$)|[!?])")


def plain_text(html: str) -> str:
    """Reduce HTML to the text that a reader sees.

    Args:
        html: a fragment or document, well formed or not; plain text is a fragment without tags.

    Returns:
        Text whose lines are stripped and separated by single line breaks. Text without `<` and `&` comes
        back as it is.
    """
    if "<" not in html:
        return _decoded(html) if "&" in html else html
    pieces = _between_simple_tags(html)
    return _lines(_between_any_tags(html) if pieces is None else pieces)


def _lines(pieces: list[str]) -> str:
    lines = "".join(pieces).split("\n")
    return "\n".join([joined for line in lines if (joined := " ".join(line.split()))])


def _between_simple_tags(html: str) -> list[str] | None:
    """Cut at tags in one go; None where anything else begins with `<`, or an element is not shown."""
    cut = _SIMPLE_TAG.split(html.replace("\n", " ").replace("\r", " "))
    if any("<" in text for text in cut[::2]):
        return None
    names = [name.lower() for name in cut[1::2]]
    if not _UNSEEN.isdisjoint(names):
        return None
    cut[1::2] = ["\n" if name in _BLOCKS else "" for name in names]
    return [_decoded(text) if "&" in text else text for text in cut]


def _between_any_tags(html: str) -> list[str]:
    pieces: list[str] = []
    at = 0
    last_end = html.rfind(">")
    while (opened := html.find("<", at)) >= 0:
        if opened > at:
            pieces.append(_inline(html[at:opened]))
        at = _skip(html, opened, pieces) if opened < last_end else _unended(html, opened, pieces)
    pieces.append(_inline(html[at:]))
    return pieces


def _inline(text: str) -> str:
    """Decode character references; line breaks of the source are mere spaces between tags."""
    text = text.replace("\n", " ").replace("\r", " ")
    return _decoded(text) if "&" in text else text


def _decoded(text: str) -> str:
    """Decode character references; absurdly long numbers become U+FFFD (int() would refuse them)."""
    return unescape(_LONG_NUMBER.sub("\ufffd", text))


def _skip(html: str, opened: int, pieces: list[str]) -> int:
    """Handle what begins with the `<` at `opened`: add what it stands for, return where text goes on."""
    following = html[opened + 1 : opened + 2]
    if following == "!":
        return _skip_declaration(html, opened, pieces)
    found = _NAME.match(html, opened)
    if found is None and following not in {"/", "?"}:
        pieces.append("<")
        return opened + 1
    end = _tag_end(html, opened + 1) or html.find(">", opened) + 1
    return _element(html, found, end, pieces) if found else end


def _unended(html: str, opened: int, pieces: list[str]) -> int:
    """Handle a `<` that no `>` follows: a text cut off inside a tag loses the rest, else it is a sign."""
    if _CUT_OFF.match(html, opened):
        return len(html)
    pieces.append("<")
    return opened + 1


def _element(html: str, found: re.Match[str], end: int, pieces: list[str]) -> int:
    """Add what a complete tag stands for; jump over the content of elements that are never shown."""
    name = found[1].lower()
    if name in _BLOCKS:
        pieces.append("\n")
    if name not in _UNSEEN or html[found.start() + 1] == "/" or html[end - 2] == "/":
        return end
    pieces.append(" ")
    closed = _CLOSERS[name].search(html, end)
    return closed.start() if closed else len(html)


def _skip_declaration(html: str, opened: int, pieces: list[str]) -> int:
    """Pass over a comment or declaration; the text of a CDATA section is kept."""
    if html.startswith("<!--", opened):
        end = html.find("-->", opened + 4)
        return len(html) if end < 0 else end + 3
    if html.startswith(_CDATA, opened):
        end = html.find("]]>", opened)
        stop = len(html) if end < 0 else end
        pieces.append(html[opened + len(_CDATA) : stop].replace("\n", " "))
        return min(len(html), stop + 3)
    end = html.find(">", opened)
    return len(html) if end < 0 else end + 1


def _tag_end(html: str, at: int) -> int:
    """Return the position after the `>` that ends a tag, quoted values respected; 0 if there is none."""
    while (found := _STOP.search(html, at)) is not None:
        at = found.end()
        if found[0] == ">":
            return at
        if html[max(0, at - 9) : at - 1].rstrip().endswith("="):
            closing = html.find(found[0], at)
            if closing < 0:
                return html.find(">", at) + 1
            at = closing + 1
    return 0
