"""Word -> the forms that count as the same word."""

from __future__ import annotations

from monitor.core.inflect.inflector import Inflector, WordForms
from monitor.core.inflect.languages import languages_of

__all__ = ["Inflector", "WordForms", "languages_of"]
