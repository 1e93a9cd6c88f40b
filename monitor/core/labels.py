"""Labels: what an alert is, in the words that routes and silences match on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from monitor.core.models import Entry, Severity

Labels = Mapping[str, frozenset[str]]
"""rule, severity, tag, entity, outlet and language to every value that holds; silences also know `story`."""


def labels_of(
    entry: Entry, *, rule: str, severity: Severity, tags: Iterable[str] = (), entities: Iterable[str] = ()
) -> Labels:
    """Return the labels of an alert of a rule on an entry; the tags are the rule's and the feed's."""
    return {
        "rule": frozenset({rule}),
        "severity": frozenset({severity.value}),
        "tag": frozenset(tags).union(entry.tags),
        "entity": frozenset(entities),
        "outlet": frozenset({entry.outlet}),
        "language": frozenset({entry.lang} if entry.lang else ()),
    }
