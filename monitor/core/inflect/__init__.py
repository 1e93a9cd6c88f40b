"""Word -> the forms that count as the same word."""

from __future__ import annotations

from monitor.core.inflect.inflector import Inflector, WordForms

__all__ = ["Inflector", "WordForms"]
