"""Which stories a page shows and is told of: by rule, tag of a rule, least severity, language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from monitor.core.models import Among, Severity
from monitor.core.rules.tree import Rule

_CODE: Final = re.compile(r"[a-z]{2,3}")
_KEYS: Final = ("rule", "severity", "tag", "lang")
_LEVELS: Final = tuple(Severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a reader chose; empty: all."""

    rule: str = ""
    severity: str = ""
    """The least; one that is none counts as empty."""
    tag: str = ""
    lang: str = ""

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Choice:
        """Read it from an address; what nobody could have chosen is left out."""
        severity, lang = said.get("severity", ""), said.get("lang", "")
        return cls(
            rule=said.get("rule", ""),
            severity=severity if severity in set(_LEVELS) else "",
            tag=said.get("tag", ""),
            lang=lang if _CODE.fullmatch(lang) else "",
        )

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self == Choice()

    def query(self, **more: str) -> str:
        """Write it for an address, with what else belongs there."""
        return urlencode(more | {key: said for key in _KEYS if (said := getattr(self, key))})

    def among(self, rules: Mapping[str, Rule]) -> Among:
        """Say it to the store; a rule that is no longer in force may still be asked for by its name."""
        chosen: frozenset[str] | None = None
        if self.rule:
            chosen = frozenset({self.rule})
        if self.severity or self.tag:
            fitting = frozenset(one.id for one in rules.values() if self._fits(one))
            chosen = fitting if chosen is None else chosen & fitting
        return Among(rules=chosen, lang=self.lang or None)

    def _fits(self, rule: Rule) -> bool:
        least = _LEVELS.index(Severity(self.severity)) if self.severity else 0
        return _LEVELS.index(rule.severity) >= least and (not self.tag or self.tag in rule.tags)


def tags_of(rules: Iterable[Rule]) -> list[str]:
    """Every tag of the rules, sorted."""
    return sorted({tag for rule in rules for tag in rule.tags})


def severest(severities: Iterable[Severity]) -> Severity | None:
    """The one that matters most; None of none."""
    return max(severities, key=_LEVELS.index, default=None)
