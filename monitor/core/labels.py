"""Labels: what an alert is, in the words that routes and silences match on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from monitor.core.models import Entry, Severity, Silence

Labels = Mapping[str, frozenset[str]]
"""rule, severity, tag, entity, outlet, source, language to every value that holds; silences know `story`."""


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
        "source": frozenset({entry.outlet, entry.feed}),
        "language": frozenset({entry.lang} if entry.lang else ()),
    }


def silence_of(labels: Labels, story: str, silences: Iterable[Silence]) -> Silence | None:
    """Return the first silence all of whose matchers hold."""
    known = {**labels, "story": frozenset({story})}
    for silence in silences:
        if all(value in known.get(key, ()) for key, value in silence.matchers.items()):
            return silence
    return None
