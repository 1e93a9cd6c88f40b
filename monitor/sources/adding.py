"""From an address that a person gives to a feed in config.yaml.

known? | look | a page? -> what it names, best first, or the sitemaps of robots.txt | write | rules today

For every desk: the command line says what an Addition holds, a web page shows it. Nothing here prints.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from monitor.config.checks import problem_of_url
from monitor.config.compiling import compiled
from monitor.config.feed_list import add_outline, is_known, unfit
from monitor.config.pushed import rules_of
from monitor.config.settings import Loaded, feed_of, load_settings
from monitor.core.errors import Mistake
from monitor.core.models import Entry, Failure, Feed
from monitor.core.settings import FeedSettings
from monitor.feeds.discover import Advertised, best_first, where_feeds_often_are
from monitor.opml import Outline
from monitor.sources.probing import Probed, Prober, with_pages
from monitor.sources.pushed import with_bundle

NOT_TRIED = "not tried"
_TRIED = 3
"""Feeds, and sitemaps, of a page that are looked at until one can be read."""


class Outcome(StrEnum):
    """What became of the wish to add a feed."""

    ADDED = "added"
    KNOWN = "known already"
    NO_FEED = "no feed"
    REFUSED = "refused"
    """The address may not be asked, or the configuration cannot be written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person asks for. A caller on the network must leave `allow_private` alone."""

    url: str
    name: str = ""
    """How people are shown the feed; by default as it calls itself."""
    tags: tuple[str, ...] = ()
    allow_private: bool = False
    """Whether the feed may be at a private address, on the host of `url`."""
    full_text: bool = False
    """Whether it is to be added with the full texts of its articles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One feed that a site names."""

    url: str
    title: str = ""
    verdict: str = NOT_TRIED
    """`added`, `known already`, `not tried`, or why it cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMatches:
    """How many of a feed's entries a rule matches as it stands."""

    rule: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """What was seen and done; `sentence` says it, without a full stop at its end."""

    outcome: Outcome
    sentence: str
    probed: Probed | None = None
    """The feed that was added; or what is at the address given, where none was."""
    candidates: tuple[Candidate, ...] = ()
    """What the site names, best first, where its address is not a feed's own."""
    rules: tuple[RuleMatches, ...] | None = None
    """Rules that match entries of the feed today, most first; None if the rule files have mistakes."""
    mistake: Mistake | None = None
    """Why the configuration was not written to."""


async def add_feed(config: Path, wanted: Wanted, now: datetime) -> Addition:
    """Look at an address, and write the feed behind it into the configuration; `now` is aware UTC.

    Raises:
        ConfigurationError: the configuration has mistakes.
        ParserUnusableError: no document can be read at all.
    """
    loaded = await with_bundle(load_settings(config))
    settings = loaded.accepted()
    if problem := _unaskable(wanted.url):
        return Addition(outcome=Outcome.REFUSED, sentence=f"the address {problem}")
    if is_known(loaded, wanted.url):
        return _known(wanted.url)
    async with Prober(settings.polling, now) as prober:
        first = await prober.look(_feed(loaded, wanted, wanted.url))
        if first.is_feed:
            return await _take_up(loaded, wanted, first)
        if first.why is not None or first.status is None:
            return _without(first, _no_answer(first, wanted))
        return await _from_site(_Site(loaded, wanted, prober, first))


@dataclass(frozen=True, slots=True)
class _Site:
    """A page that is no feed itself, and who asks."""

    loaded: Loaded
    wanted: Wanted
    prober: Prober
    page: Probed


async def _from_site(site: _Site) -> Addition:
    """Try the feeds that a page names, and then the sitemaps of its site, until one can be read."""
    feeds = _candidates(best_first(site.page.advertised))
    if addition := await _first_readable(site, feeds, noun="feed"):
        return addition
    if not feeds and (addition := await _often_there(site)):
        return addition
    sitemaps = _candidates(await _sitemaps(site))
    if addition := await _first_readable(site, sitemaps, noun="sitemap"):
        return addition
    everything = [*feeds, *sitemaps]
    if not everything:
        nothing = "it names no feed, has none where they often are, and its robots.txt names no sitemap"
        return _without(site.page, f"{site.page.failure}; {nothing}")
    words = f"nothing that {site.wanted.url} names can be read, as far as tried: {everything[0].verdict}"
    return _without(site.page, words, everything)


async def _often_there(site: _Site) -> Addition | None:
    """Try the usual addresses of feeds on a site whose page names none; those that are none are not told."""
    page = site.page.final_url or site.wanted.url
    for guess in where_feeds_often_are(page):
        probed = await _look(site, guess.url)
        if probed.is_feed:
            addition = await _take_up(site.loaded, site.wanted, probed)
            said = f"{site.wanted.url} names no feed, but there is one where feeds often are"
            return replace(addition, sentence=f"{said}; {addition.sentence}")
        if probed.status is None:
            return None
    return None


