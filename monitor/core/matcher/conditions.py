"""Compiled conditions: each says whether it holds in a reading, and gathers the proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

import re2

from monitor.core.matcher.occurrences import FIELDS, Reading
from monitor.core.matcher.proximity import neighbours
from monitor.core.matcher.scan import Occurrence
from monitor.core.models import Entry, Hit, TextField
from monitor.core.rules.tree import Place

Fields = tuple[int, ...]
"""Numbers of the fields a condition reads."""
EVERYWHERE: Final[Fields] = (0, 1, 2)
_MOST_HITS: Final = 100
"""Hits of one regex in one field that are kept as proof."""


class Found(Protocol):
    """Takes the proof of a condition: an occurrence, or a hit of a regex."""

    def append(self, one: Occurrence | Hit, /) -> None:
        """Take one."""


class Test:
    """A condition ready to be weighed; subclasses say what it takes."""

    __slots__ = ("at", "says")

    def __init__(self, says: str, at: Place) -> None:
        self.says = says
        self.at = at

    def holds(self, reading: Reading, fields: Fields) -> bool:
        """Whether the condition is satisfied."""
        raise NotImplementedError

    def count(self, reading: Reading, fields: Fields) -> int:
        """Return how many different things satisfy it, for `min`."""
        return int(self.holds(reading, fields))

    def gather(self, reading: Reading, fields: Fields, found: list[Occurrence | Hit]) -> None:
        """Add the proof of a condition that holds."""

    def occurrences(self, reading: Reading, fields: Fields) -> list[Occurrence]:
        """Return where it is satisfied, for conditions that can be near each other."""
        del reading, fields
        return []

    @property
    def children(self) -> tuple[Test, ...]:
        """The conditions it is made of."""
        return ()

    def fields_of_children(self, fields: Fields) -> Fields:
        """Return the fields that its children read."""
        return fields


def _within(occurrences: list[Occurrence], fields: Fields) -> list[Occurrence]:
    if fields is EVERYWHERE:
        return occurrences
    return [one for one in occurrences if one.field in fields]


class HasTerm(Test):
    """Some occurrence of a phrase."""

    __slots__ = ("term",)

    def __init__(self, says: str, at: Place, term: int) -> None:
        super().__init__(says, at)
        self.term = term

    def holds(self, reading: Reading, fields: Fields) -> bool:
        """Whether the condition is satisfied."""
        if fields is EVERYWHERE:
            return self.term in reading.by_term
        return bool(self.occurrences(reading, fields))

    def gather(self, reading: Reading, fields: Fields, found: list[Occurrence | Hit]) -> None:
        """Add the proof."""
        found += self.occurrences(reading, fields)

    def occurrences(self, reading: Reading, fields: Fields) -> list[Occurrence]:
        """Return where it is satisfied."""
        occurrences = reading.by_term.get(self.term)
        return _within(occurrences, fields) if occurrences else []


class HasEntity(Test):
    """Some mention of any of several entities."""

    __slots__ = ("entities",)

    def __init__(self, says: str, at: Place, entities: tuple[str, ...]) -> None:
        super().__init__(says, at)
        self.entities = entities

    def holds(self, reading: Reading, fields: Fields) -> bool:
        """Whether the condition is satisfied."""
        by_entity = reading.by_entity
        for entity in self.entities:
            if entity in by_entity and (fields is EVERYWHERE or _within(by_entity[entity], fields)):
                return True
        return False

    def count(self, reading: Reading, fields: Fields) -> int:
        """Return how many different things satisfy it."""
        return sum(map(bool, self._mentions(reading, fields)))

    def _mentions(self, reading: Reading, fields: Fields) -> list[list[Occurrence]]:
        by_entity = reading.by_entity
        return [_within(by_entity[entity], fields) for entity in self.entities if entity in by_entity]

    def gather(self, reading: Reading, fields: Fields, found: list[Occurrence | Hit]) -> None:
        """Add the proof."""
        for mentions in self._mentions(reading, fields):
            found += mentions

    def occurrences(self, reading: Reading, fields: Fields) -> list[Occurrence]:
        """Return where it is satisfied."""
        return [one for mentions in self._mentions(reading, fields) for one in mentions]


class HasPattern(Test):
    """An RE2 pattern that matches the text of a field as it stands there."""

    __slots__ = ("_pattern", "_source")

    def __init__(self, says: str, at: Place, pattern: str) -> None:
        super().__init__(says, at)
        self._source = pattern
        options = re2.Options()
        options.log_errors = False
        self._pattern: Any = re2.compile(pattern, options)

    def holds(self, reading: Reading, fields: Fields) -> bool:
        """Whether the condition is satisfied."""
        return any(self._pattern.search(_encodable(reading.texts[field].text)) for field in fields)

    def gather(self, reading: Reading, fields: Fields, found: list[Occurrence | Hit]) -> None:
        """Add the proof."""
        for field in fields:
            text = reading.texts[field].text
            for number, match in enumerate(self._pattern.finditer(_encodable(text))):
                start, end = match.span()
                if number >= _MOST_HITS:
                    break
                if end > start:
                    shown = text[start:end]
                    found.append(
                        Hit(field=FIELDS[field], start=start, end=end, text=shown, term=self._source)
                    )


def _encodable(text: str) -> str:
    """Replace lone surrogates, which no UTF-8 text can hold, one sign for one."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= one <= "\udfff" else one for one in text)
    return text


