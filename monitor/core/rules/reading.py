"""The nodes of one rule file -> its entities and rules, with every mistake in it.

What concerns several files at once (dangling names, duplicates) is checked where they are put together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from monitor.core.document import Node, Reader, shown
from monitor.core.errors import Mistake, Weight
from monitor.core.models import AlertPolicy, Severity
from monitor.core.rules.conditions import CONDITIONS, read_body
from monitor.core.rules.entities import read_entity
from monitor.core.rules.policy import (
    read_alert,
    read_first_seen,
    read_spike,
    read_tests,
    read_where,
)
from monitor.core.rules.shape import entities_of, needs_a_hit
from monitor.core.rules.tree import AllOf, Condition, Entity, Place, Rule, RuleTests, Where

_T = TypeVar("_T")

RULE_KEYS = (
    *("title", "severity", *CONDITIONS, "min", "where", "alert", "template", "spike", "first_seen", "quiet"),
    *("tests", "owner", "tags", "enabled", "rematch"),
)
_ID = re.compile(r"[^\W_](?:[\w.-]{0,62}[^\W_])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedChannel:
    """A channel that a rule names, and where."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedTemplate:
    """A template that a rule names, and where."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """What one file contributes to the rules in force."""

    path: str
    entities: tuple[Entity, ...] = ()
    rules: tuple[Rule, ...] = ()
    channels: tuple[NamedChannel, ...] = ()
    templates: tuple[NamedTemplate, ...] = ()
    mistakes: tuple[Mistake, ...] = field(default=(), repr=False)
    declared: frozenset[str] = field(default=frozenset(), repr=False)
    """Ids of all its entities, those included that could not be read."""
    unreadable: bool = False
    """Whether nobody knows what stands in it, so that a name found nowhere else may."""

    @property
    def is_usable(self) -> bool:
        """Whether nothing in the file is worth more than a warning."""
        return all(mistake.weight is Weight.WARNING for mistake in self.mistakes)


def read_rules(root: Node, *, mistakes: Iterable[Mistake] = ()) -> RuleFile:
    """Read one file; `mistakes` are those already found in its form."""
    reader = Reader()
    reader.mistakes += mistakes
    if root.value is None and not root.text:
        reader.warn(root.place, "the file is empty")
        return RuleFile(path=root.path, mistakes=tuple(reader.mistakes))
    keys = reader.keys(root, "a rule file", ("entities", "rules"))
    entities = _entities(keys["entities"], reader) if "entities" in keys else []
    read = _rules(keys["rules"], reader) if "rules" in keys else []
    return RuleFile(
        path=root.path,
        entities=tuple(entity for entity in entities if entity is not None),
        rules=tuple(rule for rule in read if rule is not None),
        channels=_channels(root),
        templates=_templates(root),
        mistakes=tuple(sorted(set(reader.mistakes))),
        declared=_declared(root),
    )


def _entities(node: Node, reader: Reader) -> list[Entity | None]:
    mapping = reader.mapping(node, "`entities`") if _holds_something(node, reader) else None
    entities: list[Entity | None] = []
    for identity, value in (mapping or {}).items():
        at = node.keys.get(identity, value.place)
        if _is_id(identity, at, reader):
            entities.append(read_entity(identity, value, at, reader))
    return entities


def _rules(node: Node, reader: Reader) -> list[Rule | None]:
    mapping = reader.mapping(node, "`rules`") if _holds_something(node, reader) else None
    rules: list[Rule | None] = []
    for identity, value in (mapping or {}).items():
        at = node.keys.get(identity, value.place)
        if _is_id(identity, at, reader):
            rules.append(read_rule(identity, value, at, reader))
    return rules


def _holds_something(node: Node, reader: Reader) -> bool:
    """Allow `rules:` with nothing below it, as a file in the making has."""
    if node.value is None and not node.text:
        reader.warn(node.place, "nothing stands below this key")
        return False
    return True


def _is_id(identity: str, at: Place, reader: Reader) -> bool:
    if _ID.fullmatch(identity):
        return True
    message = f"{shown(identity)} is no id; use up to 64 letters, digits, dashes, dots or underscores"
    reader.wrong(at, message)
    return False


def _declared(root: Node) -> frozenset[str]:
    entities = root.at(["entities"])
    return frozenset(entities.value if entities and isinstance(entities.value, Mapping) else ())


def _channels(root: Node) -> tuple[NamedChannel, ...]:
    rules = root.at(["rules"])
    named: list[NamedChannel] = []
    for rule in rules.value if rules and isinstance(rules.value, Mapping) else ():
        for where in (["channels"], ["escalate", "to"]):
            node = root.at(["rules", rule, "alert", *where])
            items = node.value if node and isinstance(node.value, tuple) else (node,) if node else ()
            named += [NamedChannel(name=item.text, place=item.place) for item in items if item.text]
    return tuple(named)


def _templates(root: Node) -> tuple[NamedTemplate, ...]:
    rules = root.at(["rules"])
    names = rules.value if rules and isinstance(rules.value, Mapping) else ()
    nodes = [node for rule in names if (node := root.at(["rules", rule, "template"]))]
    return tuple(NamedTemplate(name=node.text, place=node.place) for node in nodes if node.text)


def read_rule(identity: str, node: Node, at: Place, reader: Reader) -> Rule | None:
    """Read one rule; None if it has no condition that could be read."""
    keys = reader.keys(node, f"rule '{identity}'", RULE_KEYS)
    if not keys:
        return None
    condition = _condition(identity, keys, at, reader)
    rule = Rule(
        id=identity,
        title=_optional(keys, "title", _text("`title`"), reader) or _words(identity),
        severity=_optional(keys, "severity", _severity, reader) or Severity.MEDIUM,
        condition=condition or AllOf(children=(), at=at),
        where=_optional(keys, "where", read_where, reader) or Where(),
        alert=_optional(keys, "alert", read_alert, reader) or AlertPolicy(),
        template=_optional(keys, "template", _text("`template`"), reader) or "",
        spike=_optional(keys, "spike", read_spike, reader),
        first_seen=read_first_seen(keys, reader),
        tests=_optional(keys, "tests", read_tests, reader) or RuleTests(),
        rematch=_optional(keys, "rematch", _rematch, reader),
        owner=_optional(keys, "owner", _text("`owner`"), reader) or "",
        tags=_optional(keys, "tags", _tags, reader) or (),
        enabled=_optional(keys, "enabled", _enabled, reader) is not False,
        at=at,
    )
    if condition is None:
        return None
    if rule.first_seen and not any(entities_of(condition)):
        reader.wrong(keys["first_seen"].place, "`first_seen` watches entities, and the rule names none")
    return rule


def _condition(identity: str, keys: Mapping[str, Node], at: Place, reader: Reader) -> Condition | None:
    inner = {key: node for key, node in keys.items() if key in CONDITIONS or key == "min"}
    before = len(reader.mistakes)
    condition = read_body(f"rule '{identity}' has", at, inner, reader)
    if condition is not None and len(reader.mistakes) == before and not needs_a_hit(condition):
        message = f"rule '{identity}' would match articles in which nothing of it is found"
        reader.wrong(at, f"{message}; say in `any` or `all` what to look for, and keep `none` beside it")
    return condition


def _optional(
    keys: Mapping[str, Node], key: str, read: Callable[[Node, Reader], _T | None], reader: Reader
) -> _T | None:
    return read(keys[key], reader) if key in keys else None


def _text(what: str) -> Callable[[Node, Reader], str | None]:
    return lambda node, reader: reader.text(node, what)


def _severity(node: Node, reader: Reader) -> Severity | None:
    found = reader.choice(node, "`severity`", [level.value for level in Severity])
    return Severity(found) if found else None


def _rematch(node: Node, reader: Reader) -> timedelta | None:
    return reader.duration(node, "`rematch`")


def _tags(node: Node, reader: Reader) -> tuple[str, ...]:
    return () if node.value == () else reader.texts(node, "`tags`")


def _enabled(node: Node, reader: Reader) -> bool | None:
    return reader.boolean(node, "`enabled`")


def _words(identity: str) -> str:
    return re.sub(r"[-_.]+", " ", identity)
