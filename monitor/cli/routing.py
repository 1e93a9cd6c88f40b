"""Where an alert would go: put together for `news-monitor routes test` by the daemon's own questions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

import click

from monitor.cli.database import opened, run_async
from monitor.cli.guard import NothingFoundError
from monitor.cli.rulebook.entries import entry_for, is_reference
from monitor.config.compiling import compiled
from monitor.config.pushed import rules_of
from monitor.config.settings import Loaded
from monitor.core.alerting.sharing import escalation_of, terms_in_words
from monitor.core.alerting.timing import Asking, terms_of
from monitor.core.document import suggestion
from monitor.core.errors import DatabaseUnusableError
from monitor.core.labels import labels_of, silence_of
from monitor.core.languages import language_of
from monitor.core.models import Entry, Feed, Findings, Severity, Silence
from monitor.core.routing import Leg, Look, legs_for, looks
from monitor.core.rules.tree import Rule, RuleSet
from monitor.core.units import spoken
from monitor.sources.pushed import with_bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person asks about."""

    given: str | None = None
    rule: str | None = None
    severity: str | None = None
    entities: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    source: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goes:
    """One channel that would have it."""

    channel: str
    taken_by: str
    when: str
    escalates: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The answer for one rule."""

    about: str
    routes: tuple[Look, ...]
    goes: tuple[Goes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One alert that there would be."""

    rule: Rule
    entry: Entry
    entities: tuple[str, ...]


def told_of(wanted: Wanted, loaded: Loaded, moment: datetime) -> list[Told]:
    """Answer for each rule asked about.

    Raises:
        click.UsageError: a rule or an entity is not there, or nothing is asked.
        NothingFoundError: no rule matches, or the archive has no such article.
    """
    ruleset = rules_of(run_async(with_bundle(loaded)), channels=loaded.channels).accepted()
    asked = _asked(wanted, loaded, ruleset)
    silences = run_async(_silences(loaded, moment))
    return [_told(one, loaded, silences, moment) for one in asked]


async def _silences(loaded: Loaded, moment: datetime) -> list[Silence]:
    """Return those in force; without a database there are none."""
    try:
        async with opened(loaded) as store:
            return await store.silences(moment)
    except DatabaseUnusableError:
        return []


def _asked(wanted: Wanted, loaded: Loaded, ruleset: RuleSet) -> list[_Asked]:
    rules = {rule.id: rule for rule in ruleset.rules}
    _known("--rule", "no rule is named", (wanted.rule,) if wanted.rule else (), rules)
    _known("--entity", "no entity has the id", wanted.entities, ruleset.entities)
    if wanted.given is None:
        if wanted.rule is None:
            message = "name a --rule, or give a TEXT or URL"
            raise click.UsageError(message)
        return [_of(rules[wanted.rule], _entry(wanted, loaded, rules[wanted.rule], ""), (), wanted)]
    entry = _entry(wanted, loaded, next(iter(rules.values())), wanted.given) if rules else None
    findings = compiled(ruleset).match(entry) if entry else Findings()
    chosen = [match.rule for match in findings.matches]
    chosen = [wanted.rule] if wanted.rule else chosen
    if entry is None or not chosen:
        raise NothingFoundError("no rule matches it: `news-monitor rules explain` shows what was missing")
    return [_of(rules[name], entry, findings.entities, wanted) for name in chosen]


def _known(option: str, said: str, names: Sequence[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            message = f"{said} '{name}'{suggestion(name, sorted(known))}"
            raise click.BadParameter(message, param_hint=option)


def _of(rule: Rule, entry: Entry, entities: Sequence[str], wanted: Wanted) -> _Asked:
    severity = Severity(wanted.severity) if wanted.severity else rule.severity
    return _Asked(rule=replace(rule, severity=severity), entry=entry, entities=(*entities, *wanted.entities))


def _entry(wanted: Wanted, loaded: Loaded, rule: Rule, given: str) -> Entry:
    """Make the article: one of the archive, or a text as the source asked about would bring it."""
    if is_reference(given):
        entry = run_async(_archived(given, loaded))
    else:
        entry = entry_for(rule, given or rule.title, field=None, lang=None)
        guessed = entry.lang or language_of(f"{entry.title}\n{entry.content}"[:2000])
        entry = replace(entry, outlet="", feed="", tags=(), lang=guessed if given else None)
    feed = _feed(wanted.source, loaded.feeds)
    if feed is not None:
        entry = replace(
            entry, outlet=feed.outlet, feed=feed.url, tags=feed.tags, lang=feed.lang or entry.lang
        )
    elif wanted.source:
        entry = replace(entry, outlet=wanted.source, feed=wanted.source)
    return replace(entry, tags=(*entry.tags, *wanted.tags), lang=wanted.language or entry.lang)


def _feed(source: str | None, feeds: Sequence[Feed]) -> Feed | None:
    """Return the feed meant: by address, by name, or the first of an outlet."""
    for attribute in ("url", "name", "outlet"):
        for feed in feeds:
            if source and getattr(feed, attribute) == source:
                return feed
    return None


async def _archived(given: str, loaded: Loaded) -> Entry:
    async with opened(loaded) as store:
        found = await store.entries_at(given) if "://" in given else [await store.entry(given)]
    known = [one.entry for one in found if one is not None]
    if not known:
        message = f"no article of the archive is {given}"
        raise NothingFoundError(message)
    return known[0]


def _told(asked: _Asked, loaded: Loaded, silences: Sequence[Silence], moment: datetime) -> Told:
    settings, rule, entry = loaded.accepted(), asked.rule, asked.entry
    labels = labels_of(entry, rule=rule.id, severity=rule.severity, tags=rule.tags, entities=asked.entities)
    silence = silence_of(labels, "", silences)
    zone = settings.alerts.clock_zone
    legs = legs_for(settings, rule.alert, labels)
    return Told(
        about=_about(asked, silence),
        routes=() if rule.alert.channels else looks(settings, labels),
        goes=tuple(_goes(leg, rule, silence, zone, moment) for leg in legs),
    )


def _about(asked: _Asked, silence: Silence | None) -> str:
    entry = asked.entry
    said = [f"rule {asked.rule.id}", f"severity {asked.rule.severity.value}"]
    said += [f"from {entry.outlet}"] if entry.outlet else []
    said += [f"language {entry.lang}"] if entry.lang else []
    said += [f"tags {', '.join((*asked.rule.tags, *entry.tags))}"] if asked.rule.tags or entry.tags else []
    said += [f"entities {', '.join(asked.entities)}"] if asked.entities else []
    said += ["silenced now, so that it would not alert"] if silence and not silence.release else []
    return "; ".join(said)


def _goes(leg: Leg, rule: Rule, silence: Silence | None, zone: tzinfo, moment: datetime) -> Goes:
    asking = Asking(
        policy=leg.policy,
        severity=rule.severity,
        zone=zone,
        now=moment,
        first=rule.alert.corroboration is None,
        unusual=rule.spike is not None or rule.first_seen is not None,
        silence=silence if silence and silence.release else None,
    )
    terms = terms_of(asking)
    when = "at once"
    if terms is not None:
        local = terms.until.astimezone(zone)
        when = f"held until {local:%Y-%m-%d %H:%M %Z}: {terms_in_words(terms.reason, terms.said)}"
    escalation = escalation_of(leg, rule.severity)
    called = ""
    if escalation is not None:
        called = f"and to {', '.join(escalation.to)} if nobody acknowledges within {spoken(escalation.after)}"
    return Goes(channel=leg.channel, taken_by=leg.taken_by, when=when, escalates=called)
