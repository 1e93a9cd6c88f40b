"""Which occurrences of several conditions stand near each other, and in order if need be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.core.matcher.scan import Occurrence


def neighbours(
    columns: Sequence[Sequence[Occurrence]], *, within: int, ordered: bool
) -> Iterator[tuple[Occurrence, ...]]:
    """Yield groups with one occurrence of each column, apart from each other, in one field.

    No two of a group have more than `within` words between them. Every occurrence that begins such a group
    begins one that is yielded. The work is proportional to the number of occurrences; how much each costs
    depends on `within` and the number of columns alone.

    Args:
        columns: for each condition its occurrences, in any order.
        within: words between the first and the last of a group at most.
        ordered: whether the group must stand in the order of the columns.
    """
    lines = [sorted(column, key=_place) if len(column) > 1 else list(column) for column in columns]
    heads = range(1) if ordered else range(len(lines))
    for head in heads:
        cursors = [0] * len(lines)
        rest = [number for number in range(len(lines)) if number != head]
        for one in lines[head]:
            windows = [_window(lines, cursors, number, one, within) for number in rest]
            if all(windows):
                group = _complete([one], windows, within=within, ordered=ordered)
                if group is not None:
                    yield tuple(group)


def _place(one: Occurrence) -> tuple[int, int, int]:
    return one.field, one.first, one.last


def _window(
    lines: list[list[Occurrence]], cursors: list[int], number: int, one: Occurrence, within: int
) -> list[Occurrence]:
    """Return the occurrences of a column that begin behind `one` and near enough."""
    line = lines[number]
    at = cursors[number]
    while at < len(line) and (line[at].field, line[at].first) <= (one.field, one.first):
        at += 1
    cursors[number] = at
    found = []
    while at < len(line) and line[at].field == one.field and line[at].first - one.last - 1 <= within:
        if line[at].first > one.last:
            found.append(line[at])
        at += 1
    return found


def _complete(
    group: list[Occurrence], windows: list[list[Occurrence]], *, within: int, ordered: bool
) -> list[Occurrence] | None:
    """Choose one occurrence of each window, none sharing a word with another, the nearest first."""
    if not windows:
        return group
    for one in windows[0]:
        behind = one.first > group[-1].last
        apart = behind if ordered else all(one.first > o.last or one.last < o.first for o in group)
        if apart:
            whole = _complete([*group, one], windows[1:], within=within, ordered=ordered)
            if whole is not None:
                return whole
    return None
