"""Phrases as people write them: the marks in front, the star at the end, and what can never be found."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.core.document import shown
from monitor.core.rules.tree import Case, Place, Term

STEM = 3
"""Letters before a `*`."""
LONGEST = 500
"""Characters of a phrase."""

_LETTER = re.compile(r"[^\W_]")
_WORD = re.compile(r"\S+")
_STARRED = re.compile(r"[^*]+\*[^\w*]*")
_MARKS = re.compile(r"[=^~]*")


def problems_of(text: str) -> Iterator[tuple[int, str]]:
    """Give what is wrong with a phrase, each with the offset at which it stands."""
    if not _LETTER.search(text):
        yield 0, f"{shown(text)} has no letter and no digit, so it can never be found"
        return
    if len(text) > LONGEST:
        yield 0, f"a phrase may have {LONGEST} characters; this one has {len(text)}"
    for word in _WORD.finditer(text):
        if "*" in word[0]:
            yield from _star(word[0], word.start())


def _star(word: str, start: int) -> Iterator[tuple[int, str]]:
    star = word.index("*")
    if not _STARRED.fullmatch(word):
        yield (
            start + star,
            f"* may only end a word, not stand inside {shown(word)}; write the forms as a list",
        )
    elif len(_LETTER.findall(word)) < STEM:
        yield start, f"{shown(word)} would match too much; * needs at least {STEM} letters before it"


def marks_of(text: str) -> tuple[str, str]:
    """Split a phrase of a query into its marks and the phrase: `=raid` is `=` and `raid`."""
    marks = _MARKS.match(text)
    length = marks.end() if marks else 0
    return text[:length], text[length:].lstrip()


def marked(text: str, marks: str, *, lang: str | None, at: Place) -> Term:
    """Make a term: `=` not inflected, `^` with its case, `~` in any case and inflected, even an acronym."""
    case = Case.EXACT if "^" in marks else Case.FOLD if "~" in marks else Case.AUTO
    return Term(text=text, case=case, inflect="=" not in marks, lang=lang, at=at)


def marks_for(term: Term) -> str:
    """Return the marks that make this term of its text."""
    case = {Case.EXACT: "^", Case.FOLD: "~", Case.AUTO: ""}[term.case]
    return ("" if term.inflect else "=") + case
