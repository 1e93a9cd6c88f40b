"""Who claims and who denies, as messages say it."""

from __future__ import annotations

from dataclasses import replace

from monitor.core.models import Attributed, Claim, Stance
from monitor.core.render import render
from tests.channels.cards import NOW, card


def test_who_claims_and_who_denies_is_one_line_in_every_form() -> None:
    """With the outlet that told of it; what somebody merely says only if the rule files know them."""
    told = [
        (Stance.CLAIM, "RVC", "russian-volunteer-corps", "Kyiv Independent"),
        (Stance.DENIAL, "Russian defence ministry", None, "TASS"),
        (Stance.DENIAL, "Kremlin <b>", None, ""),
        (Stance.DENIAL, "Third", None, "x"),
        (Stance.STATEMENT, "Some mayor", None, "Local"),
    ]
    claims = tuple(
        Attributed(
            claim=Claim(stance=stance, speaker=speaker, entity=entity, sentence="S."),
            entry="e",
            outlet=outlet,
            at=NOW,
        )
        for stance, speaker, entity, outlet in told
    )
    base = card()
    message = render(replace(base, story=replace(base.story, claims=claims)), now=NOW)
    line = (
        "Claimed by Russian Volunteer Corps (Kyiv Independent) · "
        "Denied by Russian defence ministry (TASS), Kremlin <b> and 1 more"
    )
    assert f"claims   {line}\n" in message.text
    assert line.replace("<b>", "&lt;b&gt;") in message.html
    assert {"type": "text", "text": line} in _texts(message.blocks)
    assert "Some mayor" not in message.text


def _texts(part: object) -> list[object]:
    """Find every text element of blocks."""
    if isinstance(part, dict):
        return ([part] if part.get("type") == "text" else []) + _texts(list(part.values()))
    return [found for one in part for found in _texts(one)] if isinstance(part, list | tuple) else []
