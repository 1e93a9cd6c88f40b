"""Builders for entries, rules and matchers, so that a test states only what it is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import pytest

from monitor.core.inflect import Inflector
from monitor.core.matcher import Matcher
from monitor.core.models import Entry, Hit
from monitor.core.rules.tree import Condition, Entity, Mention, Phrase, Rule, RuleSet, Term, Where

_EVERYWHERE = Where()
_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


class MakeEntry(Protocol):
    """Builds an entry of its texts."""

    def __call__(
        self,
        title: str = "",
        summary: str = "",
        content: str = "",
        *,
        lang: str | None = None,
        outlet: str = "Outlet",
        tags: tuple[str, ...] = (),
    ) -> Entry:
        """Build it."""


class MakeMatcher(Protocol):
    """Builds a matcher of conditions named r0, r1 and so on, and of entities."""

    def __call__(
        self, *conditions: Condition, entities: tuple[Entity, ...] = (), where: Where = ...
    ) -> Matcher:
        """Build it."""


def make_entry(
    title: str = "",
    summary: str = "",
    content: str = "",
    *,
    lang: str | None = None,
    outlet: str = "Outlet",
    tags: tuple[str, ...] = (),
) -> Entry:
    """Build an entry of its texts."""
    return Entry(
        id="0" * 32,
        feed="https://example.org/feed",
        outlet=outlet,
        title=title,
        summary=summary,
        content=content,
        lang=lang,
        tags=tags,
        fetched=_MOMENT,
        first_seen=_MOMENT,
    )


@pytest.fixture(scope="session")
def entry() -> MakeEntry:
    """Return a builder of entries."""
    return make_entry


@pytest.fixture(scope="session")
def inflector() -> Inflector:
    """Return one inflector for all tests, as one daemon has."""
    return Inflector()


@pytest.fixture(scope="session")
def matcher(inflector: Inflector) -> MakeMatcher:
    """Return a builder of matchers."""

    def build(
        *conditions: Condition, entities: tuple[Entity, ...] = (), where: Where = _EVERYWHERE
    ) -> Matcher:
        rules = tuple(
            Rule(id=f"r{number}", title=f"Rule {number}", condition=condition, where=where)
            for number, condition in enumerate(conditions)
        )
        return Matcher(RuleSet(entities={one.id: one for one in entities}, rules=rules), inflector=inflector)

    return build


@pytest.fixture(scope="session")
def found(matcher: MakeMatcher) -> Callable[[str, str], list[str]]:
    """Return what a phrase finds in a title, as it stands there."""

    def find(phrase: str, title: str) -> list[str]:
        findings = matcher(Phrase(term=Term(text=phrase))).match(make_entry(title))
        return [hit.text for match in findings.matches for hit in match.hits]

    return find


@pytest.fixture(scope="session")
def mentions(matcher: MakeMatcher) -> Callable[..., list[Hit]]:
    """Return the mentions of an entity with these aliases in a title."""

    def find(title: str, *aliases: str | Term) -> list[Hit]:
        terms = tuple(Term(text=alias) if isinstance(alias, str) else alias for alias in aliases)
        entity = Entity(id="it", name=terms[0].text, aliases=terms)
        findings = matcher(Mention(entities=("it",)), entities=(entity,)).match(make_entry(title))
        return [hit for match in findings.matches for hit in match.hits]

    return find
