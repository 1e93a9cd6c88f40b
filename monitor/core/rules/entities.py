"""Entities and their aliases as YAML has them -> Entity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from monitor.core.document import Node, Reader
from monitor.core.rules.conditions import read_distance, read_phrase
from monitor.core.rules.tree import Entity, Guard, Place, Term

_KEYS = ("name", "kind", "aliases", "needs", "unless", "nested", "transliterate")
_ALIAS_KEYS = ("text", "lang", "case", "exact", "inflect", "transliterate", "needs", "unless")
_ALIAS_OPTIONS = ("lang", "case", "exact", "inflect", "transliterate")
_GUARD_PHRASE_KEYS = ("phrase", "entity", "exact", "case", "lang")


def read_entity(identity: str, node: Node, at: Place, reader: Reader) -> Entity | None:
    """Read an entity: its name, a list of its names, or a mapping with all that can be said of it."""
    if not isinstance(node.value, Mapping):
        names = _aliases(node, reader)
        if node.value == ():
            reader.wrong(at, f"entity '{identity}' has no name")
        return Entity(id=identity, name=names[0].text, aliases=names, at=at) if names else None
    keys = reader.keys(node, f"entity '{identity}'", _KEYS)
    name = read_phrase(keys["name"], reader) if "name" in keys else None
    if "name" not in keys:
        reader.wrong(at, f"entity '{identity}' needs a `name`")
    aliases = _aliases(keys["aliases"], reader) if "aliases" in keys else ()
    if name is None:
        return None
    terms = aliases if any(alias.text == name.text for alias in aliases) else (name, *aliases)
    everywhere = _for_all(keys, reader)
    return Entity(
        id=identity,
        name=name.text,
        kind=(reader.text(keys["kind"], "`kind`") or "") if "kind" in keys else "",
        aliases=tuple(_with(term, everywhere) for term in terms),
        nested=_flag(keys, "nested", reader),
        at=at,
    )


def _flag(keys: Mapping[str, Node], key: str, reader: Reader) -> bool:
    return bool(reader.boolean(keys[key], f"`{key}`")) if key in keys else False


def _for_all(keys: Mapping[str, Node], reader: Reader) -> Term:
    """Read what an entity says of all its aliases, as a nameless one that says the same."""
    return Term(
        text="",
        transliterate=_flag(keys, "transliterate", reader),
        needs=read_guard(keys["needs"], "`needs`", reader) if "needs" in keys else None,
        unless=read_guard(keys["unless"], "`unless`", reader) if "unless" in keys else None,
    )


def _with(term: Term, everywhere: Term) -> Term:
    return replace(
        term,
        transliterate=term.transliterate or everywhere.transliterate,
        needs=_both(term.needs, everywhere.needs),
        unless=_both(term.unless, everywhere.unless),
    )


def _both(own: Guard | None, entitys: Guard | None) -> Guard | None:
    return replace(own, also=entitys) if own and entitys else own or entitys


def _aliases(node: Node, reader: Reader) -> tuple[Term, ...]:
    terms: list[Term] = []
    for item in reader.any_items(node, "`aliases`"):
        term = _alias(item, reader)
        if term is None:
            continue
        if any(_same(term, known) for known in terms):
            reader.warn(item.place, f"the alias '{term.text}' stands in this list twice")
        terms.append(term)
    return tuple(terms)


def _same(term: Term, other: Term) -> bool:
    return (term.text, term.lang, term.case) == (other.text, other.lang, other.case)


def _alias(node: Node, reader: Reader) -> Term | None:
    if not isinstance(node.value, Mapping):
        return read_phrase(node, reader)
    keys = reader.keys(node, "an alias", _ALIAS_KEYS)
    if "text" not in keys:
        reader.wrong(node.place, "an alias needs a `text`")
        return None
    term = read_phrase(keys["text"], reader, {key: keys[key] for key in _ALIAS_OPTIONS if key in keys})
    if term is None:
        return None
    return replace(
        term,
        needs=read_guard(keys["needs"], "`needs`", reader) if "needs" in keys else None,
        unless=read_guard(keys["unless"], "`unless`", reader) if "unless" in keys else None,
        at=node.place,
    )


def read_guard(node: Node, what: str, reader: Reader) -> Guard | None:
    """Read `needs` or `unless`: a list of company, or `{any: [...], within: 12w}`."""
    within = None
    if isinstance(node.value, Mapping) and "any" in node.value:
        keys = reader.keys(node, what, ("any", "within"))
        if "within" in keys:
            within = read_distance(keys["within"], reader)
        node = keys["any"]
    terms: list[Term] = []
    entities: list[str] = []
    for item in reader.items(node, what):
        found = _company(item, what, reader)
        if isinstance(found, Term):
            terms.append(found)
        elif found:
            entities.extend(found)
    if not terms and not entities:
        return None
    return Guard(any=tuple(terms), entities=tuple(entities), within=within)


def _company(node: Node, what: str, reader: Reader) -> Term | tuple[str, ...] | None:
    if not isinstance(node.value, Mapping):
        return read_phrase(node, reader)
    keys = reader.keys(node, f"an item of {what}", _GUARD_PHRASE_KEYS)
    if "entity" in keys and "phrase" not in keys:
        return reader.texts(keys["entity"], "`entity`")
    if "phrase" in keys and "entity" not in keys:
        options = {key: keys[key] for key in ("exact", "case", "lang") if key in keys}
        return read_phrase(keys["phrase"], reader, options)
    if keys:
        reader.wrong(node.place, f"an item of {what} is a text, a `phrase` or an `entity`")
    return None
