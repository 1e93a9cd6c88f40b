"""Text fit to be shown: composed, on one line, without characters that hide or turn it; short headlines."""

from __future__ import annotations

import re
import unicodedata

HEADLINE_LIMIT = 120
"""Characters of a headline that had to be made from a longer text."""

# Controls but tab and line breaks; soft hyphen; zero-width, bidirectional and invisible characters; tags.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
# A full stop ends a sentence only after a word of four letters: "U.S.", "Gen.", "им." and initials do not.
_SENTENCE_END = re.compile(
    r"(?:(?<=[^\W\d_]{4}\.)|(?<=[!?…。！？]))[\"'»”’)]*\s+(?=[^\W_a-zа-яіїєґ]|[\"'«“(—–-])|(?<=[。！？])"
)


def visible(text: str) -> str:
    """Compose the text (NFC) and take out control, zero-width and bidirectional characters.

    Line breaks of every kind become line feeds; the rest of the text stays as it is.
    """
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", _UNSEEN.sub("", "\n".join(text.splitlines())))


def one_line(text: str) -> str:
    """Return the visible text on a single line with single spaces."""
    return " ".join(visible(text).split())


def headline(text: str) -> str:
    """Make a headline of a longer text: its first sentence, cut at a word with an ellipsis if too long."""
    first = _SENTENCE_END.split(one_line(text[: 20 * HEADLINE_LIMIT]), maxsplit=1)[0]
    if len(first) <= HEADLINE_LIMIT:
        return first.removesuffix(".") if not first.endswith("..") else first
    return shortened(first, HEADLINE_LIMIT)


def shortened(text: str, limit: int) -> str:
    """Cut the text at the last word that leaves room for an ellipsis within `limit` characters."""
    if len(text) <= limit:
        return text
    words = text[:limit].rsplit(maxsplit=1)
    kept = words[0] if len(words) > 1 and len(words[0]) > limit // 2 else text[: limit - 1]
    return f"{kept.rstrip(' ,;:–—-')}…"
