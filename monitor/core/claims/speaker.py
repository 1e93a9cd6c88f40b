"""A speaker found: the words of the name, and which entity they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.core.claims.sentences import Token


@dataclass(frozen=True, slots=True)
class Speaker:
    """The words that name who speaks."""

    tokens: Sequence[Token]
    entity: str | None


def whole_name(tokens: Sequence[Token]) -> str | None:
    """The entity that all of these words are a name of."""
    first = tokens[0]
    if first.name is None or any(token.name != first.name for token in tokens):
        return None
    begins, ends = min(token.whole[0] for token in tokens), max(token.whole[1] for token in tokens)
    return first.name if begins >= first.start and ends <= tokens[-1].end else None


def last_name(tokens: Sequence[Token]) -> str | None:
    """The entity whose name ends these words, as a person's does behind the office."""
    last = tokens[-1]
    if last.name is None or last.whole[1] > last.end:
        return None
    return last.name
