"""Words for comparing: folded, lightly stemmed, hashed; numbers told apart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

import xxhash

from monitor.core.text import words as text_words

_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"(?<!\w)\d+(?:[.,]\d+)*")
_GROUPED = re.compile(r"[.,](?=\d{3}\b)")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_SIMPLE = re.compile(r"[\"«“„(\[]*([a-zA-Z]+|[А-Яа-яЁёІіЇїЄєҐґ]+)[.,:;!?…\"»”)\]]*")
"""A chunk that is one word of letters that all look alike folded, but for their case and the ё."""
_LONG = 40

NUMBER = 1
"""The lowest bit of a term's hash: set for numbers, clear for words."""

_STOP_WORDS = (
    "'s a about after against all also am an and any are as at be been before being between both but "
    "by can could did do does done down during each for from had has have having he her here him his "
    "how i in into is it its just may me might more most must my new no nor not of off on only onto "
    "or other our out over own s said same say says shall she should so some such t than that the "
    "their them then there these they this those through to too under up us very was we were what "
    "when where which who whom whose why will with without would you your а або але б без був буде "
    "будет будто була було бути бы был была были было быть в вам вас ведь вже ви во вона вони вот все "
    "всех всі вы від він где да даже де для до его ее ей ему если есть еще ж же з за зачем здесь зі и "
    "из или их й його к как какой когда коли которая которые который кто куда ли мене меня ми мне "
    "може может мой мы на навіть над надо не него нее ней нет ни нибудь ним ничего но ну нього ні "
    "нічого о об он она они от по под после потом потому потім почти при про під після раз с сам себе "
    "себя со собі та так там тебе тебя теж тем тепер теперь ти то тогда того тоді тоже только тому "
    "треба тут ты тільки у уже хто цей цього цьому ці чего чем через чим чого что чтоб чтобы ще що "
    "щоб эти это этого этом этот я як який якщо є і із їй їх її "
)
_STOP = frozenset(_STOP_WORDS.split())
_CASES = (
    "ется ится иями лась лись лось ться утся ются ятся ает ами ать ают еві его ему ете еть ешь ими ите "
    "ить ишь иях кой лся ові ого ому тся ует уют ыми яет ями ять яют іми ією ал ам ах ая ев ее ей ел ем "
    "ен ет ею ие ии ий ил ит их ию ия ка ке ки ку ла ли ло на но ны ов ое ой ок ом ою ої ут ую ые ый ье "
    "ью ья ют юю ял ям ят ях яя єю ів ій іх їв а е и й о у ы ь ю я є і ї "
)
_ENDINGS = frozenset(_CASES.split())
_LONGEST = 4
_STEM_CYR = 4
_ROOT_CYR = 6
_CACHE = 1 << 15


def words(text: str) -> list[str]:
    """Cut a text into folded words and numbers; scripts without spaces give pairs of characters."""
    return [word for chunk in text.split() for word in (_seen(chunk) if len(chunk) < _LONG else _cut(chunk))]


def _cut(chunk: str) -> tuple[str, ...]:
    """Cut what stands between two spaces; `3,000` becomes 3000, `7.1` stays whole, `5-year` does not."""
    if simple := _SIMPLE.fullmatch(chunk):
        return (simple[1].lower().replace("ё", "е"),)
    if not _DIGIT.search(chunk):
        return _plain(chunk)
    found: list[str] = []
    at = 0
    for number in _NUMBER.finditer(chunk):
        found += _plain(chunk[at : number.start()])
        found.append(_GROUPED.sub("", number[0]).replace(",", "."))
        at = number.end()
    return (*found, *_plain(chunk[at:]))


def _plain(chunk: str) -> tuple[str, ...]:
    found = tuple(word.folded for word in text_words(chunk))
    return _paired(found) if _UNSPACED.search(chunk) else found


_seen = lru_cache(maxsize=_CACHE)(_cut)


def _paired(found: tuple[str, ...]) -> tuple[str, ...]:
    """Join each character that is a word of its own with the one after it."""
    pairs = [
        word + after if _UNSPACED.match(word) and _UNSPACED.match(after) else word
        for word, after in pairwise(found)
    ]
    return tuple(pairs) if pairs else found


@lru_cache(maxsize=_CACHE)
def term(word: str) -> int:
    """Hash a folded word's stem to 32 bits, the lowest telling numbers; 0 for words that say nothing."""
    if word in _STOP or (len(word) < 2 and not word.isdigit()):  # noqa: PLR2004 - lone letters
        return 0
    return key_of_stem(stem(word) or word)


def key_of_stem(root: str) -> int:
    """Hash a stem or number to 32 bits, the lowest telling numbers; never 0."""
    digest = xxhash.xxh3_64_intdigest(root.encode("utf-8", "surrogatepass")) >> 32
    return digest | NUMBER if root[0].isdigit() else (digest & ~NUMBER) or 2


def stem(word: str) -> str:
    """Cut a word's inflection, roughly and fast: plural and verb endings in English, cases in Cyrillic."""
    if word[0].isdigit():
        return word
    if _CYRILLIC.match(word):
        return _stem_cyrillic(word)
    return _stem_latin(word) if word.isascii() else word


def _stem_cyrillic(word: str) -> str:
    """Cut a case ending, then all beyond six letters: suffixes of derivation are long and say little."""
    for size in range(min(_LONGEST, len(word) - _STEM_CYR), 0, -1):
        if word[-size:] in _ENDINGS:
            return word[:-size][:_ROOT_CYR]
    return word[:_ROOT_CYR]


def _stem_latin(word: str) -> str:
    word = word.removesuffix("'s").replace("'", "")
    if len(word) > 4 and word.endswith("ies"):  # noqa: PLR2004
        return word[:-3] + "y"
    for ending, least in (("ing", 6), ("ed", 5), ("es", 5), ("s", 4), ("e", 5)):
        if word.endswith(ending) and len(word) >= least and not word.endswith(("ss", "us", "is")):
            return _undouble(word[: -len(ending)])
    return word


def _undouble(word: str) -> str:
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeioulsz":  # noqa: PLR2004
        return word[:-1]
    return word.removesuffix("e")


def terms(tokens: Iterable[str]) -> list[int]:
    """The distinct terms of folded words, in order of appearance."""
    found = dict.fromkeys(map(term, tokens))
    found.pop(0, None)
    return list(found)
