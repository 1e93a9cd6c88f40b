"""A query as tokens, each with the offset at which it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"[^\s()\"“”„«»]+")
_QUOTES = {'"': '"', "“": "”“", "”": "”", "„": "“”„", "«": "»", "»": "«"}
_OPERATOR = re.compile(r"AND|OR|NOT|(?:NEAR|ONEAR|MIN)(?:/.*)?")
_PREFIX = re.compile(r"([A-Za-z]+(?:,[A-Za-z]+)*):")
_LANGUAGE = re.compile(r"@([a-z]{2})")
_LISTS = frozenset({"entity", "source", "lang", "language", "regex"})
"""Prefixes whose value is taken as it stands, colons and all."""


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    QUOTED = auto()
    PREFIX = auto()
    OPERATOR = auto()
    OPEN = auto()
    CLOSE = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query."""

    kind: Kind
    text: str
    start: int
    marks: str = ""
    """Marks directly before a quote: `=` in `="Total War"`."""
    lang: str | None = None
    """The language after a term: `pl` in `most@pl`."""
    inner: int = 0
    """Where the text itself begins."""


class QueryError(Exception):
    """The query cannot be read; `offset` is where in the text."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message


def tokens_of(query: str) -> list[Token]:
    """Split a query; the last token is END.

    Raises:
        QueryError: a quote is never closed.
    """
    tokens: list[Token] = []
    at = 0
    while True:
        spaces = _SPACE.match(query, at)
        at = spaces.end() if spaces else at
        if at >= len(query):
            tokens.append(Token(Kind.END, "", len(query)))
            return tokens
        token, at = _next(query, at)
        tokens.append(token)
        if token.kind is Kind.PREFIX and token.text in _LISTS and (value := _WORD.match(query, at)):
            tokens.append(Token(Kind.WORD, value[0], at, inner=at))
            at = value.end()


def _next(query: str, at: int) -> tuple[Token, int]:
    letter = query[at]
    if letter in "()":
        return Token(Kind.OPEN if letter == "(" else Kind.CLOSE, letter, at), at + 1
    if letter in _QUOTES:
        return _quoted(query, at, at)
    found = _WORD.match(query, at)
    word = found[0] if found else letter
    end = at + len(word)
    if word.strip("=^~") == "" and query[end : end + 1] in _QUOTES:
        return _quoted(query, at, end)
    if (prefix := _PREFIX.match(word)) and not word.startswith("//", prefix.end()):
        return Token(Kind.PREFIX, prefix[1], at), at + prefix.end()
    return _word(word, at), end


def _word(word: str, at: int) -> Token:
    if _OPERATOR.fullmatch(word):
        return Token(Kind.OPERATOR, word, at)
    lang = _LANGUAGE.search(word)
    if lang and lang.end() == len(word) and lang.start() > 0:
        return Token(Kind.WORD, word[: lang.start()], at, lang=lang[1], inner=at)
    return Token(Kind.WORD, word, at, inner=at)


def _quoted(query: str, start: int, quote: int) -> tuple[Token, int]:
    """Read from the opening quote to its counterpart; a backslash makes a quote part of the text."""
    closing = _QUOTES[query[quote]]
    at = quote + 1
    letters: list[str] = []
    while at < len(query) and query[at] not in closing:
        if query[at] == "\\" and query[at + 1 : at + 2] in {'"', "\\"} and closing == '"':
            at += 1
        letters.append(query[at])
        at += 1
    if at >= len(query):
        raise QueryError(quote, "this quote is never closed")
    lang = _LANGUAGE.match(query, at + 1)
    end = lang.end() if lang else at + 1
    token = Token(
        Kind.QUOTED, "".join(letters), start, query[start:quote], lang[1] if lang else None, quote + 1
    )
    return token, end
