"""One pass over the words of a text: which terms stand where.

    text -> chunks at white space -> remembered words of each chunk -> walk in the trie of word classes

Chunks repeat all over a stream of news, so what a chunk holds is looked up once and remembered; the walk
starts only at words that begin some term. Places are counted in words; offsets are worked out for hits
alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import compress
from typing import Final

from monitor.core.matcher.lexicon import Lexicon, Need
from monitor.core.text import Word, words

_REMEMBERED: Final = 1 << 18
"""Chunks remembered at most, about 30 MB; then memory starts afresh, which costs a few milliseconds."""
_LONG: Final = 80
"""Longer chunks (addresses, unspaced scripts) hardly repeat and are not remembered whole."""
_SENTENCE_ENDS: Final = frozenset(".!?…:;|•")
_OPENING: Final = "\"«„“”'‘’([—–-* "
_EDGES: Final = '.,:;!?…()[]«»„“”"<>|/—–-*'
"""Punctuation that neither joins words nor belongs to one."""
_PLAIN_WORD: Final = re.compile("[a-zA-Z0-9]+|[а-яА-ЯіїєґІЇЄҐ]+")
"""Words that folding only makes lower-case."""
_LOOK_BACK: Final = 12
_COPYING: Final = 10_000_000
"""Signs that may be copied at most to find offsets the quick way."""


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


Known = Token | Pieces | None
"""What is remembered of a chunk; None for one word of no class."""


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


class ScannedText:
    """One field cut into words, with the offsets of each word on request."""

    __slots__ = (
        "_chunks",
        "_piece_firsts",
        "_pieces",
        "_starts",
        "found",
        "length",
        "marked",
        "text",
        "tokens",
    )

    def __init__(self, text: str, chunks: list[str], known: list[Known]) -> None:
        self.text = text
        self._chunks = chunks
        self._starts: dict[int, int] | None = None
        self._pieces: list[tuple[int, int, int]] = []
        self._piece_firsts: list[int] = []
        self.marked = list(compress(range(len(known)), known))
        """Numbers of the words that belong to some class."""
        several = [index for index in self.marked if type(known[index]) is Pieces]
        if several:
            known = self._flattened(known, several)
            self.marked = list(compress(range(len(known)), known))
        self.tokens: list[Token | None] = known  # type: ignore[assignment]
        self.length = len(known)
        self.found: list[tuple[int, int, int]] = []
        """(term, first word, last word), in reading order of the first"""

    def _flattened(self, known: list[Known], several: list[int]) -> list[Known]:
        flat: list[Known] = []
        done = 0
        for index in several:
            flat += known[done:index]
            parts = known[index].words  # type: ignore[union-attr]
            self._pieces.append((len(flat), index, len(parts)))
            self._piece_firsts.append(len(flat))
            flat += parts
            done = index + 1
        flat += known[done:]
        return flat

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the offsets in the text of the words from `first`, which begins a find, to `last`."""
        head, tail = self.tokens[first], self.tokens[last]
        if head is None or tail is None:
            raise IndexError(first, last)
        chunk, final = self._chunk_of(first), self._chunk_of(last)
        if self._starts is None:
            self._starts = self._starts_of_finds()
        start = at = self._starts[chunk]
        while chunk < final:
            at = self.text.index(self._chunks[chunk + 1], at + len(self._chunks[chunk]))
            chunk += 1
        return start + head.start, at + tail.end

    def _chunk_of(self, word: int) -> int:
        at = bisect_right(self._piece_firsts, word) - 1
        if at < 0:
            return word
        first, chunk, parts = self._pieces[at]
        return chunk if word < first + parts else chunk + 1 + word - first - parts

    def _starts_of_finds(self) -> dict[int, int]:
        """Return where the chunks begin in which finds begin.

        What remains of a text after so many chunks tells where the next begins. Cutting copies the rest,
        so where finds are many in a long text each chunk is looked for instead.
        """
        chunks, text = self._chunks, self.text
        wanted = dict.fromkeys(map(self._chunk_of, sorted({first for _, first, _ in self.found})))
        starts: dict[int, int] = {}
        if len(wanted) * len(text) < _COPYING:
            rest, done = text, 0
            for chunk in wanted:
                rest = rest.split(None, chunk - done)[-1]
                done = chunk
                starts[chunk] = len(text) - len(rest)
            return starts
        at = 0
        for number, chunk_text in enumerate(chunks):
            at = text.index(chunk_text, at)
            if number in wanted:
                starts[number] = at
            at += len(chunk_text)
        return starts

    def begins_sentence(self, first: int) -> bool:
        """Whether nothing, or the end of a sentence, stands before a known token."""
        start, _ = self.span(first, first)
        before = self.text[max(0, start - _LOOK_BACK) : start]
        if "\n" in before:
            return True
        opened = before.rstrip(_OPENING)
        return not opened or opened[-1] in _SENTENCE_ENDS


