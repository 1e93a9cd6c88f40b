"""Several rule files -> one RuleSet, and what is wrong between them: names twice, nowhere or never used."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from monitor.core.document import suggestion
from monitor.core.errors import Mistake, Weight
from monitor.core.rules.reading import RuleFile
from monitor.core.rules.shape import entities_of
from monitor.core.rules.tree import Entity, Guard, Place, Rule, RuleSet, Term
from monitor.core.text import fold

_SUGGESTED = 20
"""Dangling names for which a similar one is sought; seeking among many names takes time."""
_NAMED = 5
"""Unused entities that get a warning each; more get one together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """Rules and entities of all files, with what is wrong between the files."""

    ruleset: RuleSet
    """Enabled rules only."""
    mistakes: tuple[Mistake, ...] = ()


def combine(files: Sequence[RuleFile]) -> Combined:
    """Put files together; mistakes within each file are not repeated."""
    mistakes: list[Mistake] = []
    entities: dict[str, Entity] = {}
    rules: dict[str, Rule] = {}
    for file in files:
        mistakes += _add(entities, file.entities, "entity")
        mistakes += _add(rules, file.rules, "rule")
    declared = frozenset(chain.from_iterable(file.declared for file in files))
    uses = list(_uses(entities.values(), rules.values()))
    if not any(file.unreadable for file in files):
        dangling = list(_dangling(uses, declared | entities.keys()))
        mistakes += dangling
        meant = {
            name for name in entities if any(f"did you mean '{name}'" in one.message for one in dangling)
        }
        mistakes += _unused(entities.values(), meant | {name for name, _ in uses})
    mistakes += _claimed_twice(entities)
    in_force = tuple(rule for rule in rules.values() if rule.enabled)
    return Combined(ruleset=RuleSet(entities=entities, rules=in_force), mistakes=tuple(sorted(set(mistakes))))


def unknown_channels(files: Iterable[RuleFile], configured: Collection[str]) -> tuple[Mistake, ...]:
    """Return a mistake for each channel that a rule names and the configuration lacks."""
    names = sorted(configured)
    return tuple(
        _mistake(
            channel.place,
            f"no channel named '{channel.name}'"
            + suggestion(channel.name, names, otherwise=f"config.yaml has {', '.join(names) or 'none'}"),
        )
        for file in files
        for channel in file.channels
        if channel.name not in configured
    )


def unknown_templates(files: Iterable[RuleFile], known: Collection[str]) -> tuple[Mistake, ...]:
    """Return a mistake for each template that a rule names and the folder of templates lacks."""
    names = sorted(known)
    otherwise = f"there are {', '.join(names)}" if names else "the folder of templates has none"
    return tuple(
        _mistake(found.place, f"no template named '{found.name}'{end}")
        for file in files
        for found in file.templates
        if found.name not in known
        for end in [suggestion(found.name, names, otherwise=otherwise)]
    )


def _mistake(place: Place, message: str, weight: Weight = Weight.ERROR) -> Mistake:
    return Mistake(path=place.path, line=place.line, column=place.column, message=message, weight=weight)


def _add(
    known: dict[str, Entity] | dict[str, Rule], new: Iterable[Entity | Rule], kind: str
) -> Iterator[Mistake]:
    table: dict[str, Entity | Rule] = known  # type: ignore[assignment]
    for item in new:
        first = table.setdefault(item.id, item)
        if first is not item:
            where = f"{first.at.path}:{first.at.line}"
            yield _mistake(item.at, f"{kind} '{item.id}' is already defined in {where}; choose another id")


def _uses(entities: Iterable[Entity], rules: Iterable[Rule]) -> Iterator[tuple[str, Place]]:
    """Give every name of an entity that something refers to, and where."""
    for rule in rules:
        for mention in entities_of(rule.condition):
            yield from ((name, mention.at) for name in mention.entities)
    for entity in entities:
        for term in entity.aliases:
            yield from ((name, term.at) for name in _guarding(term))


def _guarding(term: Term) -> Iterator[str]:
    for guard in (term.needs, term.unless):
        yield from _names_in(guard)


def _names_in(guard: Guard | None) -> Iterator[str]:
    while guard is not None:
        yield from guard.entities
        guard = guard.also


def _dangling(uses: Iterable[tuple[str, Place]], known: Collection[str]) -> Iterator[Mistake]:
    dangling = sorted({(place, name) for name, place in uses if name not in known})
    names = sorted(known)
    for place, name in islice(dangling, _SUGGESTED):
        yield _mistake(place, f"no entity named '{name}'{suggestion(name, names)}")
    for place, name in dangling[_SUGGESTED:]:
        yield _mistake(place, f"no entity named '{name}'")


def _unused(entities: Iterable[Entity], used: Collection[str]) -> Iterator[Mistake]:
    unused = [entity for entity in entities if entity.id not in used]
    if len(unused) > _NAMED:
        message = f"{len(unused)} entities are used by no rule, the first of them '{unused[0].id}'"
        yield _mistake(unused[0].at, message, Weight.WARNING)
        return
    for entity in unused:
        yield _mistake(entity.at, f"entity '{entity.id}' is used by no rule", Weight.WARNING)


def _claimed_twice(entities: Mapping[str, Entity]) -> Iterator[Mistake]:
    """Warn of a name that two entities bear; with `needs` it is no accident."""
    claims: dict[str, Entity] = {}
    for entity in entities.values():
        names = {fold(term.text): term for term in reversed(entity.aliases) if term.needs is None}
        for name, term in names.items():
            other = claims.setdefault(name, entity)
            if other is not entity:
                message = f"'{term.text}' is also a name of entity '{other.id}'; both will be found"
                yield _mistake(term.at, f"{message}, or say with `needs` which is meant", Weight.WARNING)
