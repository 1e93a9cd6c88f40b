"""The language of a short text: the code a feed names, or a cautious guess from letters and small words."""

from __future__ import annotations

import re

_CODE = re.compile(r"\s*([a-z]{2})(?![a-z])", re.IGNORECASE)
_LONG_CODES = {
    "eng": "en",
    "rus": "ru",
    "ukr": "uk",
    "deu": "de",
    "ger": "de",
    "fra": "fr",
    "fre": "fr",
    "pol": "pl",
}
_SLIPS = {"ua": "uk", "gb": "en", "us": "en", "cz": "cs", "by": "be", "iw": "he", "jp": "ja", "cn": "zh"}
_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_CYRILLIC_LANGUAGES = frozenset(
    {"ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg", "tt", "ce", "ab"}
)
_ONLY_UKRAINIAN = frozenset("іїєґ")
_ONLY_RUSSIAN = frozenset("ыэъё")
_NEITHER = frozenset("ўјљњћђџқәғөұ")
# fmt: off
_UKRAINIAN_WORDS = frozenset({"та", "що", "як", "від", "після", "під", "із", "це", "щодо"})
_RUSSIAN_WORDS = frozenset({"и", "что", "как", "от", "после", "под", "из", "с", "или", "его", "к", "со"})
_ENGLISH_WORDS = frozenset({"the", "of", "and", "to", "with", "for", "from", "after", "by", "over", "as"})
# fmt: on
_UKRAINIAN_ENDS = re.compile(r"\w(?:[сзц]ьк\w{1,4}|увати|ється|ують)\b")
_RUSSIAN_ENDS = re.compile(
    r"\w(?:ск(?:ий|ая|ое|ой|ом|ую|ие|их|им|ими|ого|ому)|тся|ющ(?:ий|ая|ие|их|им)|ует)\b"
)
_MOSTLY = 0.6
_ENOUGH_ENGLISH = 2


def language_code(claim: str | None) -> str | None:
    """Reduce a feed's word for its language (`en-US`, `rus`, the slip `ua`) to two letters, if it can be."""
    lowered = (claim or "").strip().lower()
    if lowered[:3] in _LONG_CODES and not lowered[3:4].isalpha():
        return _LONG_CODES[lowered[:3]]
    found = _CODE.match(lowered)
    return _SLIPS.get(found[1], found[1]) if found else None


def language_of(text: str, *claims: str | None) -> str | None:
    """Return the first usable claim that the script of the text does not give the lie, else a guess.

    Publishing software often leaves `en` where nobody said anything: a text in Cyrillic letters is not
    English, one in Latin letters is not Russian.
    """
    for claim in claims:
        code = language_code(claim)
        if code is not None and _script_allows(text, code):
            return code
    return guess(text)


def guess(text: str) -> str | None:
    """Tell Russian, Ukrainian and English apart; None for everything else and where little speaks for it."""
    lowered = text.lower()
    words = _WORD.findall(lowered)
    if not words:
        return None
    if lowered.isascii():
        return "en" if sum(word in _ENGLISH_WORDS for word in words) >= _ENOUGH_ENGLISH else None
    if _count(_CYRILLIC, lowered) > _MOSTLY * sum(map(len, words)):
        return _guess_cyrillic(lowered, frozenset(words))
    return None


def _count(letters: re.Pattern[str], text: str) -> int:
    """Count letters, found in runs."""
    return sum(map(len, letters.findall(text)))


def _guess_cyrillic(lowered: str, words: frozenset[str]) -> str | None:
    letters = set(lowered)
    if letters & _NEITHER:
        return None
    ukrainian, russian = bool(letters & _ONLY_UKRAINIAN), bool(letters & _ONLY_RUSSIAN)
    if ukrainian != russian:
        return "uk" if ukrainian else "ru"
    for_uk = len(words & _UKRAINIAN_WORDS) + len(_UKRAINIAN_ENDS.findall(lowered))
    for_ru = len(words & _RUSSIAN_WORDS) + len(_RUSSIAN_ENDS.findall(lowered))
    if for_uk == for_ru:
        return None
    return "uk" if for_uk > for_ru else "ru"


def _script_allows(text: str, code: str) -> bool:
    if code not in _CYRILLIC_LANGUAGES and (code != "en" or text.isascii()):
        return True
    if code in _CYRILLIC_LANGUAGES and code not in {"ru", "uk", "be", "bg"}:
        return True
    foreign = _count(_CYRILLIC if code == "en" else _LATIN, text)
    if not foreign:
        return True
    letters = _count(_WORD, text)
    return not letters or foreign <= _MOSTLY * letters
