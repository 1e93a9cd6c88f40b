"""How sure a story is, in a word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.core.models import Attributed, Claim, Stance
from monitor.core.stories.confirmation import Confirmation, confirmation
from tests.store.samples import NOW, a_story

C, D, Y = Stance.CLAIM, Stance.DENIAL, Stance.CONFIRMATION


@pytest.mark.parametrize(
    ("outlets", "texts", "stances", "word"),
    [
        (1, 1, (), Confirmation.SINGLE),
        (1, 2, (C,), Confirmation.SINGLE),
        (3, 1, (), Confirmation.COPIED),
        (3, 2, (C,), Confirmation.SEVERAL),
        (1, 1, (C, Y), Confirmation.CONFIRMED),
        (9, 9, (C, Y, D), Confirmation.DISPUTED),
    ],
)
def test_a_denial_outweighs_and_copies_confirm_nothing(
    outlets: int, texts: int, stances: tuple[Stance, ...], word: Confirmation
) -> None:
    """Many outlets with one text are one source."""
    claims = tuple(
        Attributed(
            claim=Claim(stance=one, speaker="ministry", sentence="So it said."),
            entry="a",
            outlet="bbc.example",
            at=NOW,
        )
        for one in stances
    )
    names = tuple(f"{number}.example" for number in range(outlets))
    assert confirmation(replace(a_story("a"), outlets=names, texts=texts, claims=claims)) is word
