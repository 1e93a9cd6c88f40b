"""Text: markup reduced, words with their places, and what counts as the same spelling."""

from monitor.core.text.markup import plain_text

__all__ = ["plain_text"]
