"""A query -> the condition tree; what is wrong is said with its place.

    or    := and (OR and)*
    and   := not (AND not | [AND] NOT not)*
    not   := NOT not | near
    near  := item (NEAR/n item)*            ONEAR/n: in this order
    item  := ( or ) | MIN/n ( or ) | field:item | entity:, source:, lang:, regex: values | term

NOT binds closest, then NEAR, AND, OR.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from monitor.core.document import listed, nearest, shown
from monitor.core.errors import Mistake, Weight
from monitor.core.models import TextField
from monitor.core.query.lexer import Kind, QueryError, Token, tokens_of
from monitor.core.rules.patterns import problems_of_pattern
from monitor.core.rules.shape import most, near_problem, normal
from monitor.core.rules.terms import marked, marks_of, problems_of
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
    Place,
    Regex,
)

LONGEST = 20_000
"""Characters of a query."""
DEEPEST = 30
"""Parentheses within parentheses."""
FARTHEST = 100
"""Words of distance."""

_FIELDS = {field.value: field for field in TextField}
_PREFIXES = (*_FIELDS, "entity", "source", "lang", "regex")
_DISTANCE = re.compile(r"(NEAR|ONEAR|MIN)/([0-9]{1,4})")
_LANGUAGE = re.compile(r"[a-z]{2}")
_SMALL = {"and": "AND", "or": "OR", "not": "NOT", "near": "NEAR/10"}
_COUNTING = {"near", "onear", "min"}
_COMMA = re.compile(r"[^,]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a query means; `condition` is None where it cannot be read."""

    condition: Condition | None
    mistakes: tuple[Mistake, ...] = ()


def parse_query(text: str, *, place: Callable[[int], Place]) -> Query:
    """Read a query; `place` tells where in which file the character at an offset stands."""
    parser = _Parser(place)
    try:
        condition = normal(parser.read(text))
    except QueryError as error:
        parser.wrong(error.offset, error.message)
        condition = None
    return Query(condition=condition, mistakes=tuple(parser.mistakes))


