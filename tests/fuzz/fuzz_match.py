"""Fuzzing of the text and the scan, guided by coverage: development only, needs `pip install atheris`.

    python tests/fuzz/fuzz_match.py -max_total_time=300 -max_len=600

Whatever the bytes, nothing raises, folding twice is folding once, every hit is cut from the text, and the
scan finds what a naive search finds. Half of the inputs choose from odd pieces, the others are free text.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, os.fspath(Path(__file__).resolve().parents[2]))

import atheris

with atheris.instrument_imports(include=["monitor.core.text", "monitor.core.matcher"]):
    from monitor.core.text import fold, plain_text, words
    from tests.matching.conftest import make_entry
    from tests.matching.naive import PIECES, SEAMS, Everything

_EVERYTHING = Everything()
_CHOICES = (*PIECES, *SEAMS)


def _text(given: bytes) -> str:
    if given[:1] < b"\x80":
        return "".join(_CHOICES[byte % len(_CHOICES)] for byte in given[1:200])
    return given[1:].decode("utf-32-le", errors="replace") if given[:1] < b"\xc0" else _free(given[1:])


def _free(given: bytes) -> str:
    return given.decode("utf-8", errors="surrogateescape")


def once(given: bytes) -> None:
    """Check one input; what is not as it should be raises."""
    text = _text(given)
    plain_text(text)
    assert _EVERYTHING.quick(text) == _EVERYTHING.slow(text), text
    assert _EVERYTHING.scanned(text).length() == len(words(text)), text
    for word in words(text):
        assert fold(word.folded) == word.folded, text
    entry = make_entry(text, text[::-1], text)
    for match in _EVERYTHING.matcher.match(entry).matches:
        for hit in match.hits:
            assert getattr(entry, hit.field)[hit.start : hit.end] == hit.text != "", text


if __name__ == "__main__":
    atheris.Setup(sys.argv, once)
    atheris.Fuzz()