async def _first_readable(site: _Site, candidates: list[Candidate], *, noun: str) -> Addition | None:
    """Take up the first that is a feed, noting beside each what it is; None if there is none.

    A page of feeds, as `/rss` often is, has those it names put in its place: one level, no further.
    """
    named = len(candidates)
    pages = 0
    at = 0
    while at < min(len(candidates), _TRIED + pages):
        candidate = candidates[at]
        if is_known(site.loaded, candidate.url):
            candidates[at] = replace(candidate, verdict=Outcome.KNOWN.value)
            return replace(_known(candidate.url), probed=site.page, candidates=tuple(candidates))
        probed = await _look(site, candidate.url)
        if probed.is_feed:
            addition = await _take_up(site.loaded, site.wanted, probed)
            candidates[at] = replace(candidate, verdict=addition.outcome.value)
            said = f"{site.wanted.url} names {named} {noun}{'' if named == 1 else 's'}"
            return replace(addition, sentence=f"{said}; {addition.sentence}", candidates=tuple(candidates))
        candidates[at] = replace(candidate, verdict=probed.failure or Outcome.NO_FEED.value)
        at += 1
        further = _further(probed, candidates) if not pages else []
        if further:
            candidates[at:at] = further
            named += len(further) - 1
            pages = 1
    return None


def _candidates(named: Sequence[Advertised]) -> list[Candidate]:
    return [Candidate(url=one.url, title=one.title) for one in named]


def _further(page: Probed, candidates: Sequence[Candidate]) -> list[Candidate]:
    there = {candidate.url for candidate in candidates}
    return [one for one in _candidates(best_first(page.advertised)) if one.url not in there]


async def _look(site: _Site, url: str) -> Probed:
    if problem := _unaskable(url):
        return Probed(url=url, failure=f"its address {problem}")
    return await site.prober.look(_feed(site.loaded, site.wanted, url))


async def _sitemaps(site: _Site) -> tuple[Advertised, ...]:
    parts = urlsplit(site.page.final_url or site.wanted.url)
    robots = f"{parts.scheme}://{parts.netloc}/robots.txt"
    return await site.prober.sitemaps(_feed(site.loaded, site.wanted, robots))


async def _take_up(loaded: Loaded, wanted: Wanted, probed: Probed) -> Addition:
    """Write a feed that can be read, and say what the rules make of it."""
    url = probed.moved_to or probed.url
    for address in (url, probed.final_url or url):
        if is_known(loaded, address):
            return replace(_known(address), probed=probed)
    title = wanted.name or probed.title
    title = "" if "$" in title else title  # it would be read as the name of a secret
    outline = Outline(url=url, title=title, tags=wanted.tags)
    written = add_outline(
        loaded.path, outline, allow_private=_may_be_private(wanted, url), full_text=wanted.full_text
    )
    if written.refusal:
        sentence = f"{url} is a feed, but was not added: {written.refusal.message}"
        return Addition(outcome=Outcome.REFUSED, sentence=sentence, probed=probed, mistake=written.refusal)
    if written.known:  # by somebody else, meanwhile
        return replace(_known(url), probed=probed)
    if wanted.full_text:
        at = probed.entries[0].fetched if probed.entries else None
        feed = _feed(loaded, wanted, url)
        probed = await with_pages(probed, feed, loaded.accepted().polling, at) if at else probed
    rules = await asyncio.to_thread(_matching, loaded, probed.entries)
    sentence = f"{url} was added to {loaded.path}" + (f' as "{title}"' if title else "")
    return Addition(outcome=Outcome.ADDED, sentence=sentence, probed=probed, rules=rules)


def _matching(loaded: Loaded, entries: Sequence[Entry]) -> tuple[RuleMatches, ...] | None:
    rules = rules_of(loaded, channels=loaded.channels)
    if not rules.is_usable:
        return None
    matcher = compiled(rules.ruleset)
    found = Counter(
        rule for entry in entries for rule in {match.rule for match in matcher.match(entry).matches}
    )
    return tuple(RuleMatches(rule=rule, entries=number) for rule, number in found.most_common())


def _unaskable(url: str) -> str | None:
    if problem := problem_of_url(url) or unfit(Outline(url=url)):
        return problem
    if urlsplit(url).username is not None:
        return "holds a user or a password: write the feed into the file by hand, with `auth`"
    return None


def _feed(loaded: Loaded, wanted: Wanted, url: str) -> Feed:
    written = FeedSettings(
        url=url, name=wanted.name, tags=wanted.tags, allow_private=_may_be_private(wanted, url)
    )
    return feed_of(written, loaded.accepted().polling)


def _may_be_private(wanted: Wanted, url: str) -> bool:
    """What a page names on another host may not be private: pages must not point us at our own machines."""
    return wanted.allow_private and urlsplit(url).hostname == urlsplit(wanted.url).hostname


def _no_answer(probed: Probed, wanted: Wanted) -> str:
    if probed.why is Failure.FORBIDDEN_ADDRESS and not wanted.allow_private:
        host = urlsplit(wanted.url).hostname
        return (
            f"{host} is not on the public Internet; give --allow-private, or write the feed into the file "
            f"with `allow_private: true`, if it is to be asked nevertheless"
        )
    return probed.failure or "no answer came"


def _without(probed: Probed, words: str, candidates: Sequence[Candidate] = ()) -> Addition:
    outcome = Outcome.REFUSED if probed.why is Failure.FORBIDDEN_ADDRESS else Outcome.NO_FEED
    return Addition(
        outcome=outcome,
        sentence=f"nothing was added: {words}",
        probed=probed,
        candidates=tuple(candidates),
    )


def _known(url: str) -> Addition:
    return Addition(outcome=Outcome.KNOWN, sentence=f"{url} is known already: nothing was added")
