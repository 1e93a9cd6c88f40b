"""Conditions as YAML has them -> the condition tree.

A text is a phrase. A mapping holds one condition or several, which must all be satisfied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from monitor.core.document import Node, Reader, either, shown, suggestion
from monitor.core.models import TextField
from monitor.core.query import parse_query
from monitor.core.query.parser import FARTHEST
from monitor.core.rules.patterns import problems_of_pattern
from monitor.core.rules.shape import most, near_problem, normal
from monitor.core.rules.terms import problems_of
from monitor.core.rules.tree import (
    AllOf,
    AnyOf,
    Case,
    Condition,
    FromSource,
    InFields,
    InLanguage,
    Mention,
    Near,
    NoneOf,
    Phrase,
    Place,
    Regex,
    Term,
)

CONDITIONS = ("any", "all", "none", "entity", "phrase", "query", "near", "regex")
"""Keys that are conditions wherever one may stand, a rule included."""
_INNER = (*CONDITIONS, "source", "language", "fields", "min", "exact", "case", "lang")
_OF_PHRASES = ("exact", "case", "lang")
_CODE = re.compile(r"[a-z]{2}")
_SLIPS = {"ua": "uk", "gb": "en", "us": "en", "cz": "cs", "by": "be", "gr": "el", "jp": "ja", "cn": "zh"}
_WORDS = re.compile(r"([0-9]{1,4})\s*(?:w|words?)")


def read_condition(node: Node, reader: Reader) -> Condition | None:
    """Read one condition; None if there is nothing to be made of it, with the mistakes in the reader."""
    match node.value:
        case tuple():
            reader.wrong(node.place, "a list says neither `any` nor `all`; write which is meant before it")
            return None
        case Mapping():
            if (message := _split_by_a_colon(node.value)) is not None:
                reader.wrong(node.place, message)
                return None
            keys = reader.keys(node, "a condition", _INNER)
            if not keys:
                return None
            return read_body("a condition has", node.place, keys, reader)
        case _:
            term = read_phrase(node, reader)
            return None if term is None else Phrase(term=term, at=node.place)


def _split_by_a_colon(mapping: Mapping[str, Node]) -> str | None:
    """Say of a text such as `Kursk: burning` that YAML reads it as a key and its value."""
    [key, *others] = mapping or [""]
    if others or not key or key in _INNER or suggestion(key, _INNER, otherwise="") or not mapping[key].text:
        return None
    text = f"{key}: {mapping[key].text}"
    return f'a colon with a blank makes a key of {shown(key)}; put the text in quotes: "{text}"'


def read_body(owner: str, at: Place, keys: Mapping[str, Node], reader: Reader) -> Condition | None:
    """Read the conditions among the keys of a mapping; all of them must be satisfied.

    `owner` begins the sentence about a mapping with nothing to look for: "a condition has".
    """
    _unaccompanied(keys, reader)
    parts: list[Condition] = []
    for key, value in keys.items():
        part = _READERS[key](value, keys, reader) if key in _READERS else None
        parts += [part] if part is not None else []
    if not any(key in _READERS for key in keys):
        reader.wrong(at, f"{owner} nothing to look for; add {either(CONDITIONS)}")
    if not parts:
        return None
    whole = normal(AllOf(children=tuple(parts), at=at))
    if "fields" not in keys:
        return whole
    fields = read_fields(keys["fields"], reader)
    return InFields(fields=fields, child=whole, at=at) if fields else None


def _unaccompanied(keys: Mapping[str, Node], reader: Reader) -> None:
    """Complain of keys that say something about another one which is missing."""
    for key in _OF_PHRASES:
        if key in keys and "phrase" not in keys:
            reader.wrong(keys[key].place, f"`{key}` belongs to a `phrase`, and there is none")
    if "min" in keys and "any" not in keys:
        reader.wrong(keys["min"].place, "`min` says how many of `any` are wanted, and there is no `any`")


def _children(node: Node, what: str, reader: Reader) -> tuple[Condition, ...]:
    read = (read_condition(item, reader) for item in reader.items(node, what))
    return tuple(condition for condition in read if condition is not None)


def _any(node: Node, keys: Mapping[str, Node], reader: Reader) -> Condition | None:
    items = reader.items(node, "`any`")
    children = _children(node, "`any`", reader) if items else ()
    minimum: int | None = 1
    if "min" in keys:
        minimum = reader.integer(keys["min"], "`min`", least=1, most=FARTHEST)
        if minimum is not None and len(children) == len(items) and minimum > most(children) > 0:
            message = f"`min: {minimum}` of {most(children)} alternatives can never be satisfied"
            reader.wrong(keys["min"].place, message)
    if not children or minimum is None:
        return None
    return AnyOf(children=children, minimum=minimum, at=node.place)


def _all(node: Node, keys: Mapping[str, Node], reader: Reader) -> Condition | None:
    children = _children(node, "`all`", reader)
    return AllOf(children=children, at=node.place) if children else None


def _none(node: Node, keys: Mapping[str, Node], reader: Reader) -> Condition | None:
    children = _children(node, "`none`", reader)
    return NoneOf(children=children, at=node.place) if children else None


def _entity(node: Node, keys: Mapping[str, Node], reader: Reader) -> Condition | None:
    names = reader.texts(node, "`entity`")
    return Mention(entities=names, at=node.place) if names else None


def _phrase(node: Node, keys: Mapping[str, Node], reader: Reader) -> Condition | None:
    options = {key: keys[key] for key in _OF_PHRASES if key in keys}
    term = read_phrase(node, reader, options)
    return None if term is None else Phrase(term=term, at=node.place)


def _query(node: Node, keys: Mapping[str, Node], reader: Reader) -> Condition | None:
    if reader.text(node, "`query`") is None:
        return None
    query = parse_query(node.text, place=node.locate)
    reader.mistakes += query.mistakes
    return query.condition


def _near(node: Node, keys: Mapping[str, Node], reader: Reader) -> Condition | None:
    inner = reader.keys(node, "`near`", ("within", "all", "ordered"))
    for key in ("within", "all"):
        if inner and key not in inner:
            reader.wrong(node.place, f"`near` needs `{key}`: {{within: 12, all: [first, second]}}")
    if "within" not in inner or "all" not in inner:
        return None
    within = read_distance(inner["within"], reader)
    ordered = reader.boolean(inner["ordered"], "`ordered`") if "ordered" in inner else False
    children = _children(inner["all"], "`all`", reader)
    if within is None or ordered is None or not children:
        return None
    near = Near(children=children, within=within, ordered=ordered, at=node.place)
    if problem := near_problem(near):
        reader.wrong(inner["all"].place, problem)
    return near


def _regex(node: Node, keys: Mapping[str, Node], reader: Reader) -> Condition | None:
    pattern = reader.text(node, "`regex`")
    if pattern is None:
        return None
    for problem in problems_of_pattern(pattern):
        reader.wrong(node.place, problem)
    return Regex(pattern=pattern, at=node.place)


def _source(node: Node, keys: Mapping[str, Node], reader: Reader) -> Condition | None:
    sources = reader.texts(node, "`source`")
    return FromSource(sources=sources, at=node.place) if sources else None


def _language(node: Node, keys: Mapping[str, Node], reader: Reader) -> Condition | None:
    languages = read_languages(node, "`language`", reader)
    return InLanguage(languages=languages, at=node.place) if languages else None


_READERS: Mapping[str, Callable[[Node, Mapping[str, Node], Reader], Condition | None]] = {
    "any": _any,
    "all": _all,
    "none": _none,
    "entity": _entity,
    "phrase": _phrase,
    "query": _query,
    "near": _near,
    "regex": _regex,
    "source": _source,
    "language": _language,
}


def read_phrase(node: Node, reader: Reader, options: Mapping[str, Node] | None = None) -> Term | None:
    """Read a phrase: a leading `=` or `exact: true` switches inflection off.

    `options` may hold `exact`, `case`, `lang`, `inflect` and `transliterate`.
    """
    text = reader.text(node, "a phrase")
    if text is None:
        return None
    options = options or {}
    exact = text.startswith("=")
    text = text.removeprefix("=").strip()
    inset = node.text.find(text) if text else 0
    for offset, problem in problems_of(text):
        place = node.locate(inset + offset)
        reader.wrong(place, problem)
    return Term(
        text=" ".join(text.split()),
        lang=read_language(options["lang"], reader) if "lang" in options else None,
        case=_case(options, reader),
        inflect=not exact and _inflects(options, reader),
        transliterate=bool(_flag(options, "transliterate", reader)),
        at=node.place,
    )


def _flag(options: Mapping[str, Node], key: str, reader: Reader) -> bool | None:
    return reader.boolean(options[key], f"`{key}`") if key in options else None


def _inflects(options: Mapping[str, Node], reader: Reader) -> bool:
    inflect = _flag(options, "inflect", reader)
    if inflect is not None:
        return inflect
    return "exact" not in options or options["exact"].value is not True


def _case(options: Mapping[str, Node], reader: Reader) -> Case:
    exact = _flag(options, "exact", reader)
    if "case" in options:
        if exact is False:
            message = "`exact: false` says that case does not count; leave `case` out"
            reader.wrong(options["case"].place, message)
        found = reader.choice(options["case"], "`case`", ("exact", "fold"))
        return Case(found) if found else Case.AUTO
    return Case.FOLD if exact is False else Case.AUTO


def read_distance(node: Node, reader: Reader) -> int | None:
    """Read a distance in words: `12` or `12w`."""
    found = _WORDS.fullmatch(node.value) if isinstance(node.value, str) else None
    number = int(found[1]) if found else node.value
    if isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= FARTHEST:
        return number
    reader.wrong(node.place, f"`within` must be a number of words from 1 to {FARTHEST}, such as 12 or 12w")
    return None


def read_language(node: Node, reader: Reader) -> str | None:
    """Read a language as its two letters."""
    text = reader.text(node, "a language")
    if text is None:
        return None
    if _CODE.fullmatch(text) and text not in _SLIPS:
        return text
    meant = _SLIPS.get(text.lower()) or _slip_of(text)
    end = f"; did you mean '{meant}'?" if meant else ""
    reader.wrong(node.place, f"{shown(text)} is no two-letter language code such as en, ru or uk{end}")
    return None


def _slip_of(text: str) -> str | None:
    code = text.lower()[:2]
    return code if re.fullmatch(r"[a-z]{2}([-_].*)?", text.lower()) else None


def read_languages(node: Node, what: str, reader: Reader) -> tuple[str, ...]:
    """Read a list of languages."""
    read = (read_language(item, reader) for item in reader.items(node, what))
    return tuple(language for language in read if language is not None)


def read_fields(node: Node, reader: Reader) -> tuple[TextField, ...]:
    """Read a list of fields."""
    known = [field.value for field in TextField]
    return tuple(TextField(name) for name in _chosen(reader.items(node, "`fields`"), known, reader))


def _chosen(items: Iterable[Node], known: list[str], reader: Reader) -> Iterable[str]:
    for item in items:
        name = reader.text(item, "a field")
        if name is not None and name not in known:
            end = suggestion(name, known, otherwise=f"there are {', '.join(known)}")
            reader.wrong(item.place, f"no field named {shown(name)}{end}")
        elif name is not None:
            yield name
