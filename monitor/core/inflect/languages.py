"""Which of the supported languages a text may be of, by its letters."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

SUPPORTED: Final = ("en", "ru", "uk", "pl", "cs", "sl", "bg")
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]")
_LATIN: Final = re.compile("[a-zA-Z]")
_TELLING: Final = (
    (re.compile("[іїєґ]"), ("uk",)),
    (re.compile("[ыэё]"), ("ru",)),
    (re.compile("ъ"), ("bg", "ru")),
    (re.compile("[łąężźśń]"), ("pl",)),
    (re.compile("[řěůťďň]"), ("cs",)),
    (re.compile("[čšž]"), ("cs", "sl")),
)
"""Letters that only these languages have, most telling first."""


def languages_of(text: str) -> tuple[str, ...]:
    """Return the languages whose inflections a text may show: by telling letters, else all of its script."""
    composed = unicodedata.normalize("NFC", text).lower()
    for letters, languages in _TELLING:
        if letters.search(composed):
            return languages
    if _CYRILLIC.search(composed):
        return ("ru", "uk", "bg")
    if _LATIN.search(composed):
        return ("en", "pl", "cs", "sl")
    return ()
