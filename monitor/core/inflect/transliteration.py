"""One word in the other alphabet: Cyrillic in Latin letters and Latin in Cyrillic ones.

A line of a table reads `letters: spellings`, the usual spelling first; `-` is nothing. Letters are a pattern,
and at each place of a word the first line that fits applies. A spelling is chosen for each line, not for each
place. Spellings that depart least from the usual ones come first. Sources of the first choices: BGN/PCGN 1947
and passports (ICAO 9303) for Russian, resolution no. 55 of 2010 for Ukrainian, the law of 2009 for Bulgarian;
the others are those that newspapers write.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from heapq import nsmallest
from itertools import islice, product, zip_longest
from typing import Final

from monitor.core.text import fold

AT_MOST: Final = 12
"""Spellings of one word."""
_COMBINATIONS: Final = 1 << 13
"""Choices that are compared for one word; only a very long one has more."""
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]")
_LATIN: Final = re.compile("[a-z]")

_RUSSIAN: Final = """
[ыи]й$: y iy ii i yi
ия: iya ia iia
[ьъ]ё: yo ye ie e
[ьъ]е: ye ie e
[ьъ]и: yi i
[ьъ]: - '
кс: ks x
(?<=[жчшщ])ё: yo e o
ё: yo e io
(?<![а-яё])е: ye e
(?<=[аеёиоуыэюя])е: ye e
й: y i
ю: yu iu ju
я: ya ia ja
х: kh h
ц: ts c tz
щ: shch sch
"""
_LETTERS_RU: Final = {
    **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True)),
    "ж": "zh",
    "х": "kh",
    "ч": "ch",
    "ш": "sh",
}
_UKRAINIAN: Final = """
ія: iia ia iya
ськи?й$: skyi sky skyy skiy skyj
ий$: yi y yy iy
зг: zgh zh zg
(?<![а-яіїєґ])є: ye ie e
є: ie ye e
(?<![а-яіїєґ])ї: yi i ji
ї: i yi ji
(?<![а-яіїєґ])й: y i
й: i y j
(?<![а-яіїєґ])ю: yu iu
ю: iu yu ju
(?<![а-яіїєґ])я: ya ia
я: ia ya ja
ьо: io yo
ь: - '
': - '
г: h g
и: y i
х: kh h
ц: ts c
щ: shch sch
"""
_LETTERS_UK: Final = {**_LETTERS_RU, **dict(zip("гґиій", "hgyii", strict=True))}
_BULGARIAN: Final = """
ия$: ia iya
ъ: a u
щ: sht
х: h kh
ц: ts
ю: yu iu
я: ya ia
ьо: yo io
ь: -
"""
_TO_RUSSIAN: Final = """
sk(?:yi|yy|iy|ii|yj|ij|y)$: ский
(?<=[bcdfghjklmnprstvwxz])y$: ый ий и ы
(?:iy|ii|yy|yi)$: ий ый
shch: щ шч
sch: щ ш сч
zh: ж
kh: х
ts|tz: ц тс
tch|ch: ч х
sh: ш
ph: ф
th: т
ck: к
(?<=[bcdfghklmnprstvwxz])ye: ье е
(?<=[bcdfghklmnprstvwxz])yo: ьё ё ьо
ye: е ье
yo: ё йо
i[ya]a?: ия я
yu|ju: ю
iu: ю иу
ya|ja: я
(?<=[aeou])[yij]: й и
l(?=[vkmnstbd]): л ль
n$: н нь
l$: ль л
x: кс х
w: в у
c: к ц
h: х г
^e: э е
i: и
j: й дж
y: ы и
q: к
': ь ъ
"""
_TO_UKRAINIAN: Final = """
sk(?:yi|yy|iy|ii|yj|ij|y)$: ський
(?<=[bcdfghjklmnprstvwxz])y$: ий и
(?:yi|iy|yy)$: ий ії
shch: щ
sch: щ ш
zh: ж
zgh: зг
kh: х
ts|tz: ц тс
tch|ch: ч
sh: ш
ph: ф
th: т
ck: к
ye|(?<=[aeiou])ie: є
yo: йо
yi: иї ї
iia|iya: ія
ii: ії ій
ia: ія я
io: ьо іо
yu|ju: ю
iu: ю іу
ya|ja: я
(?<=[aeou])[yij]: й ї
l(?=[vkmnstb]): ль л
sk$: ськ ск
n$: н нь
l$: ль л
x: кс
w: в
c: к ц
h: г х
g: г ґ
i: і и
j: й дж
y: и і
q: к
': ь '
"""
_LATIN_LETTERS: Final = dict(zip("abvgdzklmnoprstufe", "абвгдзклмнопрстуфе", strict=True))
_HISSED: Final = str.maketrans({"ž": "zh", "š": "sh", "č": "ch"})

_Line = tuple[str, tuple[str, ...]]
_Source = tuple[str, tuple[tuple[str, str], ...]]

_TO_LATIN: Final[dict[str, _Source]] = {
    "ru": (_RUSSIAN, tuple(_LETTERS_RU.items())),
    "uk": (_UKRAINIAN, tuple(_LETTERS_UK.items())),
    "bg": (_BULGARIAN, tuple(_LETTERS_RU.items())),
}
_TO_CYRILLIC: Final[dict[str, _Source]] = {
    "ru": (_TO_RUSSIAN, tuple(_LATIN_LETTERS.items())),
    "uk": (_TO_UKRAINIAN, tuple(_LATIN_LETTERS.items())),
}


@lru_cache(maxsize=1 << 16)
def transliterations(word: str, languages: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the usual spellings of a word in the other alphabet, each with its language for inflecting.

    At most `AT_MOST`; none for a word of both alphabets or of neither.

    Args:
        word: composed, as written; the spellings are capitalised alike.
        languages: two-letter codes of those that a Cyrillic word may be of. A Latin word is taken for
            Russian and for Ukrainian.
    """
    lower = word.lower()
    if bool(_CYRILLIC.search(lower)) == bool(_LATIN.search(lower)):
        return ()
    if _CYRILLIC.search(lower):
        tables = {lang: _TO_LATIN[lang] for lang in languages if lang in _TO_LATIN} or _TO_LATIN
        found = [[(one, "en") for one in _spellings(lower, table)] for table in tables.values()]
    else:
        plain = fold(lower.translate(_HISSED))
        found = [[(one, lang) for one in _spellings(plain, table)] for lang, table in _TO_CYRILLIC.items()]
    in_turn = (one for rank in zip_longest(*found) for one in rank if one is not None)
    chosen = islice(dict.fromkeys(in_turn), AT_MOST)
    return tuple((_in_case_of(word, spelling), lang) for spelling, lang in chosen)


