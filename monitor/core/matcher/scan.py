"""One pass over the words of a text: which terms stand where.

    text -> chunks at white space -> remembered words of each chunk -> walk in the trie of word classes

Chunks repeat all over a stream of news, so what a chunk holds is looked up once and remembered; the walk
starts only at words that begin some term. Places are counted in words; offsets are worked out for hits
alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import compress
from typing import Final, NamedTuple

from monitor.core.matcher.lexicon import Lexicon, Need
from monitor.core.matcher.trie import Trie
from monitor.core.text import Word, runs_of, within

_REMEMBERED: Final = 1 << 18
"""Chunks remembered at most, about 30 MB; then memory starts afresh, which costs a few milliseconds."""
_LONG: Final = 80
"""Longer chunks (addresses, unspaced scripts) hardly repeat and are not remembered whole."""
_EDGES: Final = '.,:;!?…()[]«»„“”"<>|/—–-*'
"""Punctuation that neither joins words nor belongs to one."""
_PLAIN_WORD: Final = re.compile("[a-zA-Z0-9]+|[а-яА-ЯіїєґІЇЄҐ]+")
"""Words that folding only makes lower-case."""
_NOT_FIRST: Final = int(Need.NOT_FIRST)
_SENTENCE_ENDS: Final = frozenset(".!?…:;|•")
_OPENING: Final = "\"«„“”'‘’([—–-* "
_LOOK_BACK: Final = 12
_WIDE: Final = 1000
"""Signs of white space beyond one for each gap with which a chunk is still sought ahead."""


class Token:
    """A word that belongs to some class: its place in its chunk, and what it is or begins."""

    __slots__ = ("alone", "classes", "end", "late", "onward", "start")

    def __init__(self, place: tuple[int, int], found: list[tuple[int, int]], trie: Trie) -> None:
        self.start, self.end = place
        self.classes = tuple(sorted({word_class for word_class, _ in found}))
        nodes = [(one, node) for one in self.classes if (node := trie.start(one)) is not None]
        self.alone = tuple([term for _, node in nodes for term in trie.ends.get(node, ())])
        """Terms of one word that it is."""
        self.onward = tuple([node for _, node in nodes if node in trie.inner])
        """Nodes of the trie where a longer term may go on."""
        anywhere = {word_class for word_class, need in found if not need & _NOT_FIRST}
        self.late = frozenset(
            [term for one, node in nodes if one not in anywhere for term in trie.ends.get(node, ())]
        )
        """Of the terms of one word those that it is only where it does not begin a sentence."""


class Pieces:
    """A chunk that holds no word, or several; None stands for words of no class."""

    __slots__ = ("marked", "words")

    def __init__(self, parts: tuple[Token | None, ...]) -> None:
        self.words = parts
        self.marked = tuple([number for number, part in enumerate(parts) if part is not None])
        """Numbers of the words that belong to some class."""


class Found(NamedTuple):
    """A word that belongs to classes, each with what it still needs."""

    word: Word
    classes: list[tuple[int, int]]


Known = Token | Pieces | None
"""What is remembered of a chunk; None for one word of no class."""


class Occurrence(NamedTuple):
    """One term at one place: words `first` to `last` of a field. They sort in reading order."""

    field: int
    first: int
    last: int
    term: int


_occurrence: Final = partial(tuple.__new__, Occurrence)
"""Makes an Occurrence of its four numbers in a third of the time: it is done for every find."""


class ScannedText:
    """One field cut into words, with the offsets of each find on request."""

    __slots__ = ("_chunks", "_odd", "_odd_firsts", "_starts", "field", "found", "known", "late", "text")

    def __init__(self, text: str, field: int, chunks: list[str], known: list[Known]) -> None:
        self.text = text
        self.field = field
        self.known = known
        """What each chunk holds, and None behind the last."""
        self._chunks = chunks
        self._odd: list[tuple[int, int, int]] = []
        """(first word, chunk, words) of each chunk that is not one word"""
        self._odd_firsts: list[int] = []
        self._starts: dict[int, int] | None = None
        self.found: list[Occurrence] = []
        """Every find, in reading order."""
        self.late: dict[int, frozenset[int]] = {}
        """word -> terms that it is only if it does not begin a sentence"""

    def is_odd(self, first: int, chunk: int, count: int) -> None:
        """Note a chunk that does not hold one word, in reading order."""
        self._odd.append((first, chunk, count))
        self._odd_firsts.append(first)

    def length(self) -> int:
        """Return the number of words."""
        several = [len(one.words) - 1 for one in self.known if type(one) is Pieces]
        return len(self._chunks) + sum(several)

    def words_from(self, chunk: int, part: int) -> Iterator[Token | None]:
        """Yield the words from one on, and None behind the last."""
        for at in range(chunk, len(self.known)):
            one = self.known[at]
            if type(one) is Pieces:
                for number in range(part, len(one.words)):
                    yield one.words[number]
            else:
                yield one  # type: ignore[misc]
            part = 0

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the offsets in the text of the words from `first`, which begins a find, to `last`."""
        chunk, head = self._place_of(first)
        final, tail = (chunk, head) if last == first else self._place_of(last)
        if self._starts is None:
            self._starts = self._starts_of_finds()
        start = at = self._starts[chunk]
        while chunk < final:
            at = self.text.index(self._chunks[chunk + 1], at + len(self._chunks[chunk]))
            chunk += 1
        return start + head.start, at + tail.end

    def _place_of(self, word: int) -> tuple[int, Token]:
        """Return the chunk that holds a word of a find, and the word."""
        chunk, part = self._chunk_of(word)
        one = self.known[chunk]
        if type(one) is Pieces:
            one = one.words[part]
        if type(one) is not Token:
            raise IndexError(word)
        return chunk, one

    def _chunk_of(self, word: int) -> tuple[int, int]:
        at = bisect_right(self._odd_firsts, word) - 1
        if at < 0:
            return word, 0
        first, chunk, count = self._odd[at]
        return (chunk, word - first) if word < first + count else (chunk + 1 + word - first - count, 0)

    def _starts_of_finds(self) -> dict[int, int]:
        """Return where the chunks begin in which finds begin."""
        chunks, text = self._chunks, self.text
        wide = len(text) - len("".join(chunks)) - len(chunks) + 1
        known, at = 0, text.index(chunks[0])
        starts: dict[int, int] = {}
        for first in dict.fromkeys([one.first for one in self.found]):
            chunk = self._chunk_of(first)[0]
            at = self._start_of(chunk, known, at, wide)
            known = chunk
            starts[chunk] = at
        return starts

    def _start_of(self, chunk: int, known: int, at: int, wide: int) -> int:
        """Return where a chunk begins; `known` begins at `at`, `wide` is white space beyond one sign a gap.

        Where the chunk may begin by the length of those before is mostly one place. Else it is looked for
        from chunk to chunk.
        """
        chunks, text = self._chunks, self.text
        least = at + len("".join(chunks[known:chunk])) + chunk - known
        if not wide:
            return least
        sought = chunks[chunk]
        end = least + wide + len(sought)
        place = text.find(sought, least, end)
        if wide <= _WIDE and text.find(sought, place + 1, end) < 0:
            return place
        for number in range(known, chunk):
            at = text.index(chunks[number + 1], at + len(chunks[number]))
        return at

    def begins_sentence(self, first: int) -> bool:
        """Whether nothing, or the end of a sentence, stands before a word that begins a find."""
        start, _ = self.span(first, first)
        before = self.text[max(0, start - _LOOK_BACK) : start]
        if "\n" in before:
            return True
        opened = before.rstrip(_OPENING)
        return not opened or opened[-1] in _SENTENCE_ENDS


