"""Word -> the forms that count as the same word."""

from __future__ import annotations

from monitor.core.inflect.forms import WordForms, endings_of
from monitor.core.inflect.inflector import Inflector, Remembered
from monitor.core.inflect.known_names import KNOWN_NAMES
from monitor.core.inflect.languages import languages_of
from monitor.core.inflect.transliteration import transliterations

__all__ = [
    "KNOWN_NAMES",
    "Inflector",
    "Remembered",
    "WordForms",
    "endings_of",
    "languages_of",
    "transliterations",
]
