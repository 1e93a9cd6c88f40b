"""What explain and why-not say: frozen values for the command line and the pages to print."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.core.models import Hit
from monitor.core.rules.tree import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One condition of a rule, weighed on an entry."""

    says: str
    """The condition in words: `phrase 'Kursk incursion'`, `none of`, `within 12 words`."""
    holds: bool
    at: Place
    hits: tuple[Hit, ...] = ()
    children: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """An occurrence that does not count, and why: `inside the longer name 'Kursk Bulge'`."""

    hit: Hit
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How a rule came to match an entry, or not."""

    rule: str
    matches: bool
    hits: tuple[Hit, ...]
    """Empty where the rule does not match."""
    steps: tuple[Step, ...]
    """First what `where` and `enabled` ask of the entry, then the condition tree."""
    suppressed: tuple[Suppressed, ...]
    """Occurrences of the rule's own terms that do not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """The first condition that failed, deepest first, and what was found but did not count."""

    rule: str
    failed: Step
    suppressed: tuple[Suppressed, ...]

    def __str__(self) -> str:
        """Say it in a sentence."""
        place = f"{self.failed.at.path}:{self.failed.at.line}: " if self.failed.at.path else ""
        return f"{place}{self.failed.says}: {'holds' if self.failed.holds else 'not found'}"