_EMPTY: Final = tuple([ScannedText("", field, [], []) for field in range(3)])


_NOTHING: Final = (None,)
"""What is held by a run of letters that is one word of no class."""


class _Words(dict[str, tuple[Found | None, ...]]):
    """What is remembered of runs of letters: the words in each, None for those of no class."""

    __slots__ = ("_lexicon",)

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__()
        self._lexicon = lexicon

    def __missing__(self, run: str) -> tuple[Found | None, ...]:
        held = tuple(map(self._found, within(run)))
        if held == _NOTHING:
            held = _NOTHING
        if len(run) <= _LONG:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[run] = held
        return held

    def _found(self, word: Word) -> Found | None:
        classes = self._lexicon.classes(word.folded, word.spelling)
        return Found(word, classes) if classes else None


class _Memory(dict[str, Known]):
    """What is remembered of chunks; reads those it does not know."""

    __slots__ = ("_lexicon", "_trie", "_words")

    def __init__(self, lexicon: Lexicon, trie: Trie) -> None:
        super().__init__()
        self._lexicon = lexicon
        self._trie = trie
        self._words = _Words(lexicon)

    def __missing__(self, chunk: str) -> Known:
        word = chunk.strip(_EDGES)
        if _PLAIN_WORD.fullmatch(word):
            known = self._plain(chunk, word)
        else:
            parts = tuple(self._parts(chunk))
            known = parts[0] if len(parts) == 1 else Pieces(parts)
        if len(chunk) <= _LONG:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[chunk] = known
        return known

    def _plain(self, chunk: str, word: str) -> Known:
        """Do what `words` would, for the word that most chunks are, between mere punctuation."""
        folded = word.lower()
        found = self._lexicon.classes(folded, word)
        if not found:
            return None
        start = chunk.index(word)
        return Token((start, start + len(word)), found, self._trie)

    def _parts(self, chunk: str) -> Iterable[Token | None]:
        """Give the words of a chunk: hundreds in scripts without spaces, nearly all of no class."""
        runs = runs_of(chunk)
        held = list(map(self._words.__getitem__, runs))
        if all(one is _NOTHING for one in held):
            return [None] * len(held)
        return self._placed(chunk, runs, held)

    def _placed(
        self, chunk: str, runs: Sequence[str], held: Sequence[tuple[Found | None, ...]]
    ) -> Iterator[Token | None]:
        start = 0
        for run, parts in zip(runs, held, strict=True):
            start = chunk.index(run, start)
            for one in parts:
                yield None if one is None else self._token(one, start)
            start += len(run)

    def _token(self, one: Found, start: int) -> Token:
        return Token((start + one.word.start, start + one.word.end), one.classes, self._trie)


