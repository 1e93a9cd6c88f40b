"""Searching: which stories people mean by a few words."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.core.identity import folded
from monitor.core.models import Story


def mentions(story: Story, words: Sequence[str]) -> bool:
    """Whether each word begins some word of a story's titles, outlets, entities or speakers.

    The beginning of a word is enough, so that endings of Russian and Ukrainian need not be guessed.
    """
    titles = " ".join([story.title, *(source.title for source in story.sources)])
    names = " ".join([*story.outlets, *story.entities, *(one.claim.speaker for one in story.claims)])
    text = f" {folded(f'{titles} {names}')}"
    return all(f" {folded(word)}" in text for word in words)
