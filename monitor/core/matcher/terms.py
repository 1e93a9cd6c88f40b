"""Terms of the rule file -> sequences of word classes, filed in one lexicon and one trie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from monitor.core.inflect import Inflector, WordForms, languages_of, transliterations
from monitor.core.matcher.lexicon import Lexicon, Need, Stem, stems_of
from monitor.core.matcher.occurrences import Company, CompiledTerm
from monitor.core.matcher.scan import Trie
from monitor.core.rules.tree import Case, Entity, Guard, Place, Term
from monitor.core.text import Word, composed, fold, fold_spelling, words

_ACRONYM: Final = 5
"""Letters that a word in capitals may have to be an acronym."""
_REMEMBERED: Final = 1 << 18
"""Terms and words whose compilation is remembered for the next reload."""
_NOWHERE: Final = Place(path="")


@dataclass(frozen=True, slots=True)
class _WordSpec:
    """One word of a term with how it is to be compared: equal specs are one class."""

    text: str
    languages: tuple[str, ...]
    inflect: bool
    exact: bool
    capital: bool
    prefix: bool
    transliterate: bool = False
    """Whether its usual spellings in the other alphabet belong to the class as well."""


class TermTable:
    """Compiles terms, each once however often it is used, and files them at the end."""

    def __init__(self, entities: Mapping[str, Entity], inflector: Inflector, *, guard_starts: bool) -> None:
        self._entities = entities
        self._inflector = inflector
        self._guard_starts = guard_starts
        self._numbers: dict[tuple[Term, str | None], int] = {}
        self._specs: dict[_WordSpec, int] = {}
        self._aliases: dict[str, tuple[int, ...]] = {}
        self.compiled: list[CompiledTerm] = []

    def phrase(self, term: Term) -> int:
        """Return the number of a plain phrase."""
        return self._number(term, None)

    def aliases(self, entity: str) -> tuple[int, ...]:
        """Return the numbers of all aliases of an entity; none for an entity that does not exist."""
        if entity not in self._aliases and entity in self._entities:
            self._aliases[entity] = ()
            known = self._entities[entity]
            self._aliases[entity] = tuple(self._number(alias, known) for alias in known.aliases)
        return self._aliases.get(entity, ())

    def _number(self, term: Term, entity: Entity | None) -> int:
        key = (replace(term, at=_NOWHERE), entity.id if entity else None)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.compiled)
            compiled = CompiledTerm(
                text=term.text,
                entity=entity.id if entity else None,
                nested=entity.nested if entity else False,
                classes=self._classes(term, named=entity is not None),
                needs=(),
                unless=(),
            )
            self.compiled.append(compiled)
            if term.needs or term.unless:
                needs, unless = self._company(term.needs), self._company(term.unless)
                self.compiled[number] = replace(compiled, needs=needs, unless=unless)
        return number

    def _classes(self, term: Term, *, named: bool) -> tuple[int, ...]:
        specs = _specs(term.text, term.lang, term.case, inflect=term.inflect, named=named)
        if term.transliterate:
            specs = tuple([replace(spec, transliterate=True) for spec in specs])
        return tuple([self._specs.setdefault(spec, len(self._specs)) for spec in specs])

    def _company(self, guard: Guard | None) -> tuple[Company, ...]:
        if guard is None:
            return ()
        terms = [self.phrase(replace(term, needs=None, unless=None)) for term in guard.any]
        terms += [number for entity in guard.entities for number in self.aliases(entity)]
        names = (*[term.text for term in guard.any], *guard.entities)
        return (Company(terms=tuple(terms), names=names, within=guard.within),)

    def filed(self) -> tuple[Lexicon, Trie]:
        """File every class and every term."""
        lexicon, trie = Lexicon(), Trie(len(self._specs))
        for spec, number in self._specs.items():
            for spelled in _spellings(spec):
                self._file(spelled, number, lexicon)
        for number, term in enumerate(self.compiled):
            if term.classes:
                trie.add(number, term.classes)
        return lexicon, trie

    def _file(self, spec: _WordSpec, number: int, lexicon: Lexicon) -> None:
        if spec.prefix:
            lexicon.add_prefix(number, spec.text)
            return
        if spec.exact and not spec.inflect:
            lexicon.add_spellings(number, [fold_spelling(spec.text)])
            return
        if not spec.inflect:
            need = Need.CAPITAL if spec.capital else Need.NOTHING
            lexicon.add_forms(number, stems_of({fold(spec.text): need}))
            return
        found = self._inflector.forms(spec.text, spec.languages)
        if spec.exact:
            spelling = fold_spelling(spec.text)
            lexicon.add_spellings(number, {_in_case_of(spelling, form) for form in found.forms})
            return
        lexicon.add_forms(number, _stems(found, capital=spec.capital, guard_starts=self._guard_starts))


def _spellings(spec: _WordSpec) -> Iterator[_WordSpec]:
    """Give the word itself and, where that is wanted, as it is spelled in the other alphabet."""
    yield spec
    if spec.transliterate:
        for spelling, language in transliterations(spec.text, spec.languages or languages_of(spec.text)):
            yield replace(spec, text=spelling, languages=(language,) if spec.inflect else ())


@lru_cache(maxsize=_REMEMBERED)
def _stems(found: WordForms, *, capital: bool, guard_starts: bool) -> tuple[Stem, ...]:
    """Fold and group the forms of a word; remembered, so that a reload pays for new words alone."""
    need = Need.CAPITAL if capital else Need.NOTHING
    forms = {fold(form): need for form in found.forms}
    if capital and guard_starts:
        forms.update({fold(form): need | Need.NOT_FIRST for form in found.common})
    return stems_of(forms)


@lru_cache(maxsize=_REMEMBERED)
def _specs(text: str, lang: str | None, case: Case, *, inflect: bool, named: bool) -> tuple[_WordSpec, ...]:
    """Cut a term into words and say how each is to be compared."""
    term = Term(text=text, lang=lang, case=case, inflect=inflect)
    found = words(text)
    acronym = case is Case.AUTO and len(found) == 1 and _is_acronym(found[0])
    languages = (lang,) if lang else languages_of(text)
    return tuple(_spec(term, word, languages, named=named, acronym=acronym) for word in found)


def _spec(term: Term, word: Word, languages: tuple[str, ...], *, named: bool, acronym: bool) -> _WordSpec:
    if term.text[word.end : word.end + 1] == "*":
        return _WordSpec(word.folded, (), inflect=False, exact=False, capital=False, prefix=True)
    acronym = acronym or (named and term.case is Case.AUTO and _is_acronym(word))
    exact = acronym or term.case is Case.EXACT
    capital = named and term.case is Case.AUTO and word.capitalised and not exact
    inflect = term.inflect and not acronym and not word.spelling.isdigit()
    text = composed(term.text[word.start : word.end]).replace(".", "") if inflect else word.spelling
    return _WordSpec(
        text if inflect else text if exact else text.lower(),
        languages if inflect else (),
        inflect=inflect,
        exact=exact,
        capital=capital,
        prefix=False,
    )


def _is_acronym(word: Word) -> bool:
    return word.capitals and len(word.spelling) <= _ACRONYM


def _in_case_of(spelling: str, form: str) -> str:
    """Write a form with the capitals that a spelling has where both agree."""
    folded = fold(form)
    if spelling.isupper() and len(spelling) > 1:
        return folded.upper()
    shared = 0
    while shared < min(len(spelling), len(folded)) and spelling[shared].casefold() == folded[shared]:
        shared += 1
    return spelling[:shared] + folded[shared:]
