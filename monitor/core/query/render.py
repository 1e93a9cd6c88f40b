"""The condition tree -> a query that means the same: for lists, explanations and friends of queries."""

from __future__ import annotations

import re
from collections.abc import Iterable

from monitor.core.rules.terms import marks_for
from monitor.core.rules.tree import (
    AllOf,
    AnyOf,
    Condition,
    FromSource,
    InFields,
    InLanguage,
    Mention,
    Near,
    NoneOf,
    Phrase,
    Regex,
    Term,
)

_SIMPLE_TERM = re.compile(r"\w[\w.'’&/+-]*\*?")
_SIMPLE_NAME = re.compile(r"[\w./~-][\w:./~?&%#+-]*")
_OPERATOR = re.compile(r"AND|OR|NOT|(?:NEAR|ONEAR|MIN)(?:/.*)?", re.IGNORECASE)


def render(condition: Condition) -> str:
    """Write the condition as a query; read again it gives an equal tree.

    Guards of an alias have no form in a query and are left out; phrases of conditions have none.
    """
    match condition:
        case AllOf(children=children):
            return " AND ".join(_inside_and(child) for child in children)
        case AnyOf(children=children, minimum=1):
            return " OR ".join(_grouped(child, AnyOf) for child in children)
        case AnyOf(children=children, minimum=minimum):
            return f"MIN/{minimum} ({' OR '.join(_grouped(child, AnyOf) for child in children)})"
        case NoneOf(children=children):
            return _none(children)
        case _:
            return _item(condition)


def _none(children: tuple[Condition, ...]) -> str:
    if len(children) == 1:
        return f"NOT {_operand(children[0])}"
    return f"NOT ({' OR '.join(_grouped(child, AnyOf) for child in children)})"


def _inside_and(child: Condition) -> str:
    return _grouped(child, AllOf, AnyOf)


def _grouped(child: Condition, *kinds: type[Condition]) -> str:
    """Put parentheses around what would otherwise be read as part of its surroundings."""
    is_plural = isinstance(child, AllOf | AnyOf) and isinstance(child, (*kinds, AllOf))
    return f"({render(child)})" if is_plural and not _is_minimum(child) else render(child)


def _is_minimum(child: Condition) -> bool:
    return isinstance(child, AnyOf) and child.minimum > 1


def _operand(child: Condition) -> str:
    needs = isinstance(child, AllOf | AnyOf | Near | NoneOf) and not _is_minimum(child)
    return f"({render(child)})" if needs else render(child)


def _item(condition: Condition) -> str:
    match condition:
        case Phrase(term=term):
            return render_term(term)
        case Near(children=children, within=within, ordered=ordered):
            operator = f" {'ONEAR' if ordered else 'NEAR'}/{within} "
            return operator.join(_operand(child) for child in children)
        case InFields(fields=fields, child=child):
            return f"{','.join(field.value for field in fields)}:{_operand(child)}"
        case _:
            return _prefixed(condition)


def _prefixed(condition: Condition) -> str:
    match condition:
        case Mention(entities=entities):
            return f"entity:{_values(entities)}"
        case FromSource(sources=sources):
            return f"source:{_values(sources)}"
        case InLanguage(languages=languages):
            return f"lang:{_values(languages)}"
        case Regex(pattern=pattern):
            return f"regex:{_quoted(pattern)}"
        case _:
            raise TypeError(type(condition))


def render_term(term: Term) -> str:
    """Write a term with its marks: `=raid`, `"Total War"@en`."""
    simple = _SIMPLE_TERM.fullmatch(term.text) and not _OPERATOR.fullmatch(term.text)
    text = term.text if simple else _quoted(term.text)
    return f"{marks_for(term)}{text}{'@' + term.lang if term.lang else ''}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _values(values: Iterable[str]) -> str:
    names = [name if _SIMPLE_NAME.fullmatch(name) else _quoted(name) for name in values]
    if len(names) == 1:
        return names[0]
    simple = all(_SIMPLE_NAME.fullmatch(name) for name in names)
    return ",".join(names) if simple else f"({' OR '.join(names)})"
