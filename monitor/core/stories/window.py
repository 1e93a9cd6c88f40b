"""The window: every entry that can still attract others, found by key, by word, by story."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from monitor.core.models import Remembered, Source
from monitor.core.stories.common import BACKGROUND
from monitor.core.stories.identity import series_of
from monitor.core.stories.meaning import background, key_in, keys
from monitor.core.stories.observe import key64
from monitor.core.stories.postings import Postings
from monitor.core.stories.rarity import Rarity
from monitor.core.stories.shelf import Group, Shelf, micros
from monitor.core.stories.trace import Flag, Footprint, Glance, decode, entity_key

_PRIOR = 2000.0
_EXEMPLARS = 8
_EARLY = 4
_LATE = 4
_SAME_KEY = 8
_GROUP_NUMBERS = 1 << 40
_CLOCK_WAS_AHEAD = 24 * 3600 * 1_000_000
"""Microseconds."""


class Window:
    """Entries by number, with what they share. Its state follows from the entries in it alone."""

    def __init__(self, length: timedelta, *, limit: int, owners: Mapping[str, str]) -> None:
        self._length = length // timedelta(microseconds=1)
        self._limit = limit
        self._owners = owners
        self._now = 0
        self.shelf = Shelf()
        self.keys = Postings()
        self.terms = Postings()
        self.rarity = Rarity(BACKGROUND | background(), prior=_PRIOR)
        self.languages: Counter[str] = Counter()
        """How many entries there are of each language."""
        self.groups: dict[str, Group] = {}
        self._late: list[tuple[int, int]] = []
        self._last_group = _GROUP_NUMBERS

    def set_clock(self, now: int) -> None:
        """Set the time to when a new entry was first seen, in microseconds.

        Entries come a little out of order, and the time does not go back for that. Where it does by more than
        a day, a clock was ahead and has been set right: else what comes now would be forgotten at once.
        """
        if self._now - now > _CLOCK_WAS_AHEAD:
            self._now = now

    def expire(self, now: int) -> None:
        """Forget the entries first seen longer ago than the window, `now` in microseconds."""
        self._now = max(self._now, now)
        horizon = self._now - self._length
        shelf = self.shelf
        while len(shelf) and (shelf.time(shelf.first) < horizon or len(shelf) > self._limit):
            self.remove(shelf.first)
        while self._late and self._late[0][0] < horizon:
            _, seq = heapq.heappop(self._late)
            if shelf.holds(seq):
                self.remove(seq)
        self._drop_gone()

    def _drop_gone(self) -> None:
        self.keys.drop_before(self.shelf.first)
        self.terms.drop_before(self.shelf.first)

    def restore(self, source: Source, footprint: Footprint, trace: bytes, story: str) -> None:
        """Take in a stored entry; which of them are too old is told by the next that is new.

        What a clock that was ahead has dated would make all others too old.
        """
        while len(self.shelf) > self._limit:
            self.remove(self.shelf.first)
        self._drop_gone()
        self.enter(source, footprint, trace, story)
        self._now = max(self._now, micros(source.at))

    def reaches(self, at: int) -> bool:
        """Whether the window reaches back to a moment: the store's memory of it ends there as well."""
        return at >= self._now - self._length

    def story_id(self, seq: int) -> str:
        """The id of the story that an entry on the shelf belongs to."""
        group = self.shelf.group(seq)
        return group.id if group else self.shelf.entry_id(seq)

    def members(self, seq: int) -> Sequence[int]:
        """All entries of the story that an entry on the shelf belongs to, in order."""
        group = self.shelf.group(seq)
        return group.members if group else (seq,)

    def find(self, entry: str) -> int | None:
        """The number of the entry of this id, None if the window does not hold it."""
        for seq in self.keys.newest(key64("id", entry) >> 32, _SAME_KEY):
            if self.shelf.entry_id(seq) == entry:
                return seq
        return None

    def counts(self, seq: int) -> tuple[int, int, int]:
        """Of an entry's story: when it opened, in microseconds; its articles and independent texts so far."""
        group = self.shelf.group(seq)
        if group:
            return group.opened, group.entries, group.texts
        footprint = self.shelf.footprint(seq)
        return footprint.opened, footprint.entries, footprint.texts

    def exemplars(self, seq: int) -> list[Glance]:
        """The first and the latest members of an entry's story; live pages only if there is nothing else."""
        group = self.shelf.group(seq)
        members = (group.originals or group.members) if group else (seq,)
        chosen = members if len(members) <= _EXEMPLARS else [*members[:_EARLY], *members[-_LATE:]]
        seen = [*map(self.shelf.glance, chosen)]
        return [found for found in seen if not found.flags & Flag.LIVE] or seen

    def member(self, story: str) -> int | None:
        """The latest member of a story, None if the window holds none."""
        if (group := self.groups.get(story)) is not None:
            return group.members[-1]
        seq = self.find(story)
        return seq if seq is not None and self.shelf.group(seq) is None else None

    def owner(self, outlet: int) -> str:
        """Who owns an outlet: itself, unless it is one of a group."""
        name = self.shelf.outlet_name(outlet)
        return self._owners.get(name.casefold(), name)

    def tells(self, seq: int, outlet: int) -> bool:
        """Whether an outlet, or another of its owner, has told an entry's story already."""
        firsts = self.firsts(seq)
        if outlet in firsts or not self._owners:
            return outlet in firsts
        return self.owner(outlet) in map(self.owner, firsts)

    def firsts(self, seq: int) -> dict[int, int]:
        """Of an entry's story, the first member of each outlet, by number of the outlet."""
        group = self.shelf.group(seq)
        return group.firsts if group else {self.shelf.outlet(seq): seq}

    def speaking(self, seq: int) -> Sequence[int]:
        """Of an entry's story, the members whose text says who claims or denies what, in order."""
        group = self.shelf.group(seq)
        if group is not None:
            return group.speaking
        return (seq,) if self.shelf.footprint(seq).claims else ()

    def texts(self, seq: int) -> int:
        """Members of an entry's story that are no copies."""
        group = self.shelf.group(seq)
        return len(group.originals) if group else 1

    def named(self, seq: int) -> str:
        """An entry as a reason names it."""
        return self.shelf.outlet_name(self.shelf.outlet(seq)) or "an earlier entry"

    def credits(self, seq: int, agency: str) -> bool:
        """Whether the story has the agency's report already: who credits it then only repeats."""
        if not agency:
            return False
        group = self.shelf.group(seq)
        return any(
            self.shelf.footprint(number).agency == agency or agency in self.named(number).casefold()
            for number in (group.originals if group else (seq,))[:_EXEMPLARS]
        )

    def regroup(self, rows: Sequence[tuple[int, Remembered]]) -> None:
        """Give entries on the shelf, by number and in order, the story and the trace that their rows say."""
        for seq, _ in rows:
            self._leave_group(seq, self.shelf.footprint(seq))
            self.shelf.set_alone(seq)
        for seq, row in rows:
            self.shelf.retrace(seq, row.trace)
        for seq, row in rows:
            self._group(seq, row.source.entry, row.story, self.shelf.footprint(seq))

    def _leave_group(self, seq: int, footprint: Footprint, *, keep: str = "") -> None:
        group = self.shelf.group(seq)
        if group is not None:
            self._leave(seq, footprint, group)
            if not group.members and group.id != keep:
                del self.groups[group.id]

    def enter(self, source: Source, footprint: Footprint, trace: bytes, story: str) -> None:
        """Take in an entry."""
        seq = footprint.seq
        at = micros(source.at)
        if at < self._now:
            heapq.heappush(self._late, (at, seq))
        self.shelf.put(seq, source, trace)
        self._group(seq, source.entry, story, footprint)
        keys = [key64("id", source.entry) >> 32]
        keys += [key >> 32 for key in (footprint.url, footprint.title_key, footprint.text_key) if key]
        if series := series_of(source.title):
            keys.append(key64("series", series) >> 32)
        self.keys.add(seq, keys)
        self.keys.add(seq, footprint.sketch.indexed)
        entities = [entity_key(name) for name in footprint.entities]
        if not footprint.flags & (Flag.COPY | Flag.LIVE):
            abroad = [key_in(footprint.lang, token) for token in footprint.meant_title]
            self.terms.add(seq, (*footprint.rare(), *entities, *abroad))
        if not footprint.flags & Flag.COPY:
            self.rarity.add(_counted(footprint))
        self.languages[footprint.lang] += 1

    def _group(self, seq: int, entry: str, story: str, footprint: Footprint) -> None:
        group = self.groups.get(story)
        if group is None:
            if story == entry:
                return
            opener = self.find(story)
            group = self._new_group(story, footprint.opened)
            if opener is not None and opener < seq and self.shelf.group(opener) is None:
                self._join(opener, self.shelf.footprint(opener), group)
        self._join(seq, footprint, group)

    def _new_group(self, story: str, opened: int) -> Group:
        self._last_group += 1
        group = self.groups[story] = Group(story, self._last_group, opened)
        return group

    def _join(self, seq: int, footprint: Footprint, group: Group) -> None:
        group.members.append(seq)
        if not footprint.flags & Flag.COPY:
            group.originals.append(seq)
        outlet = self.shelf.outlet(seq)
        group.firsts[outlet] = min(seq, group.firsts.get(outlet, seq))
        for name in footprint.entities:
            group.entities[name] = group.entities.get(name, 0) + 1
        if footprint.claims:
            group.speaking.append(seq)
        group.partly += bool(footprint.flags & Flag.PARTLY)
        group.entries = max(group.entries, footprint.entries)
        group.texts = max(group.texts, footprint.texts)
        self.shelf.set_group(seq, group)

    def _leave(self, seq: int, footprint: Footprint, group: Group) -> None:
        group.members.remove(seq)
        if not footprint.flags & Flag.COPY:
            group.originals.remove(seq)
        outlet = self.shelf.outlet(seq)
        if group.firsts[outlet] == seq:
            del group.firsts[outlet]
            later = next((number for number in group.members if self.shelf.outlet(number) == outlet), None)
            if later is not None:
                group.firsts[outlet] = later
        for name in footprint.entities:
            group.entities[name] -= 1
            if not group.entities[name]:
                del group.entities[name]
        group.partly -= bool(footprint.flags & Flag.PARTLY)
        if footprint.claims:
            group.speaking.remove(seq)

    def remove(self, seq: int, *, keep: str = "") -> None:
        """Take an entry off the shelf; `keep` names a story that stays though it may be empty."""
        footprint = decode(self.shelf.trace(seq))
        self._leave_group(seq, footprint, keep=keep)
        if not footprint.flags & Flag.COPY:
            self.rarity.remove(_counted(footprint))
        self.languages[footprint.lang] -= 1
        self.shelf.clear(seq)
        self.keys.withdraw(seq)
        self.terms.withdraw(seq)


def _counted(footprint: Footprint) -> tuple[int, ...]:
    """What an entry adds to the counts of rarity."""
    meant = keys((*footprint.meant_title, *footprint.meant_body))
    return (*footprint.terms, *map(entity_key, footprint.entities), *meant)
