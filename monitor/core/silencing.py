"""What a silence may be told to match, and what is wrong with what a person wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from monitor.core.document import listed, suggestion
from monitor.core.models import Severity

MATCHERS: Final = ("rule", "severity", "story", "outlet", "source", "tag", "entity", "language")
"""The names that a matcher may have; each once, as an alert must satisfy all."""


def wrong_matcher(name: str, equals: str, value: str, found: Mapping[str, str]) -> str | None:
    """Say in a sentence why a matcher cannot be used beside those `found`; None if it can."""
    if not equals or not value:
        return f"'{name}{equals}' has no value; write it as rule=cross-border-raids"
    if name not in MATCHERS:
        return f"an alert has no '{name}'{suggestion(name, MATCHERS, otherwise=f'it has {listed(MATCHERS)}')}"
    if name in found:
        return f"'{name}' is given twice, and an alert cannot be both; add two silences"
    severities = [one.value for one in Severity]
    if name == "severity" and value not in severities:
        return f"there is no severity '{value}'; it is one of {listed(severities)}"
    return None
