"""Names that routes match on, held against what there is: rules, entities, tags, outlets, sources.

A rule or an entity that nobody knows is an error. Tags and outlets may come and go with lists of feeds that
others export, so one that nobody bears is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from monitor.config.pushed import rules_of
from monitor.config.rules import LoadedRules
from monitor.config.settings import Loaded, NamedByRoute, load_settings
from monitor.core.document import listed, suggestion
from monitor.core.errors import Mistake, Weight
from monitor.core.models import RuleBundle
from monitor.core.rules.tree import RuleSet

_KINDS: Final = {
    "rule": ("no rule is named", Weight.ERROR),
    "entity": ("no entity has the id", Weight.ERROR),
    "tag": ("no feed and no rule has the tag", Weight.WARNING),
    "outlet": ("no feed is of the outlet", Weight.WARNING),
    "source": ("no feed has the outlet or address", Weight.WARNING),
}
_FEW: Final = 6


def held_against(loaded: Loaded, rules: LoadedRules) -> Loaded:
    """Return the configuration with a mistake more for each name under a route's `match` that nothing bears.

    Rules that have mistakes of their own are not held against it.
    """
    if loaded.settings is None or not rules.is_usable:
        return loaded
    found = tuple(_mistakes(loaded.named, _known(loaded, rules.ruleset)))
    refused = any(mistake.weight is Weight.ERROR for mistake in found)
    return replace(
        loaded,
        mistakes=tuple(sorted({*loaded.mistakes, *found})),
        settings=None if refused else loaded.settings,
        feeds=() if refused else loaded.feeds,
    )


def load_with_rules(path: Path, bundle: RuleBundle | None = None) -> Loaded:
    """Read a configuration file and hold the names in it against the rule files as they are now.

    Where rules are pushed, against those of the bundle.
    """
    loaded = replace(load_settings(path), bundle=bundle)
    if not loaded.named or loaded.settings is None:
        return loaded
    return held_against(loaded, rules_of(loaded, channels=loaded.channels))


def _known(loaded: Loaded, ruleset: RuleSet) -> Mapping[str, Sequence[str]]:
    outlets = {feed.outlet for feed in loaded.feeds}
    tags = {tag for feed in loaded.feeds for tag in feed.tags}
    tags.update(tag for rule in ruleset.rules for tag in rule.tags)
    return {
        "rule": [rule.id for rule in ruleset.rules],
        "entity": sorted(ruleset.entities),
        "tag": sorted(tags),
        "outlet": sorted(outlets),
        "source": sorted(outlets | {feed.url for feed in loaded.feeds}),
    }


def _mistakes(named: Sequence[NamedByRoute], known: Mapping[str, Sequence[str]]) -> Iterator[Mistake]:
    for one in named:
        names = known.get(one.key)
        if names is None or one.name in names:
            continue
        said, weight = _KINDS[one.key]
        otherwise = (
            f"there {'is' if len(names) == 1 else 'are'} {listed(names)}" if 0 < len(names) <= _FEW else ""
        )
        end = suggestion(one.name, names, otherwise=otherwise)
        yield Mistake(
            path=one.place.path,
            line=one.place.line,
            column=one.place.column,
            message=f"{said} '{one.name}'{end}",
            weight=weight,
        )