@cache
def _table(source: _Source) -> tuple[re.Pattern[str], tuple[_Line, ...]]:
    """Read a table: a pattern with a group for each line, and the lines."""
    lines = [line.partition(": ") for line in source[0].strip().splitlines()]
    read = [(pattern, tuple(spellings.split())) for pattern, _, spellings in lines]
    read += [(letter, (spelling,)) for letter, spelling in source[1]]
    return re.compile("|".join(f"({pattern})" for pattern, _ in read)), tuple(read)


def _spellings(word: str, source: _Source) -> list[str]:
    """Return the spellings that a table makes of a word, the most usual first."""
    pattern, lines = _table(source)
    pieces: list[int | str] = []
    at = 0
    for match in pattern.finditer(word):
        pieces += [*word[at : match.start()], (match.lastindex or 1) - 1]
        at = match.end()
    pieces += word[at:]
    used = list(dict.fromkeys(piece for piece in pieces if isinstance(piece, int)))
    ranks = islice(product(*[range(len(lines[line][1])) for line in used]), _COMBINATIONS)
    usual = nsmallest(AT_MOST, ranks, key=lambda rank: (sum(rank), max(rank, default=0)))
    return [_written(pieces, lines, dict(zip(used, rank, strict=True))) for rank in usual]


def _written(pieces: list[int | str], lines: tuple[_Line, ...], choice: dict[int, int]) -> str:
    parts = [lines[piece][1][choice[piece]] if isinstance(piece, int) else piece for piece in pieces]
    return "".join("" if part == "-" else part for part in parts)


def _in_case_of(word: str, spelling: str) -> str:
    if len(word) > 1 and word.isupper():
        return spelling.upper()
    return spelling.capitalize() if word[:1].isupper() else spelling
