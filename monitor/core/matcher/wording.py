"""A term -> its words, each with how it is to be compared."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from monitor.core.inflect import KNOWN_NAMES, languages_of
from monitor.core.rules.tree import Case, Term
from monitor.core.text import Word, composed, words

_ACRONYM: Final = 5
"""Letters that a word in capitals may have to be an acronym."""


class Comparison(NamedTuple):
    """How a word of a term is to be compared with one of a text."""

    languages: tuple[str, ...] = ()
    """Those whose inflections count."""
    inflect: bool = False
    exact: bool = False
    """Whether the case of every letter counts."""
    capital: bool = False
    """Whether the word of the text must begin with a capital."""
    prefix: bool = False
    """Whether more letters may follow."""
    transliterate: bool = False
    """Whether its usual spellings in the other alphabet count as well."""


class WordSpec(NamedTuple):
    """One word of a term with how it is to be compared: equal specs are one class."""

    text: str
    how: Comparison


_comparison = lru_cache(maxsize=4096)(Comparison)
"""Equal ones are one object, since every word has one."""


def specs_of(term: Term, *, named: bool) -> list[WordSpec]:
    """Cut a term into words; `named` says that it names an entity."""
    found = words(term.text)
    acronym = term.case is Case.AUTO and len(found) == 1 and _is_acronym(found[0])
    languages = (term.lang,) if term.lang else languages_of(term.text)
    return [_spec(term, word, languages, named=named, acronym=acronym) for word in found]


def _spec(term: Term, word: Word, languages: tuple[str, ...], *, named: bool, acronym: bool) -> WordSpec:
    if term.text[word.end : word.end + 1] == "*":
        return WordSpec(word.folded, _comparison(prefix=True, transliterate=term.transliterate))
    automatic = term.case is Case.AUTO
    acronym = acronym or (named and automatic and _is_acronym(word))
    exact = acronym or term.case is Case.EXACT
    capital = named and automatic and word.capitalised and not exact
    capital = capital and not (len(word.spelling) == len(term.text) and word.folded in KNOWN_NAMES)
    inflect = term.inflect and not acronym and not word.spelling.isdigit()
    how = _comparison(languages if inflect else (), inflect, exact, capital, False, term.transliterate)
    if inflect:
        return WordSpec(composed(term.text[word.start : word.end]).replace(".", ""), how)
    return WordSpec(word.spelling if exact else word.spelling.lower(), how)


def _is_acronym(word: Word) -> bool:
    return word.capitals and len(word.spelling) <= _ACRONYM


def with_possessive(spelling: str) -> list[str]:
    """Return the spelling, and of an acronym also the possessive: the FSB's."""
    acronym = spelling.isupper() and len(spelling) <= _ACRONYM
    return [spelling, f"{spelling}'s"] if acronym else [spelling]


def in_case_of(spelling: str, form: str) -> str:
    """Write a folded form with the capitals that a spelling has where both agree."""
    if spelling.isupper() and len(spelling) > 1:
        return form.upper()
    shared = 0
    while shared < min(len(spelling), len(form)) and spelling[shared].casefold() == form[shared]:
        shared += 1
    return spelling[:shared] + form[shared:]
