"""Foreign text and foreign addresses, made fit to be shown anywhere.

Nothing a feed says may move a cursor, turn the direction of reading, hide, or lead elsewhere than it says.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

MAX_LINK: Final = 2000
"""Characters; a longer address is not offered as a link (Slack and mail programs cut or refuse them)."""

_SPACES: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Directional marks and overrides, zero-width characters, soft hyphens, fillers, tags, noncharacters.
_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_STACKED: Final = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]{4})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]+"
)
_UNSAFE_IN_LINKS: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\\]")
_KEPT_IN_LINKS: Final = "/:?#[]@!$&()*+,;=%~-._"


def clean(text: str) -> str:
    """Neutralise what is not seen but works: controls, direction marks, zero-width characters.

    White space of any kind becomes one space; spaces at the ends stay, so that pieces of a text can be
    cleaned one by one. At most four combining marks stand on one letter.
    """
    text = _SURROGATES.sub("\ufffd", _UNSEEN.sub("", text))
    return _SPACES.sub(" ", _STACKED.sub(r"\1", text))


def line(text: str, limit: int = 300) -> str:
    """Give `text` as one clean line of at most `limit` characters."""
    return cut(clean(text).strip(), limit)


def cut(text: str, limit: int) -> str:
    """Cut after at most `limit` characters, between words where one ends near, and end with an ellipsis."""
    if len(text) <= limit:
        return text
    kept = text[: max(limit - 1, 0)]
    space = kept.rfind(" ")
    if space > 2 * limit // 3:
        kept = kept[:space]
    return kept.rstrip(" ,;:-–—") + "…"


def safe_link(address: str | None) -> str | None:
    """Give an http or https address in plain ASCII without user information; None if there is no such thing.

    Characters that end a link in Slack's mark-up, HTML or a terminal (`|`, `<`, `>`, quotes, blanks) come
    out percent-encoded, the host in its ASCII form.
    """
    if not address or _UNSAFE_IN_LINKS.search(address.strip()):
        return None
    try:
        parts = urlsplit(address.strip())
        name = ascii_host(parts.hostname or "")
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not name:
        return None
    place = f"[{name}]" if ":" in name else name
    if port is not None:
        place += f":{port}"
    rest = (
        quote(piece, safe=_KEPT_IN_LINKS, errors="replace")
        for piece in (parts.path, parts.query, parts.fragment)
    )
    link = urlunsplit((parts.scheme, place, *rest))
    return link if len(link) <= MAX_LINK else None


def ascii_host(name: str) -> str:
    """Give a host name as it is asked for in DNS; empty if it cannot be one."""
    name = name.rstrip(".").lower()
    try:
        coded = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    return coded if re.fullmatch(r"[a-z0-9._:-]{1,255}", coded) else ""


def host(link: str) -> str:
    """Name the place a safe link leads to, as a reader knows it, without `www.`.

    Letters of another script show only in names that hold no Latin ones at all; else the ASCII form shows,
    in which a look-alike gives itself away.
    """
    name = (urlsplit(link).hostname or "").removeprefix("www.")
    if "xn--" not in name:
        return name
    try:
        spelled = name.encode("ascii").decode("idna")
    except UnicodeError:
        return name
    letters = [letter for letter in spelled if letter.isalpha()]
    return name if any(letter.isascii() for letter in letters) else clean(spelled)
