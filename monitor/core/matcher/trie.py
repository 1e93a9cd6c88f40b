"""Terms as sequences of word classes, filed by their beginnings."""

from __future__ import annotations


class Trie:
    """All terms as sequences of word classes. Filled, then only read; a change is made to a copy."""

    __slots__ = ("_starts", "ends", "inner", "moves", "stride")

    def __init__(self, classes: int) -> None:
        self.stride = max(1, classes)
        self.moves: dict[int, int] = {}
        """node * stride + class -> node"""
        self.ends: dict[int, tuple[int, ...]] = {}
        """node -> terms that end there"""
        self.inner: set[int] = set()
        """nodes from which a move leads on"""
        self._starts: dict[int, int] = {}

    def add(self, term: int, classes: tuple[int, ...]) -> None:
        """File a term under its word classes (at least one)."""
        node = self._starts.setdefault(classes[0], len(self._starts) + len(self.moves))
        for word_class in classes[1:]:
            self.inner.add(node)
            key = node * self.stride + word_class
            node = self.moves.setdefault(key, len(self._starts) + len(self.moves))
        self.ends[node] = (*self.ends.get(node, ()), term)

    def remove(self, term: int, classes: tuple[int, ...]) -> None:
        """Take a term out; nodes that lead nowhere any more stay, and change nothing of what is found."""
        node = self._starts[classes[0]]
        for word_class in classes[1:]:
            node = self.moves[node * self.stride + word_class]
        left = tuple([one for one in self.ends[node] if one != term])
        if left:
            self.ends[node] = left
        else:
            del self.ends[node]

    def copied(self) -> Trie:
        """Return a trie of the same terms, to be changed."""
        copy = Trie(self.stride)
        for name in ("_starts", "ends", "inner", "moves"):
            setattr(copy, name, getattr(self, name).copy())
        return copy

    def start(self, word_class: int) -> int | None:
        """Return the node that a class leads to from the root."""
        return self._starts.get(word_class)
