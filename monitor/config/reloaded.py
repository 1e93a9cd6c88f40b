"""What became of the rules in force when others were read: what came, changed, went, and was refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from monitor.config.rules import LoadedRules
from monitor.core.document import listed
from monitor.core.errors import Mistake, Weight
from monitor.core.matcher import Matcher
from monitor.core.rules.shape import meaning_of, meaning_of_entity
from monitor.core.rules.tree import Entity, Rule, RuleSet

_NAMED: Final = 3
"""Ids named in the sentence about a reload; more are counted."""

Compile = Callable[[RuleSet], Matcher]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """What a look at the files brought."""

    rules: LoadedRules
    """In force from now on: each file in its last good version; the mistakes are those of what is not."""
    matcher: Matcher
    """Compiled of `rules.ruleset`; the same object as before if no rule changed."""
    added: tuple[str, ...] = ()
    """Ids of rules, here and in `changed` and `removed`."""
    changed: tuple[str, ...] = ()
    """A rule changes with its meaning; moving it or rewording its tests changes nothing."""
    removed: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    """Ids of entities that were added, changed or removed."""
    kept: tuple[str, ...] = ()
    """Files of which an earlier version stays in force because the present one has mistakes."""
    lost: tuple[Mistake, ...] = ()
    """Files and folders of the configuration that could still be read at the look before."""
    regained: bool = False
    """Whether all of them can be read again."""
    waiting: bool = False
    """Whether some file is still being written; look again soon."""

    @property
    def is_news(self) -> bool:
        """Whether rules changed, a file was refused or a folder lost: something to log and to tell."""
        changed = self.added or self.changed or self.removed or self.entities
        return bool(changed or self.kept or self.lost or self.regained)

    def __str__(self) -> str:
        """Say in one sentence what changed and what did not."""
        kinds = (("added", self.added), ("changed", self.changed), ("removed", self.removed))
        parts = [f"rules {word}: {_some(ids)}" for word, ids in kinds if ids]
        parts += [f"entities changed: {_some(self.entities)}"] if self.entities else []
        parts += [f"{self.lost[0]}; its rules stay in force"] if self.lost else []
        parts += ["every file and folder can be read again"] if self.regained else []
        said = "; ".join(parts) or "no rule changed"
        if not self.kept:
            return said
        errors = [one for one in self.rules.mistakes if one.weight is Weight.ERROR]
        count = f"{len(errors)} mistake{'s' if len(errors) != 1 else ''}"
        first = f", the first: {errors[0]}" if errors else ""
        return f"{said}; last good version kept of {listed(self.kept)} ({count}{first})"


def _some(ids: Sequence[str]) -> str:
    if len(ids) <= _NAMED:
        return listed(ids)
    return f"{', '.join(ids[:_NAMED])} and {len(ids) - _NAMED} more"


def compared(before: Reload, loaded: LoadedRules, matcher: Matcher, *, kept: tuple[str, ...] = ()) -> Reload:
    """Say what is different from before; `kept` names what is not in force as it stands."""
    old = {rule.id: rule for rule in before.rules.ruleset.rules}
    new = {rule.id: rule for rule in loaded.ruleset.rules}
    names, now = before.rules.ruleset.entities, loaded.ruleset.entities
    changed = {name for name in names.keys() & now.keys() if _differs(names[name], now[name])}
    return Reload(
        rules=loaded,
        matcher=matcher,
        added=tuple(sorted(new.keys() - old.keys())),
        changed=tuple(sorted(name for name in new.keys() & old.keys() if _differs(new[name], old[name]))),
        removed=tuple(sorted(old.keys() - new.keys())),
        entities=tuple(sorted(changed | (names.keys() ^ now.keys()))),
        kept=kept,
    )


def with_mistakes(loaded: LoadedRules, more: Iterable[Mistake]) -> LoadedRules:
    """Add mistakes to those there are, each once."""
    return replace(loaded, mistakes=tuple(sorted({*loaded.mistakes, *more})))


def _differs(one: Rule | Entity, other: Rule | Entity) -> bool:
    """Tell whether two versions mean different things; those of an unchanged file are the very same."""
    return one is not other and _meaning(one) != _meaning(other)


def _meaning(one: Rule | Entity) -> Rule | Entity:
    return meaning_of(one) if isinstance(one, Rule) else meaning_of_entity(one)