class Scanner:
    """Finds terms in texts. Reads only, but for its memory of chunks, which threads may share."""

    __slots__ = ("_recalled", "_trie")

    def __init__(self, lexicon: Lexicon, trie: Trie) -> None:
        self._trie = trie
        self._recalled = _Memory(lexicon, trie).__getitem__

    def scan(self, text: str, field: int) -> ScannedText:
        """Cut a text into words and find every term in it."""
        if not text:
            return _EMPTY[field]
        chunks = text.split()
        known = list(map(self._recalled, chunks))
        scanned = ScannedText(text, field, chunks, known)
        marked = list(compress(range(len(known)), known))
        if marked:
            known.append(None)
            self._find(scanned, marked)
        return scanned

    def _find(self, scanned: ScannedText, marked: list[int]) -> None:
        """Find every term, given the chunks that hold words of some class, or not one word."""
        known = scanned.known
        more = 0  # words so far beyond one a chunk
        for chunk in marked:
            one = known[chunk]
            if type(one) is Token:
                if one.alone:
                    self._alone(scanned, one, chunk + more)
                if one.onward and known[chunk + 1] is not None:
                    self._follow(scanned, one.onward, chunk + more, scanned.words_from(chunk + 1, 0))
            elif type(one) is Pieces:
                scanned.is_odd(chunk + more, chunk, len(one.words))
                for part in one.marked:
                    self._in_pieces(scanned, one, chunk, part, chunk + more + part)
                more += len(one.words) - 1

    def _alone(self, scanned: ScannedText, token: Token, word: int) -> None:
        for term in token.alone:
            scanned.found.append(_occurrence((scanned.field, word, word, term)))
        if token.late:
            scanned.late[word] = token.late

    def _in_pieces(self, scanned: ScannedText, pieces: Pieces, chunk: int, part: int, word: int) -> None:
        token = pieces.words[part]
        if token is not None:
            self._alone(scanned, token, word)
            if token.onward:
                self._follow(scanned, token.onward, word, scanned.words_from(chunk, part + 1))

    def _follow(
        self, scanned: ScannedText, nodes: Sequence[int], first: int, rest: Iterator[Token | None]
    ) -> None:
        """Walk on from the nodes that the word `first` leads to, as far as the words lead."""
        ends, inner, moves, stride = self._trie.ends, self._trie.inner, self._trie.moves, self._trie.stride
        for last, token in enumerate(rest, start=first + 1):
            if token is None:
                return
            reached = [
                to
                for node in nodes
                for one in token.classes
                if (to := moves.get(node * stride + one)) is not None
            ]
            for step in reached:
                for term in ends.get(step, ()):
                    scanned.found.append(_occurrence((scanned.field, first, last, term)))
            nodes = [step for step in reached if step in inner]
            if not nodes:
                return
