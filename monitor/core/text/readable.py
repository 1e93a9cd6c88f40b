"""Texts that people hand in: HTML or not."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

from monitor.core.text.markup import plain_text

_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_REFERENCE: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")


def readable(text: str) -> str:
    """Reduce HTML to text; what has no tags keeps its length, so that offsets count in the text as given.

    A reference such as `&quot;` becomes its sign and blanks up to the same length, unless it stands for a
    letter within a word.
    """
    if _TAG.search(text):
        return plain_text(text)
    if "&" not in text:
        return text
    decoded = {found: html.unescape(found) for found in set(_REFERENCE.findall(text))}
    if any(_joins(sign) or len(sign) > len(found) for found, sign in decoded.items()):
        return plain_text(text)
    return _REFERENCE.sub(lambda found: decoded[found[0]].ljust(len(found[0])), text)


def _joins(sign: str) -> bool:
    """Tell whether a sign may stand within a word: a letter, a digit, an invisible sign."""
    return sign[:1].isalnum() or unicodedata.category(sign[:1] or " ") in {"Cf", "Mn"}