class Every(Test):
    """All children hold."""

    __slots__ = ("_children",)

    def __init__(self, says: str, at: Place, children: tuple[Test, ...]) -> None:
        super().__init__(says, at)
        self._children = children

    @property
    def children(self) -> tuple[Test, ...]:
        """The conditions it is made of."""
        return self._children

    def holds(self, reading: Reading, fields: Fields) -> bool:
        """Whether the condition is satisfied."""
        return all(child.holds(reading, fields) for child in self._children)

    def gather(self, reading: Reading, fields: Fields, found: list[Occurrence | Hit]) -> None:
        """Add the proof."""
        for child in self._children:
            child.gather(reading, fields, found)


class Some(Every):
    """At least so many different ones of what the children name hold."""

    __slots__ = ("_minimum",)

    def __init__(self, says: str, at: Place, children: tuple[Test, ...], minimum: int) -> None:
        super().__init__(says, at, children)
        self._minimum = minimum

    def holds(self, reading: Reading, fields: Fields) -> bool:
        """Whether the condition is satisfied."""
        if self._minimum == 1:
            return any(child.holds(reading, fields) for child in self._children)
        return sum(child.count(reading, fields) for child in self._children) >= self._minimum

    def gather(self, reading: Reading, fields: Fields, found: list[Occurrence | Hit]) -> None:
        """Add the proof."""
        for child in self._children:
            if child.holds(reading, fields):
                child.gather(reading, fields, found)

    def occurrences(self, reading: Reading, fields: Fields) -> list[Occurrence]:
        """Return where it is satisfied."""
        return [one for child in self._children for one in child.occurrences(reading, fields)]


class NoneHolds(Every):
    """No child holds; there is nothing to show for it."""

    __slots__ = ()

    def holds(self, reading: Reading, fields: Fields) -> bool:
        """Whether the condition is satisfied."""
        return not any(child.holds(reading, fields) for child in self._children)

    def gather(self, reading: Reading, fields: Fields, found: list[Occurrence | Hit]) -> None:
        """Add the proof."""
        del reading, fields, found


class Close(Every):
    """Occurrences of all children stand within so many words of each other in one field."""

    __slots__ = ("_ordered", "_within")

    def __init__(
        self, says: str, at: Place, children: tuple[Test, ...], *, within: int, ordered: bool
    ) -> None:
        super().__init__(says, at, children)
        self._within = within
        self._ordered = ordered

    def holds(self, reading: Reading, fields: Fields) -> bool:
        """Whether the condition is satisfied."""
        return next(self._groups(reading, fields), None) is not None

    def gather(self, reading: Reading, fields: Fields, found: list[Occurrence | Hit]) -> None:
        """Add the proof."""
        for group in self._groups(reading, fields):
            found += group

    def _groups(self, reading: Reading, fields: Fields) -> Iterator[Sequence[Occurrence]]:
        columns = [child.occurrences(reading, fields) for child in self._children]
        if not all(columns):
            return iter(())
        return neighbours(columns, within=self._within, ordered=self._ordered)


class Inside(Every):
    """The child holds in these fields alone."""

    __slots__ = ("_fields",)

    def __init__(self, says: str, at: Place, child: Test, fields: Fields) -> None:
        super().__init__(says, at, (child,))
        self._fields = fields

    def fields_of_children(self, fields: Fields) -> Fields:
        """Return the fields that the child reads."""
        del fields
        return self._fields

    def holds(self, reading: Reading, fields: Fields) -> bool:
        """Whether the condition is satisfied."""
        return self._children[0].holds(reading, self._fields)

    def count(self, reading: Reading, fields: Fields) -> int:
        """Return how many different things satisfy it."""
        return self._children[0].count(reading, self._fields)

    def gather(self, reading: Reading, fields: Fields, found: list[Occurrence | Hit]) -> None:
        """Add the proof."""
        self._children[0].gather(reading, self._fields, found)

    def occurrences(self, reading: Reading, fields: Fields) -> list[Occurrence]:
        """Return where it is satisfied."""
        return self._children[0].occurrences(reading, self._fields)


class OfEntry(Test):
    """Something about the entry as a whole: its source, its language."""

    __slots__ = ("_true_of",)

    def __init__(self, says: str, at: Place, true_of: Callable[[Entry], bool]) -> None:
        super().__init__(says, at)
        self._true_of = true_of

    def holds(self, reading: Reading, fields: Fields) -> bool:
        """Whether the condition is satisfied."""
        return self._true_of(reading.entry)


def numbers_of(fields: Sequence[TextField]) -> Fields:
    """Return the numbers of fields, all of them for none given."""
    numbers = tuple(sorted({FIELDS.index(field) for field in fields}))
    return EVERYWHERE if numbers in ((), EVERYWHERE) else numbers
