"""Rows of stories to nouns and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from monitor.core.models import Attributed, Claim, Placement, Source, Stance, Story

Values = dict[str, Any]
"""The named parameters of one statement."""
AnyRow = Row[Any]


def claim_to_json(claim: Claim) -> list[Any]:
    """Give a claim as an array: stance, speaker, entity, sentence."""
    return [claim.stance.value, claim.speaker, claim.entity, claim.sentence]


def claim_from_json(kept: Sequence[Any]) -> Claim:
    """Read what `claim_to_json` gave."""
    stance, speaker, entity, sentence = kept
    return Claim(stance=Stance(stance), speaker=speaker, entity=entity, sentence=sentence)


def story_to_values(story: Story) -> Values:
    """Give the columns of a story."""
    return {
        "id": story.id,
        "title": story.title,
        "opened_at": story.opened_at,
        "updated_at": story.updated_at,
        "entries": story.entries,
        "texts": story.texts,
        "partly": story.partly,
        "outlets": list(story.outlets),
        "languages": list(story.languages),
        "entities": list(story.entities),
        "sources": [
            [s.entry, s.outlet, s.title, s.link, s.lang, s.at.isoformat(), s.placement.value]
            for s in story.sources
        ],
        "claims": [
            [claim_to_json(one.claim), one.entry, one.outlet, one.at.isoformat()] for one in story.claims
        ],
    }


def story_from_row(row: AnyRow) -> Story:
    """Read a story."""
    return Story(
        id=row.id,
        title=row.title,
        opened_at=row.opened_at,
        updated_at=row.updated_at,
        entries=row.entries,
        outlets=tuple(row.outlets),
        texts=row.texts,
        partly=row.partly,
        languages=tuple(row.languages),
        entities=tuple(row.entities),
        sources=tuple(_source(*kept) for kept in row.sources),
        claims=tuple(_attributed(*kept) for kept in row.claims),
    )


def _attributed(*kept: Any) -> Attributed:
    claim, entry, outlet, at = kept
    return Attributed(claim=claim_from_json(claim), entry=entry, outlet=outlet, at=datetime.fromisoformat(at))


def _source(*kept: Any) -> Source:
    entry, outlet, title, link, lang, at, placement = kept
    return Source(
        entry=entry,
        outlet=outlet,
        title=title,
        link=link,
        lang=lang,
        at=datetime.fromisoformat(at),
        placement=Placement(placement),
    )
