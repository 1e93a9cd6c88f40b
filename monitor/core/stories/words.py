"""Words for comparing: folded, lightly stemmed, hashed; numbers told apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import xxhash

_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’ʼ][^\W\d_]+)*", re.UNICODE)
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_MARKS = re.compile(r"[\u0300-\u036f\u0483-\u0487]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}\b)")
_KEEP = str.maketrans({"й": "\ue000", "ї": "\ue001", "Й": "\ue000", "Ї": "\ue001"})
_BACK = str.maketrans({"\ue000": "й", "\ue001": "ї", "ё": "е", "ґ": "г", "’": "'", "ʼ": "'"})

NUMBER = 1
"""The lowest bit of a term's hash: set for numbers, clear for words."""

_STOP = frozenset(
    """a an the of to in on at by for from with without and or but nor so as is are was were be been being am it its
    this that these those he she they them his her their we our you your i my me us him who whom whose which what
    when where why how not no than then there here will would can could may might shall should must do does did done
    has have had having into onto over under after before up down out off about against between through during more
    most some any all both each other such only own same too very just also s t 's new says say said
    и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только ее мне было вот от меня
    еще нет о из ему теперь когда даже ну ли если уже или ни быть был него до вас нибудь вам ведь там потом себя
    ничего ей может они тут где есть надо ней для мы тебя их чем была сам чтоб без будто чего раз тоже себе под
    будет ж тогда кто этот того потому этого какой ним здесь этом почти мой тем чтобы нее были куда зачем всех при
    об это про который которые которая после над через эти
    і й та не що він на я з із зі як а то всі вона так його але ти до у ж ви за б по тільки її було від мене ще
    ні о ему тепер коли навіть якщо вже або бути був нього вас там потім себе нічого їй може вони тут де є треба
    ми тебе їх чим була сам щоб без чого раз теж собі під буде тоді хто цей того тому цього який ним тут цьому про
    після над через ці для""".split()
)

_ENDINGS_CYR = sorted(
    """иями ями ами иях ях ах ыми ими ого его ому ему ыми ую юю ая яя ое ее ые ие ый ий ой ей ов ев ом ем ям ам
    ию ия ии ие ью ья ье ок ка ки ку ке кой
    ться тся лся лась лось лись ется ются утся ится ятся ает яет ают яют ует уют ить ать ять еть ешь ишь ете ите
    ит ят ут ют ет ла ло ли ал ял ил ел на но ны ен
    ого ого ій ої ією єю ією ів їв ові еві ими іми ою ею ах ях ам ям ому ему их іх ий і ї є
    а я о е и ы у ю ь й""".split(),
    key=len,
    reverse=True,
)
_ENDINGS_CYR_SET = frozenset(_ENDINGS_CYR)
_LONGEST = 4
_STEM_CYR = 4
_CACHE = 1 << 15


def fold(text: str) -> str:
    """Bring a text to the form in which words compare: small letters, no marks, one kind of apostrophe."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii():
        return folded
    folded = unicodedata.normalize("NFD", folded.translate(_KEEP).replace("и\u0306", "\ue000"))
    return unicodedata.normalize("NFC", _MARKS.sub("", folded)).translate(_BACK)


def words(text: str) -> list[str]:
    """Split a text into folded words and numbers; scripts without spaces give overlapping pairs of characters."""
    folded = fold(_GROUPED.sub("", text))
    found = _WORD.findall(folded)
    if folded.isascii() or not _SPACELESS.search(folded):
        return found
    return [part for word in found for part in _pairs(word)]


def _pairs(word: str) -> list[str]:
    if len(word) <= 2 or not _SPACELESS.match(word):  # noqa: PLR2004 - a pair is a pair
        return [word]
    return [word[i : i + 2] for i in range(len(word) - 1)]


@lru_cache(maxsize=_CACHE)
def term(word: str) -> int:
    """Hash a folded word's stem to 32 bits, the lowest telling numbers; 0 for words that say nothing."""
    if word in _STOP or (len(word) < 2 and not word.isdigit()):  # noqa: PLR2004 - lone letters
        return 0
    digest = xxhash.xxh3_64_intdigest(stem(word).encode("utf-8", "surrogatepass")) >> 32
    return digest | NUMBER if word[0].isdigit() else (digest & ~NUMBER) or 2


def stem(word: str) -> str:
    """Cut a word's inflection, roughly and fast: plural and verb endings in English, cases in Cyrillic."""
    if word[0].isdigit():
        return word
    if _CYRILLIC.match(word):
        return _stem_cyrillic(word)
    return _stem_latin(word) if word.isascii() else word


def _stem_cyrillic(word: str) -> str:
    for size in range(min(_LONGEST, len(word) - _STEM_CYR), 0, -1):
        if word[-size:] in _ENDINGS_CYR_SET:
            return word[:-size]
    return word


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
