"""What a rule should leave out, learned from what people said of its alerts, and proved on them.

judged alerts -> words, outlets and entities that stand in noise and in no relevant hit -> the rule with the
best of them excluded, run over every judged article by the matcher itself -> Proposal

A word that is simply frequent is no sign of noise: it must be at least twice as frequent there as in the
articles of the rule that nobody judged. A candidate with which the matcher would lose one confirmed article
is dropped, so that the proof holds by construction and is counted all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from monitor.core.matcher import Matcher
from monitor.core.models import Entry, TextField
from monitor.core.rules.shape import normal
from monitor.core.rules.tree import AllOf, Mention, NoneOf, Phrase, Rule, RuleSet, Term
from monitor.core.text import words

MOST: Final = 6
"""Exclusions proposed at a time: more are read by nobody."""
LEAST_NOISE: Final = 2
"""Alerts that an exclusion must spare: one alone proves nothing about the next."""
_LETTERS: Final = 4
"""Shorter words are mostly those that hold a sentence together."""
_TRIED: Final = 40
"""Candidates that the matcher is asked about, the likeliest first."""


class Kind(StrEnum):
    """What an exclusion looks at."""

    ENTITY = "entity"
    SOURCE = "source"
    PHRASE = "phrase"


@dataclass(frozen=True, slots=True, order=True)
class Exclusion:
    """One thing that a rule should not match with."""

    kind: Kind
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The articles that a rule matched in the story of one judged alert."""

    relevant: bool
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Exclusions, and what the matcher says about the judged and unjudged articles with them."""

    exclusions: tuple[Exclusion, ...]
    relevant: int
    """Alerts judged relevant whose articles are kept and still match today's rule."""
    relevant_kept: int
    """Those of them of which not one article is lost: all, or there would be no such proposal."""
    noise: int
    noise_spared: int
    """Alerts judged noise that would not have been raised."""
    unjudged: int
    """Articles that the rule matched and nobody judged."""
    unjudged_spared: int


def propose(rule: Rule, ruleset: RuleSet, judged: Sequence[Judged], unjudged: Sequence[Entry]) -> Proposal:
    """Propose exclusions for a rule; none where nothing tells noise from relevant hits."""
    trial = _Trial(rule, ruleset)
    alerts = [kept for one in judged if (kept := trial.still_matching(one)).entries]
    rest = [entry for entry in unjudged if trial.matches(entry, ())]
    chosen: tuple[Exclusion, ...] = ()
    tried: set[Exclusion] = set()
    while len(chosen) < MOST and len(tried) < _TRIED:
        left = [one for one in alerts if one.relevant or trial.any_matches(one, chosen)]
        best = next((found for found in _ranked(trial, left, rest) if found not in tried), None)
        if best is None:
            break
        tried.add(best)
        if trial.helps(alerts, chosen, best):
            chosen = (*chosen, best)
    return _proved(trial, chosen, alerts, rest)


def _proved(
    trial: _Trial, chosen: tuple[Exclusion, ...], alerts: Sequence[Judged], rest: Sequence[Entry]
) -> Proposal:
    relevant = [one for one in alerts if one.relevant]
    noise = [one for one in alerts if not one.relevant]
    return Proposal(
        exclusions=tuple(sorted(chosen)),
        relevant=len(relevant),
        relevant_kept=sum(trial.all_match(one, chosen) for one in relevant),
        noise=len(noise),
        noise_spared=sum(not trial.any_matches(one, chosen) for one in noise),
        unjudged=len(rest),
        unjudged_spared=sum(not trial.matches(entry, chosen) for entry in rest),
    )


