"""What is in force: settings, compiled rules, feeds and channels, swapped whole at a reload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.core.fingerprint import fingerprint
from monitor.core.matcher import Matcher
from monitor.core.models import Entry, Feed, Findings, RuleBundle
from monitor.core.render import Look, Templates
from monitor.core.rules.tree import Rule, RuleSet
from monitor.core.settings import Settings
from monitor.pipeline.ports import Channel


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Every rule in force, compiled once."""

    rules: Mapping[str, Rule]
    matcher: Matcher
    names: Mapping[str, str]
    """Ids of entities to the names that people know."""
    fingerprint: str = ""
    """Equal on two machines whose rules mean the same."""
    bundle: RuleBundle | None = None
    """As they were pushed to the database; None where they are files."""

    @classmethod
    def of(cls, ruleset: RuleSet, matcher: Matcher, bundle: RuleBundle | None = None) -> Rulebook:
        """Put a set of rules, what was compiled of it, and where it comes from side by side."""
        return cls(
            rules={rule.id: rule for rule in ruleset.rules},
            matcher=matcher,
            names={entity.id: entity.name for entity in ruleset.entities.values()},
            fingerprint=fingerprint(ruleset),
            bundle=bundle,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Walker:
    """The synthetic entry's feed and null channel, and what is in force for it alone: its rule, no routes."""

    feed: Feed
    channel: Channel
    in_force: InForce


@dataclass(slots=True, kw_only=True)
class InForce:
    """The one place the stages look at for what may change while they run; each look takes the latest."""

    settings: Settings
    rulebook: Rulebook
    feeds: Mapping[str, Feed] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    templates: Templates = field(default_factory=Templates)
    walker: Walker | None = None
    """None: no synthetic entry is on its way."""

    def feed(self, url: str) -> Feed | None:
        """Return the feed that is polled under a url; None if there is none any more."""
        if self.walker is not None and url == self.walker.feed.url:
            return self.walker.feed
        return self.feeds.get(url)

    def match(self, entry: Entry) -> Findings:
        """Match an entry; a synthetic one is put to these rules as well, and found by its own alone."""
        found = self.rulebook.matcher.match(entry)
        if self.walker is not None and entry.feed == self.walker.feed.url:
            return self.walker.in_force.rulebook.matcher.match(entry)
        return found

    @property
    def receivers(self) -> Mapping[str, Channel]:
        """Every channel that is delivered on, by name."""
        if self.walker is None:
            return self.channels
        return {**self.channels, self.walker.channel.name: self.walker.channel}

    def look_of(self, channel: str) -> Look:
        """Return how messages of a channel look where the rule does not say."""
        settings = self.settings.channels.get(channel)
        return Look(self.templates, (settings and settings.template) or "")