_EMPTY: Final = ScannedText("", [], [])


class _Memory(dict[str, Known]):
    """What is remembered of chunks; reads those it does not know."""

    __slots__ = ("_lexicon", "_trie")

    def __init__(self, lexicon: Lexicon, trie: Trie) -> None:
        super().__init__()
        self._lexicon = lexicon
        self._trie = trie

    def __missing__(self, chunk: str) -> Known:
        word = chunk.strip(_EDGES)
        if _PLAIN_WORD.fullmatch(word):
            known = self._plain(chunk, word)
        else:
            parts = tuple([self._token(one) for one in words(chunk)])
            known = parts[0] if len(parts) == 1 else Pieces(parts)
        if len(chunk) <= _LONG:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[chunk] = known
        return known

    def _plain(self, chunk: str, word: str) -> Known:
        """Do what `words` would, for the word that most chunks are, between mere punctuation."""
        folded = word.lower()
        if not self._lexicon.classes(folded, word):
            return None
        start = chunk.index(word)
        return self._token(Word(start, start + len(word), folded, word))

    def _token(self, word: Word) -> Token | None:
        found = self._lexicon.classes(word.folded, word.spelling)
        if not found:
            return None
        classes = tuple(sorted({word_class for word_class, _ in found}))
        roots = tuple(node for one in classes if (node := self._trie.start(one)) is not None)
        anywhere = {word_class for word_class, need in found if not need & Need.NOT_FIRST}
        return Token(word, classes, roots, frozenset(classes) - anywhere)


class Scanner:
    """Finds terms in texts. Reads only, but for its memory of chunks, which threads may share."""

    __slots__ = ("_memory", "_trie")

    def __init__(self, lexicon: Lexicon, trie: Trie) -> None:
        self._trie = trie
        self._memory = _Memory(lexicon, trie)

    def scan(self, text: str) -> ScannedText:
        """Cut a text into words and find every term in it."""
        if not text:
            return _EMPTY
        chunks = text.split()
        scanned = ScannedText(text, chunks, list(map(self._memory.__getitem__, chunks)))
        tokens, found = scanned.tokens, scanned.found
        ends, inner = self._trie.ends, self._trie.inner
        for index in scanned.marked:
            for node in tokens[index].roots:  # type: ignore[union-attr]
                if node in ends:
                    for term in ends[node]:
                        found.append((term, index, index))
                if node in inner:
                    self._follow(scanned, node, index)
        return scanned

    def _follow(self, scanned: ScannedText, node: int, first: int) -> None:
        """Walk on from the node that the word `first` leads to, as far as the words lead."""
        ends, inner, moves, stride = self._trie.ends, self._trie.inner, self._trie.moves, self._trie.stride
        nodes = [node]
        tokens = scanned.tokens
        at = first + 1
        while nodes and at < scanned.length and (token := tokens[at]):
            reached = [
                to
                for start in nodes
                for one in token.classes
                if (to := moves.get(start * stride + one)) is not None
            ]
            for step in reached:
                for term in ends.get(step, ()):
                    scanned.found.append((term, first, at))
            nodes = [step for step in reached if step in inner]
            at += 1
