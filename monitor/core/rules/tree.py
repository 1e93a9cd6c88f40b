"""The condition tree and the entities: what a rule file means, in YAML or as a query.

Both forms compile to these classes; the matcher compiles all of them at once and `explain` walks them.
Distances are counted in words between two occurrences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from monitor.core.models import AlertPolicy, Severity, TextField


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where in which file something stands; lines and columns count from 1."""

    path: str
    line: int = 0
    column: int = 0


class Case(StrEnum):
    """Whether the case of letters counts."""

    AUTO = "auto"
    """Folded, except that an acronym (up to five capitals) must be in capitals, and that a capitalised word
    of an entity's alias wants a capital in the text."""
    FOLD = "fold"
    EXACT = "exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Company that must, or must not, stand near an occurrence for it to count."""

    any: tuple[Term, ...] = ()
    entities: tuple[str, ...] = ()
    within: int | None = None
    """Words of distance; None means anywhere in the entry (for `needs`) or 40 words (for `unless`)."""
    also: Guard | None = None
    """The guard of the entity, beside the alias's own: `needs` wants both, `unless` either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A phrase to be found: words in order, each as itself or inflected."""

    text: str
    """As written, without the marks that the loader has understood (a leading `=`)."""
    lang: str | None = None
    case: Case = Case.AUTO
    inflect: bool = True
    transliterate: bool = False
    needs: Guard | None = None
    unless: Guard | None = None
    """Occurrences inside one of its terms do not count either."""
    at: Place = Place(path="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Somebody or something with names; the first alias is `name` itself."""

    id: str
    name: str
    kind: str = ""
    aliases: tuple[Term, ...] = ()
    nested: bool = False
    """Whether it also counts inside the longer name of another entity."""
    at: Place = Place(path="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Satisfied by any occurrence of the term."""

    term: Term
    at: Place = Place(path="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Satisfied by any mention of any of the entities."""

    entities: tuple[str, ...]
    at: Place = Place(path="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Regex:
    """Satisfied where the RE2 pattern matches the text of a field as it stands there."""

    pattern: str
    at: Place = Place(path="")


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Satisfied if every child is."""

    children: tuple[Condition, ...]
    at: Place = Place(path="")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """Satisfied if at least `minimum` children are."""

    children: tuple[Condition, ...]
    minimum: int = 1
    at: Place = Place(path="")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoneOf:
    """Satisfied if no child is."""

    children: tuple[Condition, ...]
    at: Place = Place(path="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Satisfied if occurrences of all children stand within so many words of each other in one field.

    Children are Phrase, Mention, or AnyOf of these.
    """

    children: tuple[Condition, ...]
    within: int
    ordered: bool = False
    at: Place = Place(path="")


@dataclass(frozen=True, slots=True, kw_only=True)
class InFields:
    """The child, looked for in these fields alone (`title:word`)."""

    fields: tuple[TextField, ...]
    child: Condition
    at: Place = Place(path="")


@dataclass(frozen=True, slots=True, kw_only=True)
class FromSource:
    """Satisfied if the entry's outlet, feed URL or `tag:NAME` is among the values."""

    sources: tuple[str, ...]
    at: Place = Place(path="")


@dataclass(frozen=True, slots=True, kw_only=True)
class InLanguage:
    """Satisfied if the entry's language is among these (an entry of unknown language satisfies none)."""

    languages: tuple[str, ...]
    at: Place = Place(path="")


Condition = Phrase | Mention | Regex | AllOf | AnyOf | NoneOf | Near | InFields | FromSource | InLanguage


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """Alert when matches come `factor` times faster than usual."""

    factor: float
    window: timedelta
    baseline: timedelta
    at_least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSeen:
    """Alert when an entity of the rule has not been seen for `quiet`."""

    quiet: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """To which entries a rule applies; empty means all."""

    fields: tuple[TextField, ...] = ()
    languages: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    """Outlets, feed URLs or `tag:NAME`; an entry must have one of them."""
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A made-up entry to test a rule on. A text given alone is `text` and stands wherever the rule looks."""

    text: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    lang: str | None = None
    source: str | None = None
    """An outlet, feed URL or `tag:NAME`; None means any that the rule accepts."""
    at: Place = Place(path="")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTests:
    """Entries that must match and entries that must not, written beside the rule."""

    match: tuple[Sample, ...] = ()
    ignore: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What an analyst wants to hear of."""

    id: str
    title: str
    severity: Severity = Severity.MEDIUM
    condition: Condition
    """`any`, `all` and `none` of the file, joined by AllOf."""
    where: Where = Where()
    alert: AlertPolicy = field(default_factory=AlertPolicy)
    template: str = ""
    """How its messages look, in place of what the channel says; empty: as the channel says."""
    spike: Spike | None = None
    first_seen: FirstSeen | None = None
    tests: RuleTests = RuleTests()
    rematch: timedelta | None = None
    """How far a new or edited rule looks back over the archive, as a preview that never alerts."""
    owner: str = ""
    tags: tuple[str, ...] = ()
    enabled: bool = True
    at: Place = Place(path="")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Every rule and entity in force: what one Matcher is compiled from."""

    entities: Mapping[str, Entity] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
