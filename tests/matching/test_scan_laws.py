"""The scan by remembered chunks finds what comparing every term with every word finds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.text import words
from tests.matching.naive import PIECES, SEAMS, Everything

_EVERYTHING = Everything()
_JOINED = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(SEAMS)), max_size=40).map(
    lambda pairs: "".join(piece + seam for piece, seam in pairs)
)
_ANY = st.text(alphabet=st.characters(exclude_categories=()), max_size=120)
_LEAD = st.sampled_from(["", " ", "\n\n ", "— ", "(", "\u200b"])


@settings(deadline=None, max_examples=500)
@given(_LEAD, st.one_of(_JOINED, _ANY))
def test_the_scan_finds_what_a_naive_search_finds(lead: str, text: str) -> None:
    """The same terms at the same offsets, and as many words."""
    text = lead + text
    assert _EVERYTHING.quick(text) == _EVERYTHING.slow(text)
    assert _EVERYTHING.scanned(text).length() == len(words(text))


@settings(deadline=None, max_examples=200)
@given(_LEAD, _JOINED)
def test_words_that_must_not_begin_a_sentence_are_marked(lead: str, text: str) -> None:
    """Each class of one word that needs it is noted at its word."""
    assert _EVERYTHING.late_as_scanned(lead + text) <= _EVERYTHING.late(lead + text)


@pytest.mark.parametrize("gap", [" ", "\n", "  ", " " * 3000, "\u2003\u2003"])
def test_offsets_are_right_whatever_white_space(gap: str) -> None:
    """Where gaps are single signs, where they are wider, where they are absurd, with words that repeat."""
    text = gap + gap.join(["a", "Kursk", "Kursk", "x", "Kursk-Bulge", "—", "Nord", "Stream"] * 5) + gap
    assert _EVERYTHING.quick(text) == _EVERYTHING.slow(text)
    assert len(_EVERYTHING.quick(text)) == 25
