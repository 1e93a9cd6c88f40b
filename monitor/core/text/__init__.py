"""Text: markup reduced, words with their places, and what counts as the same spelling."""

from monitor.core.text.folding import composed, fold, fold_spelling
from monitor.core.text.markup import plain_text
from monitor.core.text.readable import readable
from monitor.core.text.words import Word, runs_of, within, words

__all__ = [
    "Word",
    "composed",
    "fold",
    "fold_spelling",
    "plain_text",
    "readable",
    "runs_of",
    "within",
    "words",
]