class _Trial:
    """A rule, with and without exclusions, on articles; each question is answered by the matcher."""

    def __init__(self, rule: Rule, ruleset: RuleSet) -> None:
        self._rule = replace(rule, enabled=True)
        self._ruleset = ruleset
        self._matchers: dict[tuple[Exclusion, ...], Matcher] = {}
        self._features: dict[str, frozenset[Exclusion]] = {}

    def matches(self, entry: Entry, chosen: tuple[Exclusion, ...]) -> bool:
        """Tell whether the rule with these exclusions matches."""
        return bool(self._matcher(chosen).match(entry).matches)

    def all_match(self, judged: Judged, chosen: tuple[Exclusion, ...]) -> bool:
        """Tell whether no article of an alert is lost."""
        return all(self.matches(entry, chosen) for entry in judged.entries)

    def any_matches(self, judged: Judged, chosen: tuple[Exclusion, ...]) -> bool:
        """Tell whether the alert would be raised all the same."""
        return any(self.matches(entry, chosen) for entry in judged.entries)

    def still_matching(self, judged: Judged) -> Judged:
        """Leave out the articles that today's rule does not match any more."""
        return replace(judged, entries=tuple(one for one in judged.entries if self.matches(one, ())))

    def helps(self, alerts: Sequence[Judged], chosen: tuple[Exclusion, ...], more: Exclusion) -> bool:
        """Tell whether one more exclusion loses no confirmed article and spares enough noise."""
        with_it = (*chosen, more)
        if not all(self.all_match(one, with_it) for one in alerts if one.relevant):
            return False
        spared = sum(
            self.any_matches(one, chosen) and not self.any_matches(one, with_it)
            for one in alerts
            if not one.relevant
        )
        return spared >= LEAST_NOISE

    def features(self, entry: Entry) -> frozenset[Exclusion]:
        """Give everything in an article that an exclusion could name."""
        if entry.id not in self._features:
            self._features[entry.id] = frozenset(self._found(entry))
        return self._features[entry.id]

    def _found(self, entry: Entry) -> Iterator[Exclusion]:
        found = self._matcher(()).match(entry)
        own = {hit.entity for match in found.matches for hit in match.hits}
        proof = {word.folded for match in found.matches for hit in match.hits for word in words(hit.text)}
        if entry.outlet:
            yield Exclusion(Kind.SOURCE, entry.outlet)
        for entity in found.entities:
            if entity not in own:
                yield Exclusion(Kind.ENTITY, entity)
        for text in _texts(entry, self._rule.where.fields):
            for word in words(text):
                telling = len(word.folded) >= _LETTERS and word.folded.isalpha()
                if telling and word.folded not in proof:
                    yield Exclusion(Kind.PHRASE, word.folded)

    def _matcher(self, chosen: tuple[Exclusion, ...]) -> Matcher:
        if chosen not in self._matchers:
            rule = with_exclusions(self._rule, chosen)
            self._matchers[chosen] = Matcher(replace(self._ruleset, rules=(rule,)))
        return self._matchers[chosen]


def with_exclusions(rule: Rule, exclusions: Iterable[Exclusion]) -> Rule:
    """Return the rule with `none:` and `where.sources.exclude` as the snippet would have them."""
    sources = tuple(one.value for one in exclusions if one.kind is Kind.SOURCE)
    excluded = tuple(dict.fromkeys((*rule.where.exclude, *sources)))
    where = replace(rule.where, exclude=excluded)
    conditions = tuple(
        Mention(entities=(one.value,)) if one.kind is Kind.ENTITY else Phrase(term=Term(text=one.value))
        for one in exclusions
        if one.kind is not Kind.SOURCE
    )
    if not conditions:
        return replace(rule, where=where)
    condition = normal(AllOf(children=(rule.condition, NoneOf(children=conditions))))
    return replace(rule, where=where, condition=condition)


def _texts(entry: Entry, fields: Sequence[TextField]) -> Iterator[str]:
    for field in fields or tuple(TextField):
        match field:
            case TextField.TITLE:
                yield entry.title
            case TextField.SUMMARY:
                yield entry.summary
            case TextField.CONTENT:
                yield entry.content


def _ranked(trial: _Trial, alerts: Sequence[Judged], rest: Sequence[Entry]) -> list[Exclusion]:
    """Give what stands in noise and in no relevant hit, what tells most first."""
    noise = [one for one in alerts if not one.relevant]
    confirmed = {
        found for one in alerts if one.relevant for each in one.entries for found in trial.features(each)
    }
    covers = Counter(found for one in noise for found in _shared(trial, one) if found not in confirmed)
    elsewhere = Counter(found for entry in rest for found in trial.features(entry))
    telling = {
        found: score
        for found, number in covers.items()
        if number >= LEAST_NOISE and (score := _score(number, len(noise), elsewhere[found], len(rest))) > 0
    }
    order: Mapping[Kind, int] = {kind: place for place, kind in enumerate(Kind)}
    return sorted(telling, key=lambda found: (-telling[found], order[found.kind], found.value))


def _shared(trial: _Trial, judged: Judged) -> frozenset[Exclusion]:
    """Give what stands in every article of an alert: one left over would raise it again."""
    first, *others = map(trial.features, judged.entries)
    return first.intersection(*others)


def _score(noise: int, of_noise: int, elsewhere: int, of_elsewhere: int) -> float:
    """How much more frequent something is in noise than elsewhere; 0 if not even twice."""
    share, usual = noise / of_noise, elsewhere / of_elsewhere if of_elsewhere else 0.0
    return noise * (share - usual) if share >= 2 * usual else 0.0
