"""Regular expressions: whether RE2 takes them, and what in them does not do what it seems to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import re2

LONGEST = 1000
"""Characters of a pattern."""
_MEMORY = 2**23
"""Bytes that one compiled pattern may take."""

_REMEDIES = (
    (
        r"\(\?[=!]|\(\?<[=!]",
        "look-around ({found}) is not supported; use `none`, `near` or an alias's `unless`",
    ),
    (r"\\[1-9]|\(\?P=", "references to a group ({found}) are not supported; write the alternatives out"),
    (r"\(\?>|[*+?}]\+", "possessive and atomic groups ({found}) are not needed; leave the sign out"),
    (r"\(\?P?<\w+>", "this group name ({found}) is not accepted; use plain parentheses"),
)
_ASCII_ONLY = re.compile(r"(?<!\\)(?:\\\\)*\\([bBwW])")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]|\\p\{")


@lru_cache(maxsize=4096)
def why_not_compiled(pattern: str) -> str | None:
    """Return what RE2 has against the pattern in a sentence with a remedy; None if it compiles."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        return _sentence(pattern, error)
    return None


def _sentence(pattern: str, error: Exception) -> str:
    for known, remedy in _REMEDIES:
        if found := re.search(known, pattern):
            return f"the pattern does not compile: {remedy.format(found=found[0])}"
    said = error.args[0] if error.args else "unknown"
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    if "too large" in text:
        return "the pattern is too large once compiled; use smaller repetitions, or a list of phrases"
    return f"the pattern does not compile: {text}"


def problems_of_pattern(pattern: str) -> Iterator[str]:
    """Give the mistakes in a pattern."""
    if len(pattern) > LONGEST:
        yield f"a pattern may have {LONGEST} characters; this one has {len(pattern)}"
        return
    problem = why_not_compiled(pattern)
    if problem is not None:
        yield problem
    elif re2.search(pattern, "") is not None:
        yield "the pattern matches the empty text, so every article; make it demand at least one character"


def doubts_about_pattern(pattern: str) -> Iterator[str]:
    """Give warnings: a pattern that compiles and does not do what its author thinks."""
    if re.match(r"(?:\^|\(\?[a-z]+\))*\.[*+]", pattern):
        yield "a pattern that begins with .* only makes the highlight longer; leave it out"
    elif re.search(r"\.[*+]\$?\Z", pattern):
        yield "a pattern that ends with .* only makes the highlight longer; leave it out"
    if (found := _ASCII_ONLY.search(pattern)) and _BEYOND_ASCII.search(pattern):
        yield (
            f"\\{found[1]} knows only the letters a to z; "
            r"use [\pL\pN_] for a letter, (?:^|[^\pL\pN]) and (?:[^\pL\pN]|$) for the edge of a word"
        )
