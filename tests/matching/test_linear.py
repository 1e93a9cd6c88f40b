"""No text makes matching cost more than its length: work is counted, not timed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from monitor.core.matcher import Matcher
from monitor.core.rules.tree import Entity, Guard, Mention, Near, Phrase, Term
from monitor.core.text import fold, plain_text, words
from tests.matching.conftest import MakeEntry, MakeMatcher

HOSTILE = {
    "words that are half a phrase": "ab ab cd ",
    "near misses": "ab x x x x x x x ef ",
    "names that need company": "gh ",
    "one endless word": "a",
    "combining marks": "\u0301",
    "marks of different classes": "a\u0301\u0327\u0334",
    "apostrophes": "a'",
    "dotted capitals": "A.",
    "hyphens": "ab-",
    "underscores": "_",
    "Chinese": "北京",
    "Thai marks": "\u0e31",
    "zero-width spaces": "\u200b",
    "lone surrogates": "\ud800",
    "nothing but spaces": " \u00a0",
    "marks of direction": "\u202e",
}
MARKUP = (
    "<",
    "<a ",
    '<a b="',
    "<a b='c",
    "<!--",
    "<![CDATA[",
    "<script>",
    "</",
    "&#9",
    "&amp",
    "<p>\n ",
    "<svg></svg",
    '<a ="x>',
)


def steps(work: Callable[[], object]) -> int:
    """Count the calls and lines of Python that some work takes."""
    count = 0

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        del frame, event, arg
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.fixture(scope="module")
def busy(matcher: MakeMatcher) -> Matcher:
    """Return a matcher whose rules have something to do on the texts above."""
    guard = Guard(any=(Term(text="cd"),), within=3)
    gh = Entity(id="gh", name="gh", aliases=(Term(text="gh", needs=guard), Term(text="gh gh", unless=guard)))
    return matcher(
        Phrase(term=Term(text="ab ab ab ab cd")),
        Near(children=(Phrase(term=Term(text="ab")), Phrase(term=Term(text="ef"))), within=5),
        Near(children=(Phrase(term=Term(text="ab")), Mention(entities=("gh",))), within=5, ordered=True),
        Mention(entities=("gh",)),
        entities=(gh,),
    )


@pytest.mark.parametrize("kind", HOSTILE)
def test_twice_the_text_is_twice_the_work(kind: str, busy: Matcher, entry: MakeEntry) -> None:
    """Four times as long takes at most some five times the steps."""
    small, large = (entry(content=HOSTILE[kind] * size) for size in (250, 1000))
    busy.match(small), busy.match(large)
    few, many = steps(lambda: busy.match(small)), steps(lambda: busy.match(large))
    assert many <= 5 * few + 200


@pytest.mark.parametrize("piece", MARKUP)
def test_markup_is_read_once(piece: str) -> None:
    """Tags, quotes and comments that are never closed cost no second look."""
    small, large = ("<i>" + piece * size + ">" for size in (250, 1000))
    few, many = steps(lambda: plain_text(small)), steps(lambda: plain_text(large))
    assert many <= 5 * few + 200


def test_five_megabytes_are_matched(busy: Matcher, entry: MakeEntry) -> None:
    """A text of that size is read whole, to its last word."""
    content = "ab cd gh — Курск, «мир» " * 220_000 + "ab ab ab ab cd"
    assert len(content) > 5_000_000
    hits = {match.rule: match.hits for match in busy.match(entry(content=content)).matches}
    assert hits["r0"][-1].end == len(content)


@pytest.mark.parametrize(
    "text",
    [
        "\ud800\udfff\x00Kursk\x00",
        "Kursk" + "\u0301" * 10_000,
        "\u202e\u202dKursk\u2069 " * 100,
        "\uffff\U0010ffff Kursk \ufdd0",
        "K\u0334" * 5_000 + " Kursk",
    ],
)
def test_odd_unicode_never_raises(text: str, matcher: MakeMatcher, entry: MakeEntry) -> None:
    """Whatever stands around or inside a word, it is found."""
    findings = matcher(Phrase(term=Term(text="Kursk"))).match(entry(text))
    assert findings.matches
    assert all(text[hit.start : hit.end] == hit.text for hit in findings.matches[0].hits)


def test_folding_many_marks_is_quick() -> None:
    """Marks of alternating classes are what normalisation sorts in quadratic time; runs are cut first."""
    assert len(fold("a" + "\u0301\u0334" * 50_000)) < 20
    assert len(words("a" + "\u0301\u0334" * 50_000)) == 1
