"""What rules that wait for the unusual must know of the past: read once for a batch, carried on within it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.core.models import Decision, Entry, Findings, Match, Placement, Source
from monitor.core.rates import BACKLOG, Judgement, seen_again, surge
from monitor.core.rules.tree import Rule, Spike
from monitor.pipeline.in_force import Rulebook
from monitor.pipeline.ports import StoryStore

_MARGIN = timedelta(minutes=5)
"""By how much the moments of decisions in one batch may differ, as they do in a replay, and more."""


@dataclass(slots=True, kw_only=True)
class _Pace:
    """The matches of one rule."""

    earlier: int
    """From the start of the baseline up to those in `lately`."""
    lately: list[Source] = field(default_factory=list)

    def within(self, spike: Spike, now: datetime) -> list[Source]:
        """Return the matches of the window that ends now."""
        return [one for one in self.lately if one.at > now - spike.window]


class Past:
    """The past of one batch of entries; later entries see the earlier ones."""

    def __init__(self, store: StoryStore, rulebook: Rulebook) -> None:
        self._store = store
        self._rulebook = rulebook
        self._paces: dict[str, _Pace] = {}
        self._seen: dict[str, datetime] = {}
        self._watching_since: datetime | None = None

    async def recall(self, matches: Sequence[Match], now: datetime) -> None:
        """Read what there is to know of the rules and the entities of these matches."""
        known = self._rulebook.rules
        rules = {match.rule: known[match.rule] for match in matches if match.rule in known}
        entities = {
            hit.entity
            for match in matches
            if match.rule in rules and rules[match.rule].first_seen
            for hit in match.hits
            if hit.entity
        }
        if entities:
            self._seen = await self._store.last_seen(sorted(entities))
        for rule in rules.values():
            if rule.spike:
                self._watching_since = self._watching_since or await self._store.watching_since()
                self._paces[rule.id] = await self._pace(rule.id, rule.spike, now)

    async def _pace(self, rule: str, spike: Spike, now: datetime) -> _Pace:
        start = now - spike.window - _MARGIN
        return _Pace(
            earlier=await self._store.number_of_matches(rule, since=now - spike.baseline, before=start),
            lately=await self._store.matches_since(rule, start),
        )

    def judged(self, rule: Rule, entry: Entry, match: Match, now: datetime) -> tuple[Judgement, ...]:
        """Judge whether this match is what the rule waits for; empty if it waits for nothing."""
        found: list[Judgement] = []
        if rule.spike is not None:
            found.append(self._surge(rule.id, rule.spike, entry, now))
        if rule.first_seen is not None:
            last = {hit.entity: self._seen.get(hit.entity) for hit in match.hits if hit.entity}
            found.append(seen_again(rule.first_seen, last, names=self._rulebook.names, now=now))
        return tuple(found)

    def _surge(self, rule: str, spike: Spike, entry: Entry, now: datetime) -> Judgement:
        pace = self._paces[rule]
        window = pace.within(spike, now)
        known = any(one.entry == entry.id for one in window)
        since = self._watching_since or now
        return surge(
            spike,
            recent=len(window) + (not known),
            earlier=pace.earlier + len(pace.lately) - len(window),
            watched=max(now - spike.window - since, timedelta(0)),
        )

    def others(self, rule: Rule, entry: Entry, now: datetime) -> tuple[Source, ...]:
        """Return the other matches of the rule's window, the latest first; none without `spike`."""
        if rule.spike is None or rule.id not in self._paces:
            return ()
        window = self._paces[rule.id].within(rule.spike, now)
        return tuple(one for one in reversed(window) if one.entry != entry.id)

    def matched(self, rule: Rule, entry: Entry, decision: Decision) -> None:
        """Count a match that was decided on."""
        pace = self._paces.get(rule.id)
        if pace is None or decision.reason in BACKLOG or any(one.entry == entry.id for one in pace.lately):
            return
        pace.lately.append(
            Source(
                entry=entry.id,
                outlet=entry.outlet,
                title=entry.title,
                link=entry.link,
                lang=entry.lang,
                at=decision.at,
                placement=Placement.OPENS,
            )
        )

    def saw(self, entry: Entry, findings: Findings) -> None:
        """Remember whom an entry mentions, after all its matches were decided on."""
        for entity in findings.entities:
            self._seen[entity] = max(entry.fetched, self._seen.get(entity, entry.fetched))
