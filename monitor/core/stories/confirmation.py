"""How sure a story is, from who tells it and what is claimed in it: a word for a list, never a verdict."""

from __future__ import annotations

from enum import StrEnum

from monitor.core.models import Stance, Story


class Confirmation(StrEnum):
    """How sure a story is, least first."""

    SINGLE = "single source"
    COPIED = "one text, copied"
    """Several outlets tell it, all in the words of one."""
    SEVERAL = "independent texts"
    DISPUTED = "disputed"
    """Somebody denies it, whoever else confirms it."""
    CONFIRMED = "confirmed"
    """Somebody is said to confirm it, and nobody to deny it."""


def confirmation(story: Story) -> Confirmation:
    """Say how sure a story is."""
    stances = {one.claim.stance for one in story.claims}
    if Stance.DENIAL in stances:
        return Confirmation.DISPUTED
    if Stance.CONFIRMATION in stances:
        return Confirmation.CONFIRMED
    if len(story.outlets) > 1:
        return Confirmation.SEVERAL if story.texts > 1 else Confirmation.COPIED
    return Confirmation.SINGLE
