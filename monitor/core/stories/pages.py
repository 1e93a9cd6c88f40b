"""Byte strings by number, packed: no object for each, and what leaves gives its memory back."""

from __future__ import annotations

from array import array

_SIZE = 512
"""Strings of one page: some 100 kB, which the system takes back when the page is dropped."""


class Pages:
    """A list of byte strings that grows at the end and shrinks at the front.

    A string costs its bytes and four more; as an object of its own it would cost some fifty.
    """

    def __init__(self) -> None:
        self._full: list[bytes] = []
        self._ends: list[array[int]] = []
        self._open: list[bytes] = []
        self._changed: dict[int, bytes] = {}
        self._gone = 0
        """Pages dropped."""

    def __len__(self) -> int:
        """The number that the next string gets."""
        return (self._gone + len(self._full)) * _SIZE + len(self._open)

    @property
    def length(self) -> int:
        """The length of all strings that are held."""
        return sum(map(len, (*self._full, *self._open, *self._changed.values())))

    def append(self, text: bytes) -> None:
        """Add a string at the end."""
        self._open.append(text)
        if len(self._open) == _SIZE:
            self._close()

    def _close(self) -> None:
        ends = array("I")
        end = 0
        for text in self._open:
            end += len(text)
            ends.append(end)
        self._ends.append(ends)
        self._full.append(b"".join(self._open))
        self._open = []

    def __getitem__(self, number: int) -> bytes:
        """The string of a number that was not dropped."""
        page, place = divmod(number - self._gone * _SIZE, _SIZE)
        if page == len(self._full):
            return self._open[place]
        if number in self._changed:
            return self._changed[number]
        ends = self._ends[page]
        return self._full[page][ends[place - 1] if place else 0 : ends[place]]

    def change(self, number: int, text: bytes) -> None:
        """Put another string in a place."""
        place = number - (self._gone + len(self._full)) * _SIZE
        if place >= 0:
            self._open[place] = text
        else:
            self._changed[number] = text

    def drop_before(self, number: int) -> None:
        """Forget the pages all of whose strings are numbered below `number`."""
        pages = min(number // _SIZE - self._gone, len(self._full))
        if pages <= 0:
            return
        del self._full[:pages], self._ends[:pages]
        self._gone += pages
        if self._changed:
            first = self._gone * _SIZE
            self._changed = {place: text for place, text in self._changed.items() if place >= first}
