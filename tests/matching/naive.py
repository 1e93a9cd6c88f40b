"""Finding terms the slow way: every term at every word of the text as a whole; and pieces of odd texts."""

from __future__ import annotations

from monitor.core.inflect import Inflector
from monitor.core.matcher import Matcher
from monitor.core.matcher.lexicon import Lexicon, Need
from monitor.core.matcher.occurrences import CompiledTerm
from monitor.core.matcher.scan import ScannedText
from monitor.core.rules.tree import Entity, Phrase, Rule, RuleSet, Term
from monitor.core.text import Word, words

PIECES = (
    "Kursk",
    "kursk",
    "Kursk's",
    "Bulge",
    "Kursk-Bulge",
    "Nord",
    "Stream",
    "raids",
    "raider",
    "Эта",
    "Курском",
    "Ку\u0301рск",
    "Kурск",
    "Нью-Йорке",
    "北京",
    "他在北京工作",
    "U.S.",
    "U.S",
    "l’Ukraine",
    "Kur\u00adsk",
    "İstanbul",
    "FSB",
    "x",
    "19",
    "COVID-19",
    "_Kursk_",
)
SEAMS = (
    " ",
    "  ",
    "\n",
    "\n\n",
    "\u00a0",
    "\x1c",
    "\u2028",
    " — ",
    ". ",
    ", ",
    "/",
    "-",
    "",
    "\u200b",
    "\t \r\n",
)
_NAMES = (
    "Kursk",
    "Kursk Bulge",
    "Nord Stream",
    "Эта",
    "Курск",
    "Нью-Йорк",
    "北京",
    "Ukraine",
    "FSB",
    "Istanbul",
)
_PHRASES = ("raid*", "raid", "COVID 19", "Kursk Kursk Bulge", "US", "x x x Kursk", "京工")


class Everything:
    """A matcher of names and phrases of every kind, with its insides laid open."""

    def __init__(self) -> None:
        aliases = [Term(text=name) for name in _NAMES]
        entities = {one.text: Entity(id=one.text, name=one.text, aliases=(one,)) for one in aliases}
        rules = tuple(Rule(id=one, title="", condition=Phrase(term=Term(text=one))) for one in _PHRASES)
        self.matcher = Matcher(RuleSet(entities=entities, rules=rules), inflector=Inflector())
        program = self.matcher._program
        self._scanner = program.scanner
        self._terms = program.terms
        memory = program.scanner._recalled.__self__  # type: ignore[attr-defined]
        self._lexicon: Lexicon = memory._lexicon

    def scanned(self, text: str) -> ScannedText:
        """Return the text as scanned."""
        return self._scanner.scan(text, 0)

    def quick(self, text: str) -> list[tuple[int, int, int]]:
        """Return (start, end, term) of every find of the scan, sorted."""
        scanned = self.scanned(text)
        return sorted((*scanned.span(one.first, one.last), one.term) for one in scanned.found)

    def slow(self, text: str) -> list[tuple[int, int, int]]:
        """Return the same, found without chunks, memory or trie."""
        cut = words(text)
        classes = [self._classes(word) for word in cut]
        return sorted(
            (cut[at].start, cut[at + len(term.classes) - 1].end, number)
            for number, term in enumerate(self._terms)
            for at in range(len(cut) - len(term.classes) + 1)
            if _stands_at(term, classes, at)
        )

    def _classes(self, word: Word) -> set[int]:
        return {word_class for word_class, _ in self._lexicon.classes(word.folded, word.spelling)}

    def late(self, text: str) -> set[tuple[int, int]]:
        """Return (word, class) where a class wants that the word begins no sentence, the slow way."""
        found = set()
        for at, word in enumerate(words(text)):
            needs = self._lexicon.classes(word.folded, word.spelling)
            free = {one for one, need in needs if not need & Need.NOT_FIRST}
            found |= {(at, one) for one, _ in needs if one not in free}
        return found

    def late_as_scanned(self, text: str) -> set[tuple[int, int]]:
        """Return the same of the scan, of terms of one word."""
        late = self.scanned(text).late
        return {(at, self._terms[term].classes[0]) for at, terms in late.items() for term in terms}


def _stands_at(term: CompiledTerm, classes: list[set[int]], at: int) -> bool:
    return bool(term.classes) and all(
        word_class in classes[at + number] for number, word_class in enumerate(term.classes)
    )
