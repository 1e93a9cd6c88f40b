"""What the chunks of a text hold, looked up once and remembered: chunks repeat all over a stream of news."""

from __future__ import annotations

import re
from typing import Final

from monitor.core.matcher.lexicon import Lexicon, Need
from monitor.core.matcher.trie import Trie
from monitor.core.text import Word, words

_REMEMBERED: Final = 1 << 18
"""Chunks remembered at most, about 30 MB; then memory starts afresh, which costs a few milliseconds."""
_LONG: Final = 80
"""Longer chunks (addresses, unspaced scripts) hardly repeat and are not remembered whole."""
_EDGES: Final = '.,:;!?…()[]«»„“”"<>|/—–-*'
"""Punctuation that neither joins words nor belongs to one."""
_PLAIN_WORD: Final = re.compile("[a-zA-Z0-9]+|[а-яА-ЯіїєґІЇЄҐ]+")
"""Words that folding only makes lower-case."""
_NOT_FIRST: Final = int(Need.NOT_FIRST)


class Token:
    """A word that belongs to some class: its place in its chunk, and what it is or begins."""

    __slots__ = ("alone", "classes", "end", "late", "onward", "start")

    def __init__(self, word: Word, found: list[tuple[int, int]], trie: Trie) -> None:
        self.start = word.start
        self.end = word.end
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


Known = Token | Pieces | None
"""What is remembered of a chunk; None for one word of no class."""


class Memory(dict[str, Known]):
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
        found = self._lexicon.classes(folded, word)
        if not found:
            return None
        start = chunk.index(word)
        return Token(Word(start, start + len(word), folded, word), found, self._trie)

    def _token(self, word: Word) -> Token | None:
        found = self._lexicon.classes(word.folded, word.spelling)
        return Token(word, found, self._trie) if found else None
