"""One pass over the words of a text: which terms stand where.

    text -> chunks at white space -> remembered words of each chunk -> walk in the trie of word classes

Chunks repeat all over a stream of news, so what a chunk holds is looked up once and remembered; the walk
starts only at words that begin some term. Places are counted in words; offsets are worked out for hits
alone.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import Final

from monitor.core.matcher.lexicon import Lexicon, Need
from monitor.core.text import Word, words

_REMEMBERED: Final = 1 << 17
"""Chunks remembered at most, about 30 MB; then memory starts afresh, which costs a few milliseconds."""
_LONG: Final = 80
"""Longer chunks (addresses, unspaced scripts) hardly repeat and are not remembered whole."""
_SENTENCE_ENDS: Final = frozenset(".!?…:;|•")
_OPENING: Final = "\"«„“”'‘’([—–-* "
_LOOK_BACK: Final = 12


class Token:
    """A word that belongs to some class: its place in its chunk, its classes, the trie nodes it starts."""

    __slots__ = ("classes", "end", "late", "roots", "start")

    def __init__(
        self, word: Word, classes: tuple[int, ...], roots: tuple[int, ...], late: frozenset[int]
    ) -> None:
        self.start = word.start
        self.end = word.end
        self.classes = classes
        self.roots = roots
        self.late = late
        """Classes it belongs to only where it does not begin a sentence."""


class Pieces:
    """A chunk that holds no word, or several; None stands for words of no class."""

    __slots__ = ("words",)

    def __init__(self, parts: tuple[Token | None, ...]) -> None:
        self.words = parts


Known = Token | Pieces | int
"""What is remembered of a chunk; 0 for one word of no class."""


class Trie:
    """All terms as sequences of word classes. Filled once, then only read."""

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

    def start(self, word_class: int) -> int | None:
        """Return the node that a class leads to from the root."""
        return self._starts.get(word_class)


class ScannedText:
    """One field cut into words, with the offsets of each word on request."""

    __slots__ = ("_chunks", "_piece_firsts", "_pieces", "_starts", "found", "length", "text", "tokens")

    def __init__(self, text: str, chunks: list[str], known: list[Known]) -> None:
        self.text = text
        self._chunks = chunks
        self._starts: list[int] | None = None
        self._pieces: list[tuple[int, int, int]] = []
        self._piece_firsts: list[int] = []
        self.tokens: list[Known | None] = self._flattened(known)
        self.length = len(self.tokens)
        self.found: list[tuple[int, int, int]] = []
        """(term, first word, last word), in reading order"""

    def _flattened(self, known: list[Known]) -> list[Known | None]:
        several = [index for index, one in enumerate(known) if type(one) is Pieces]
        flat: list[Known | None] = []
        done = 0
        for index in several:
            flat += known[done:index]
            parts = known[index].words  # type: ignore[union-attr]
            self._pieces.append((len(flat), index, len(parts)))
            self._piece_firsts.append(len(flat))
            flat += parts
            done = index + 1
        if not several:
            return known  # type: ignore[return-value]
        flat += known[done:]
        return flat

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the offsets in the text of the words from `first` to `last`, both known tokens."""
        starts = self._starts
        if starts is None:
            starts = self._starts = _chunk_starts(self.text, self._chunks)
        head, tail = self.tokens[first], self.tokens[last]
        return starts[self._chunk_of(first)] + head.start, starts[self._chunk_of(last)] + tail.end  # type: ignore[union-attr]

    def _chunk_of(self, word: int) -> int:
        at = bisect_right(self._piece_firsts, word) - 1
        if at < 0:
            return word
        first, chunk, parts = self._pieces[at]
        return chunk if word < first + parts else chunk + 1 + word - first - parts

    def begins_sentence(self, first: int) -> bool:
        """Whether nothing, or the end of a sentence, stands before a known token."""
        start, _ = self.span(first, first)
        before = self.text[max(0, start - _LOOK_BACK) : start]
        if "\n" in before:
            return True
        opened = before.rstrip(_OPENING)
        return not opened or opened[-1] in _SENTENCE_ENDS


def _chunk_starts(text: str, chunks: list[str]) -> list[int]:
    """Return where each chunk begins: by adding up where single spaces part them, else by looking."""
    total = sum(map(len, chunks))
    if total + len(chunks) - 1 == len(text):
        return [end + gaps for gaps, end in enumerate(accumulate(map(len, chunks), initial=0))]
    starts: list[int] = []
    at = 0
    for chunk in chunks:
        at = text.index(chunk, at)
        starts.append(at)
        at += len(chunk)
    return starts


class Scanner:
    """Finds terms in texts. Reads only, but for its memory of chunks, which threads may share."""

    __slots__ = ("_lexicon", "_memory", "_trie")

    def __init__(self, lexicon: Lexicon, trie: Trie) -> None:
        self._lexicon = lexicon
        self._trie = trie
        self._memory: dict[str, Known] = {}

    def scan(self, text: str) -> ScannedText:
        """Cut a text into words and find every term in it."""
        chunks = text.split()
        memory = self._memory
        known: list[Known | None] = list(map(memory.get, chunks))
        if None in known:
            self._learn(chunks, known)
        scanned = ScannedText(text, chunks, known)  # type: ignore[arg-type]
        self._walk(scanned)
        return scanned

    def _learn(self, chunks: list[str], known: list[Known | None]) -> None:
        if len(self._memory) > _REMEMBERED:
            self._memory = {}
        memory = self._memory
        for index, one in enumerate(known):
            if one is not None:
                continue
            chunk = chunks[index]
            found = memory.get(chunk)
            if found is None:
                found = self._read(chunk)
                if len(chunk) <= _LONG and len(memory) <= 2 * _REMEMBERED:
                    memory[chunk] = found
            known[index] = found

    def _read(self, chunk: str) -> Known:
        parts = tuple([self._token(word) for word in words(chunk)])
        if len(parts) == 1:
            return parts[0] or 0
        return Pieces(parts)

    def _token(self, word: Word) -> Token | None:
        found = self._lexicon.classes(word.folded, word.spelling)
        if not found:
            return None
        classes = tuple(sorted({word_class for word_class, _ in found}))
        roots = tuple(node for one in classes if (node := self._trie.start(one)) is not None)
        anywhere = {word_class for word_class, need in found if not need & Need.NOT_FIRST}
        late = frozenset(classes) - anywhere
        return Token(word, classes, roots, late)

    def _walk(self, scanned: ScannedText) -> None:
        ends, inner = self._trie.ends, self._trie.inner
        found = scanned.found
        for index, token in enumerate(scanned.tokens):
            if token:
                for node in token.roots:  # type: ignore[union-attr]
                    if node in ends:
                        for term in ends[node]:
                            found.append((term, index, index))
                    if node in inner:
                        self._follow(scanned, node, index)

    def _follow(self, scanned: ScannedText, node: int, first: int) -> None:
        ends, inner, moves, stride = self._trie.ends, self._trie.inner, self._trie.moves, self._trie.stride
        nodes = [node]
        tokens = scanned.tokens
        at = first + 1
        while nodes and at < scanned.length and (token := tokens[at]):
            classes = token.classes  # type: ignore[union-attr]
            reached = [
                step
                for node in nodes
                for one in classes
                if (step := moves.get(node * stride + one)) is not None
            ]
            for step in reached:
                for term in ends.get(step, ()):
                    scanned.found.append((term, first, at))
            nodes = [step for step in reached if step in inner]
            at += 1
