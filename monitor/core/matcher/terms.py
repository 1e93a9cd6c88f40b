"""Terms of the rule file -> sequences of word classes, filed in one lexicon and one trie.

A table is filled, then only read. For other rules a copy is changed, which shares with the original what is
the same in both; so the cost of a change is that of what changed, and of copying some flat tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from monitor.core.inflect import Inflector, languages_of, transliterations
from monitor.core.inflect.forms import word_forms
from monitor.core.matcher.lexicon import Lexicon, Need
from monitor.core.matcher.occurrences import Company, CompiledTerm
from monitor.core.matcher.trie import Trie
from monitor.core.matcher.wording import WordSpec, in_case_of, specs_of, with_possessive
from monitor.core.rules.shape import placeless_term
from monitor.core.rules.tree import Entity, Guard, Term
from monitor.core.text import fold_spelling

_CLASSES: Final = 1 << 26
"""Word classes that a table can have."""
_WASTE: Final = 1.5
_LITTLE: Final = 1000
"""A table with so many times the terms that are wanted, and so many more, is wasteful."""
_Guards = tuple[Guard | None, Guard | None]
"""`needs` and `unless` of a term."""
_Key = tuple[object, ...]


class TermTable:
    """Compiles terms, each once however often it is used, and files them as they come."""

    def __init__(self, inflector: Inflector, *, guard_starts: bool) -> None:
        self._inflector = inflector
        self.guard_starts = guard_starts
        self._entities: Mapping[str, Entity] = {}
        self._phrases: dict[Term, int] = {}
        self._aliases: dict[str, tuple[int, ...]] = {}
        self._specs: dict[WordSpec, int] = {}
        self._guards: dict[int, _Guards] = {}
        self._leaning: dict[str, tuple[int, ...]] = {}
        """Entity -> the terms whose guards name it."""
        self._unguarded: list[int] = []
        """New terms whose guards are still to be compiled."""
        self.compiled: list[CompiledTerm] = []
        self.lexicon = Lexicon()
        self.trie = Trie(_CLASSES)

    def copied(self, inflector: Inflector) -> TermTable:
        """Return a table of the same terms, to be changed."""
        copy = TermTable(inflector, guard_starts=self.guard_starts)
        copy.compiled = self.compiled.copy()
        copy.lexicon = self.lexicon.copied()
        copy.trie = self.trie.copied()
        for name in ("_entities", "_phrases", "_aliases", "_specs", "_guards", "_leaning"):
            setattr(copy, name, dict(getattr(self, name)))
        return copy

    def is_wasteful(self, asked: int) -> bool:
        """Whether much is left over from before, when rules ask for so many phrases; then begin anew."""
        in_guards = sum(len(guard.any) for guards in self._guards.values() for guard in guards if guard)
        aliases = sum(map(len, self._aliases.values()))
        return len(self.compiled) > _WASTE * (aliases + in_guards + asked) + _LITTLE

    def phrase(self, term: Term) -> int:
        """Return the number of a plain phrase. `settle` must follow."""
        key = placeless_term(term)
        number = self._phrases.get(key)
        if number is None:
            number = self._phrases[key] = self._filed(term, None)
        return number

    def aliases(self, entity: str) -> tuple[int, ...]:
        """Return the numbers of all aliases of an entity; none for an entity that does not exist."""
        return self._aliases.get(entity, ())

    def take(self, entities: Mapping[str, Entity]) -> None:
        """Make these the entities. `settle` must follow."""
        before = self._entities
        self._entities = entities
        for name in before.keys() - entities.keys():
            for number in dict.fromkeys(self._aliases.pop(name)):
                self._remove(number)
            self._unsettle(name)
        for name, entity in entities.items():
            if before.get(name) is not entity:
                self._renew(entity, before.get(name))

    def settle(self) -> None:
        """Compile the guards of what is new, now that every term they may name is there."""
        companies: dict[int, tuple[Company, ...]] = {}
        while self._unguarded:
            number = self._unguarded.pop()
            if number in self._guards:
                needs, unless = self._guards[number]
                self.compiled[number] = replace(
                    self.compiled[number],
                    needs=self._company(needs, companies),
                    unless=self._company(unless, companies),
                )

    def close(self) -> None:
        """Let go of what only compiling needs."""
        self._inflector = Inflector()

    def _renew(self, entity: Entity, before: Entity | None) -> None:
        """File the aliases of an entity; those that it had keep their numbers."""
        former = self._aliases.get(entity.id, ())
        known: dict[_Key, int] = {}
        if before is not None:
            known = dict(zip(_keys(before), former, strict=True))
        numbers: dict[_Key, int] = {}
        for key, alias in zip(_keys(entity), entity.aliases, strict=True):
            if key not in numbers:
                number = known.pop(key, None)
                numbers[key] = self._filed(alias, entity) if number is None else number
        for number in known.values():
            self._remove(number)
        self._aliases[entity.id] = tuple([numbers[key] for key in _keys(entity)])
        if self._aliases[entity.id] != former:
            self._unsettle(entity.id)

    def _unsettle(self, entity: str) -> None:
        self._unguarded += self._leaning.get(entity, ())

    def _filed(self, term: Term, entity: Entity | None) -> int:
        number = len(self.compiled)
        classes = self._classes(term, named=entity is not None)
        self.compiled.append(
            CompiledTerm(
                text=term.text,
                entity=entity.id if entity else None,
                nested=entity.nested if entity else False,
                classes=classes,
                needs=(),
                unless=(),
            )
        )
        if classes:
            self.trie.add(number, classes)
        if term.needs or term.unless:
            self._guards[number] = term.needs, term.unless
            self._unguarded.append(number)
            for name in dict.fromkeys([*_names(term.needs), *_names(term.unless)]):
                self._leaning[name] = (*self._leaning.get(name, ()), number)
        return number

    def _remove(self, number: int) -> None:
        classes = self.compiled[number].classes
        if classes:
            self.trie.remove(number, classes)
        self._guards.pop(number, None)

    def _company(self, guard: Guard | None, companies: dict[int, tuple[Company, ...]]) -> tuple[Company, ...]:
        """Compile a guard, and the one beside it; the aliases of an entity share theirs."""
        if guard is None:
            return ()
        found = companies.get(id(guard))
        if found is None:
            terms = [self.phrase(replace(term, needs=None, unless=None)) for term in guard.any]
            terms += [number for entity in guard.entities for number in self.aliases(entity)]
            names = (*[term.text for term in guard.any], *guard.entities)
            company = Company(terms=tuple(terms), names=names, within=guard.within)
            found = companies[id(guard)] = (company, *self._company(guard.also, companies))
        return found

    def _classes(self, term: Term, *, named: bool) -> tuple[int, ...]:
        return tuple([self._class(spec) for spec in specs_of(term, named=named)])

    def _class(self, spec: WordSpec) -> int:
        number = self._specs.get(spec)
        if number is None:
            number = self._specs[spec] = len(self._specs)
            for spelled in _spellings(spec):
                self._file(spelled, number)
        return number

    def _file(self, spec: WordSpec, number: int) -> None:
        how, lexicon = spec.how, self.lexicon
        if how.prefix:
            lexicon.add_prefix(number, spec.text)
        elif how.exact and not how.inflect:
            lexicon.add_spellings(number, with_possessive(fold_spelling(spec.text)))
        elif how.exact:
            spelling = fold_spelling(spec.text)
            forms = self._inflector.forms(spec.text, how.languages)
            lexicon.add_spellings(number, {in_case_of(spelling, form) for form in forms.each()})
        elif how.inflect:
            common = Need.NOT_FIRST if how.capital and self.guard_starts else Need.NOTHING
            forms = self._inflector.forms(spec.text, how.languages)
            need = Need.CAPITAL if how.capital else Need.NOTHING
            lexicon.add_forms(number, forms, need=need, common=common)
        else:
            need = Need.CAPITAL if how.capital else Need.NOTHING
            lexicon.add_forms(number, word_forms([spec.text], ()), need=need)


def _keys(entity: Entity) -> Iterator[_Key]:
    """Give what tells each alias of an entity from others, wherever it stands."""
    for alias in entity.aliases:
        term = placeless_term(alias) if alias.needs or alias.unless else alias
        marks = (term.text, term.lang, term.case, term.inflect, term.transliterate)
        yield (*marks, term.needs, term.unless, entity.nested)


def _names(guard: Guard | None) -> Iterator[str]:
    while guard is not None:
        yield from guard.entities
        guard = guard.also


def _spellings(spec: WordSpec) -> Iterator[WordSpec]:
    """Give the word itself and, where that is wanted, as it is spelled in the other alphabet."""
    yield spec
    if spec.how.transliterate:
        languages = spec.how.languages or languages_of(spec.text)
        for spelling, language in transliterations(spec.text, languages):
            spoken = languages_of(spelling) if language == "en" else (language,)
            how = spec.how._replace(languages=spoken if spec.how.inflect else ())
            yield WordSpec(spelling, how)