class _Parser:
    """One pass over the tokens of one query."""

    def __init__(self, place: Callable[[int], Place]) -> None:
        self.place = place
        self.mistakes: list[Mistake] = []
        self._tokens: list[Token] = []
        self._next = 0
        self._depth = 0

    def wrong(self, offset: int, message: str, *, weight: Weight = Weight.ERROR) -> None:
        """Keep a mistake at an offset of the query."""
        at = self.place(offset)
        found = Mistake(path=at.path, line=at.line, column=at.column, message=message, weight=weight)
        self.mistakes.append(found)

    def read(self, text: str) -> Condition:
        """Read the whole query.

        Raises:
            QueryError: it cannot be read.
        """
        if len(text) > LONGEST:
            raise QueryError(0, f"a query may have {LONGEST} characters; this one has {len(text)}")
        self._tokens = tokens_of(text)
        condition = self._or()
        token = self._peek()
        if token.kind is Kind.CLOSE:
            raise QueryError(token.start, "this parenthesis closes nothing")
        if token.kind is not Kind.END:
            raise self._two_terms(token)
        return condition

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        if token.kind is not Kind.END:
            self._next += 1
        return token

    def _is(self, operator: str) -> bool:
        token = self._peek()
        return token.kind is Kind.OPERATOR and token.text.partition("/")[0] == operator

    def _or(self) -> Condition:
        start = self._peek().start
        children = [self._and()]
        while self._is("OR"):
            self._take()
            children.append(self._and())
        if len(children) == 1:
            return children[0]
        return AnyOf(children=tuple(children), at=self.place(start))

    def _and(self) -> Condition:
        start = self._peek().start
        children = [self._not()]
        plain = 0
        while self._is("AND") or self._is("NOT"):
            if self._is("AND"):
                self._take()
                plain += 1
            children.append(self._not())
        if len(children) == 1:
            return children[0]
        if plain and (self._is("OR") or self._came_after_or(start)):
            message = "AND and OR side by side: AND binds closer; add parentheses to say which is meant"
            self.wrong(start, message, weight=Weight.WARNING)
        return AllOf(children=tuple(children), at=self.place(start))

    def _came_after_or(self, start: int) -> bool:
        before = [token for token in self._tokens if token.start < start]
        return bool(before) and before[-1].kind is Kind.OPERATOR and before[-1].text == "OR"

    def _not(self) -> Condition:
        if not self._is("NOT"):
            return self._near()
        start = self._take().start
        with_depth = self._deeper(start)
        child = with_depth(self._not)
        return NoneOf(children=(child,), at=self.place(start))

    def _deeper(self, start: int) -> Callable[[Callable[[], Condition]], Condition]:
        def run(read: Callable[[], Condition]) -> Condition:
            self._depth += 1
            if self._depth > DEEPEST:
                raise QueryError(start, f"is nested more than {DEEPEST} levels deep")
            condition = read()
            self._depth -= 1
            return condition

        return run

    def _near(self) -> Condition:
        start = self._peek().start
        children = [self._item()]
        first: Token | None = None
        while self._is("NEAR") or self._is("ONEAR"):
            token = self._take()
            if first is not None and token.text != first.text:
                raise QueryError(token.start, f"a chain of {first.text} cannot go on with {token.text}")
            first = token
            children.append(self._item())
        if first is None:
            return children[0]
        within = self._number(first, least=1, most=FARTHEST)
        ordered = first.text.startswith("O")
        condition = Near(
            children=tuple(map(normal, children)), within=within, ordered=ordered, at=self.place(start)
        )
        if problem := near_problem(condition):
            self.wrong(first.start, problem)
        return condition

    def _number(self, token: Token, *, least: int, most: int) -> int:
        found = _DISTANCE.fullmatch(token.text)
        name = token.text.partition("/")[0]
        if found is None:
            raise QueryError(token.start, f"{name} needs a number, such as {name}/{least + 9}")
        number = int(found[2])
        if not least <= number <= most:
            raise QueryError(token.start, f"the number of {name} must be from {least} to {most}")
        return number

    def _item(self) -> Condition:
        token = self._take()
        match token.kind:
            case Kind.OPEN:
                return self._group(token)
            case Kind.PREFIX:
                return self._prefixed(token)
            case Kind.WORD | Kind.QUOTED:
                return self._term(token)
            case Kind.OPERATOR if token.text.startswith("MIN"):
                return self._at_least(token)
            case _:
                raise self._missing(token)

    def _missing(self, token: Token) -> QueryError:
        before = self._tokens[self._next - 2] if token.kind is not Kind.END else self._tokens[self._next - 1]
        if token.kind is Kind.END and len(self._tokens) == 1:
            return QueryError(0, "the query is empty")
        if token.kind is Kind.OPERATOR:
            return QueryError(token.start, f"a term is missing before {token.text}")
        if before.kind is Kind.OPEN:
            return QueryError(before.start, "these parentheses are empty")
        return QueryError(before.start, f"a term is missing after {before.text}")

    def _group(self, opening: Token) -> Condition:
        condition = self._deeper(opening.start)(self._or)
        closing = self._take()
        if closing.kind is Kind.END:
            raise QueryError(opening.start, "this parenthesis is never closed")
        if closing.kind is not Kind.CLOSE:
            raise self._two_terms(closing)
        return condition

    def _two_terms(self, token: Token) -> QueryError:
        before = self._tokens[self._tokens.index(token) - 1]
        for word in (token, before):
            name, slash, number = word.text.lower().partition("/")
            if word.kind is Kind.WORD and (name in _SMALL if not slash else name in _COUNTING):
                capitals = _SMALL[name] if not slash else f"{name.upper()}/{number or 10}"
                return QueryError(word.start, f"operators are written in capitals: {capitals}")
        if {before.kind, token.kind} == {Kind.WORD}:
            both = f'"{before.text} {token.text}"'
            return QueryError(
                token.start,
                f"two terms without an operator between; write {both} for the phrase, or AND or OR",
            )
        return QueryError(token.start, "an operator is missing here; write AND or OR")

    def _at_least(self, token: Token) -> Condition:
        minimum = self._number(token, least=1, most=FARTHEST)
        opening = self._take()
        if opening.kind is not Kind.OPEN:
            raise QueryError(token.start, f"{token.text} wants alternatives in parentheses: (a OR b OR c)")
        group = self._group(opening)
        children = group.children if isinstance(group, AnyOf) and group.minimum == 1 else (group,)
        if minimum > most(children):
            raise QueryError(token.start, f"{token.text} of {most(children)} can never be satisfied")
        return AnyOf(children=children, minimum=minimum, at=self.place(token.start))

    def _prefixed(self, token: Token) -> Condition:
        at = self.place(token.start)
        names = tuple(dict.fromkeys(token.text.split(",")))
        if all(name in _FIELDS for name in names):
            child = normal(self._deeper(token.start)(self._item))
            return InFields(fields=tuple(_FIELDS[name] for name in names), child=child, at=at)
        match token.text:
            case "entity":
                return Mention(entities=self._values(token), at=at)
            case "source":
                return FromSource(sources=self._values(token), at=at)
            case "lang" | "language":
                return InLanguage(languages=self._languages(token), at=at)
            case "regex":
                return self._regex(token)
            case _:
                near = nearest(token.text, _PREFIXES)
                remedy = f"did you mean {near}:" if near else f"there are {listed(_PREFIXES)}"
                message = f"no prefix '{token.text}:'; {remedy}, or put a text with a colon in quotes"
                raise QueryError(token.start, message)

    def _languages(self, prefix: Token) -> tuple[str, ...]:
        languages = self._values(prefix)
        for language in languages:
            if not _LANGUAGE.fullmatch(language):
                self.wrong(prefix.start, f"{shown(language)} is no two-letter code such as en, ru or uk")
        return languages

    def _values(self, prefix: Token) -> tuple[str, ...]:
        """Read `a`, `a,b`, `"a"` or `(a OR b)`."""
        token = self._take()
        if token.kind is Kind.WORD:
            values = tuple(found[0] for found in _COMMA.finditer(token.text))
        elif token.kind is Kind.QUOTED:
            values = (token.text,)
        elif token.kind is Kind.OPEN:
            values = self._alternatives(token)
        else:
            values = ()
        if not all(values) or not values:
            raise QueryError(prefix.start, f"a name is missing after {prefix.text}:")
        return values

    def _alternatives(self, opening: Token) -> tuple[str, ...]:
        values: list[str] = []
        while True:
            token = self._take()
            text = token.text
            if token.kind is Kind.PREFIX:
                token = self._take()
                text += f":{token.text}"
            if token.kind not in {Kind.WORD, Kind.QUOTED}:
                raise QueryError(opening.start, "here stand names with OR between: (a OR b)")
            values.append(text)
            token = self._take()
            if token.kind is Kind.CLOSE:
                return tuple(values)
            if token.kind is not Kind.OPERATOR or token.text != "OR":
                raise QueryError(opening.start, "here stand names with OR between: (a OR b)")

    def _regex(self, prefix: Token) -> Condition:
        token = self._take()
        if token.kind not in {Kind.WORD, Kind.QUOTED} or not token.text:
            raise QueryError(prefix.start, 'regex: wants a pattern in quotes: regex:"T-?(72|80|90)"')
        for problem in problems_of_pattern(token.text):
            self.wrong(token.start, problem)
        return Regex(pattern=token.text, at=self.place(token.start))

    def _term(self, token: Token) -> Condition:
        marks, text = (token.marks, token.text) if token.kind is Kind.QUOTED else marks_of(token.text)
        inner = token.inner + (len(token.text) - len(text) if token.kind is Kind.WORD else 0)
        if token.kind is Kind.QUOTED:
            text = " ".join(text.split())
        for offset, problem in problems_of(text):
            self.wrong(inner + offset, problem)
        at = self.place(token.start)
        return Phrase(term=marked(text, marks, lang=token.lang, at=at), at=at)
