"""What an entry, or a held alert, comes to that meets a bug: out of line, with the reason recorded.

Nothing here looks into the text of the entry: whatever the bug is, it is not met again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.core.models import (
    AlertRecord,
    Assembled,
    Assignment,
    Decision,
    Entry,
    Hold,
    PendingEntry,
    Placement,
    Reason,
    Source,
    Story,
    Verdict,
)
from monitor.pipeline.briefing import Ruled
from monitor.pipeline.ports import StoryStore


async def set_aside(store: StoryStore, one: PendingEntry, error: Exception, *, now: datetime) -> Assembled:
    """Leave an entry where it was placed before, or in a story of its own, and suppress its matches.

    Without a trace the story book passes it over, also after a restart.
    """
    why = f"{Reason.OUR_ERROR}: {type(error).__name__}"
    stored = await store.entry(one.entry.id)
    former = stored.assignment if stored else None
    known = await store.story(former.story) if former else None
    story = known or _story_of_its_own(one.entry)
    return Assembled(
        seq=one.seq,
        entry=one.entry,
        assignment=Assignment(
            entry=one.entry.id,
            story=story.id,
            placement=Placement.REVISION if known else Placement.OPENS,
            of=one.entry.id if known else None,
            reason=why,
            trace=former.trace if former and known else b"",
        ),
        story=story,
        findings=one.findings,
        decisions=tuple(
            Decision(
                entry=one.entry.id,
                rule=match.rule,
                story=story.id,
                verdict=Verdict.SUPPRESSED,
                reason=Reason.OUR_ERROR,
                at=now,
                detail=type(error).__name__,
            )
            for match in one.findings.matches
        ),
    )


def closed_aside(record: AlertRecord, error: Exception, *, now: datetime) -> Ruled:
    """Close a held alert whose deadline has passed and that cannot be decided on."""
    decision = Decision(
        entry=record.entry,
        rule=record.rule,
        story=record.story,
        verdict=Verdict.SUPPRESSED,
        reason=Reason.OUR_ERROR,
        at=now,
        detail=type(error).__name__,
    )
    closed = replace(record, state=Verdict.SUPPRESSED, updated_at=now, deadline=None)
    return Ruled(decision=decision, alerts=(closed,))


def ended_aside(hold: Hold, error: Exception, *, now: datetime) -> Ruled:
    """End a hold whose moment has come and that cannot be decided on."""
    decision = Decision(
        entry=hold.entry,
        rule=hold.rule,
        story=hold.story,
        verdict=Verdict.SUPPRESSED,
        reason=Reason.OUR_ERROR,
        at=now,
        detail=f"{hold.channel}: {type(error).__name__}",
    )
    return Ruled(decision=decision, holds=(replace(hold, ended_at=now),))


def _story_of_its_own(entry: Entry) -> Story:
    source = Source(
        entry=entry.id,
        outlet=entry.outlet,
        title=entry.title,
        link=entry.link,
        lang=entry.lang,
        at=entry.first_seen,
        placement=Placement.OPENS,
    )
    return Story(
        id=entry.id,
        title=entry.title,
        opened_at=entry.first_seen,
        updated_at=entry.first_seen,
        entries=1,
        outlets=(entry.outlet,),
        texts=1,
        languages=(entry.lang,) if entry.lang else (),
        entities=(),
        sources=(source,),
    )
