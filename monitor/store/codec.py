"""Rows to nouns and back: this module and story_codec alone know both shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from monitor.core.models import (
    AlertRecord,
    Assignment,
    Decision,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Entry,
    EntryKey,
    FeedState,
    FeedStatus,
    Findings,
    Hit,
    KeyKind,
    Match,
    Message,
    News,
    Placement,
    Reason,
    TextField,
    Verdict,
    WhenExpired,
)
from monitor.store import story_codec
from monitor.store.feed_codec import (
    health_of,
    noted_from_json,
    noted_to_json,
    rhythm_from_text,
    rhythm_to_text,
)
from monitor.store.story_codec import claim_from_json, claim_to_json

Values = story_codec.Values
AnyRow = story_codec.AnyRow


def hits_to_json(hits: Sequence[Hit]) -> list[list[Any]]:
    """Give hits as arrays: field, start, end, text, term, entity."""
    return [[hit.field.value, hit.start, hit.end, hit.text, hit.term, hit.entity] for hit in hits]


def hits_from_json(kept: Sequence[Sequence[Any]]) -> tuple[Hit, ...]:
    """Read what `hits_to_json` gave."""
    return tuple(
        Hit(field=TextField(field), start=start, end=end, text=text, term=term, entity=entity)
        for field, start, end, text, term, entity in kept
    )


def findings_to_values(findings: Findings) -> Values:
    """Give the columns that hold what matching found."""
    return {
        "matches": [[match.rule, hits_to_json(match.hits)] for match in findings.matches],
        "entities": list(findings.entities),
        "claims": [claim_to_json(claim) for claim in findings.claims],
    }


def findings_from_row(row: AnyRow) -> Findings:
    """Read what matching found."""
    return Findings(
        matches=tuple(Match(rule=rule, hits=hits_from_json(hits)) for rule, hits in row.matches),
        entities=tuple(row.entities),
        claims=tuple(map(claim_from_json, row.claims)),
    )


def entry_to_values(entry: Entry) -> Values:
    """Give the columns of an entry, findings left out."""
    return {
        "id": entry.id,
        "feed": entry.feed,
        "outlet": entry.outlet,
        "first_seen": entry.first_seen,
        "fetched": entry.fetched,
        "published": entry.published,
        "revision": entry.revision,
        "text_hash": entry.text_hash,
        "lang": entry.lang,
        "title": entry.title,
        "link": entry.link,
        "url": entry.url,
        "guid": entry.guid,
        "author": entry.author,
        "aliases": [[key.kind.value, key.value] for key in entry.keys],
        "categories": list(entry.categories),
        "tags": list(entry.tags),
        "sample": entry.sample,
        "first_read": entry.first_read,
        "summary": entry.summary,
        "content": entry.content,
        "full_text": entry.full_text,
        "page_texts": entry.page_texts,
    }


def entry_from_row(row: AnyRow) -> Entry:
    """Read an entry."""
    return Entry(
        id=row.id,
        feed=row.feed,
        outlet=row.outlet,
        keys=tuple(EntryKey(kind=KeyKind(kind), value=value) for kind, value in row.aliases),
        guid=row.guid,
        url=row.url,
        link=row.link,
        title=row.title,
        summary=row.summary,
        content=row.content,
        author=row.author,
        categories=tuple(row.categories),
        lang=row.lang,
        tags=tuple(row.tags),
        published=row.published,
        fetched=row.fetched,
        first_seen=row.first_seen,
        text_hash=row.text_hash,
        revision=row.revision,
        sample=row.sample,
        first_read=row.first_read,
        full_text=row.full_text,
        page_texts=row.page_texts,
    )


def feed_state_to_values(state: FeedState) -> Values:
    """Give the columns that a poll changes: all but url, epoch and the count of entries."""
    return {
        "etag": state.etag,
        "last_modified": state.last_modified,
        "body_hash": state.body_hash,
        "moved_to": state.moved_to,
        "moving_to": state.moving_to,
        "moves": state.moves,
        "next_poll_at": state.next_poll_at,
        "last_polled_at": state.last_polled_at,
        "last_success_at": state.last_success_at,
        "first_read_at": state.first_read_at,
        "last_entry_at": state.last_entry_at,
        "failures": state.failures,
        "status": state.status.value,
        "error": state.error,
        "rhythm": rhythm_to_text(state.rhythm),
        "noted": noted_to_json(state.noted),
        "health": state.health.state.value,
        "health_since": state.health.since,
        "health_reason": state.health.reason,
    }


def feed_state_from_row(row: AnyRow) -> FeedState:
    """Read the state of a feed."""
    return FeedState(
        url=row.url,
        epoch=row.epoch,
        etag=row.etag,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        moved_to=row.moved_to,
        moving_to=row.moving_to,
        moves=row.moves,
        next_poll_at=row.next_poll_at,
        last_polled_at=row.last_polled_at,
        last_success_at=row.last_success_at,
        first_read_at=row.first_read_at,
        last_entry_at=row.last_entry_at,
        failures=row.failures,
        status=FeedStatus(row.status),
        error=row.error,
        entries=row.entries,
        rhythm=rhythm_from_text(row.rhythm),
        noted=noted_from_json(row.noted),
        health=health_of(row.health, row.health_since, row.health_reason),
        host=row.host,
        shard=row.shard,
    )


def assignment_to_values(assignment: Assignment) -> Values:
    """Give the columns of an entry's place in its story."""
    return {
        "entry": assignment.entry,
        "story": assignment.story,
        "placement": assignment.placement.value,
        "of": assignment.of,
        "score": assignment.score,
        "reason": assignment.reason,
        "news": [news.value for news in assignment.news],
        "possibly": list(assignment.possibly),
        "partly_of": assignment.partly_of,
        "trace": assignment.trace,
    }


def assignment_from_row(row: AnyRow, prefix: str = "") -> Assignment:
    """Read an entry's place in its story, from columns whose names begin with `prefix`."""
    columns = row._asdict().items()
    kept = {name.removeprefix(prefix): value for name, value in columns if name.startswith(prefix)}
    return Assignment(
        entry=kept["entry"],
        story=kept["story"],
        placement=Placement(kept["placement"]),
        of=kept["of"],
        score=kept["score"],
        reason=kept["reason"],
        news=tuple(News(news) for news in kept["news"]),
        possibly=tuple(kept["possibly"]),
        partly_of=kept["partly_of"],
        trace=bytes(kept["trace"]),
    )


def decision_to_values(decision: Decision) -> Values:
    """Give the columns of a decision."""
    return {
        "entry": decision.entry,
        "rule": decision.rule,
        "story": decision.story,
        "verdict": decision.verdict.value,
        "reason": decision.reason.name,
        "at": decision.at,
        "detail": decision.detail,
    }


def decision_from_row(row: AnyRow) -> Decision:
    """Read a decision."""
    return Decision(
        entry=row.entry,
        rule=row.rule,
        story=row.story,
        verdict=Verdict(row.verdict),
        reason=Reason[row.reason],
        at=row.at,
        detail=row.detail,
    )


def alert_to_values(alert: AlertRecord) -> Values:
    """Give the columns of an alert, but for who acknowledged it: that is written by itself."""
    return {
        "id": alert.id,
        "rule": alert.rule,
        "story": alert.story,
        "entry": alert.entry,
        "state": alert.state.value,
        "created_at": alert.created_at,
        "updated_at": alert.updated_at,
        "deadline": alert.deadline,
        "outlets": alert.outlets,
        "hits": hits_to_json(alert.hits),
        "follow_ups": alert.follow_ups,
        "escalate_at": alert.escalate_at,
        "escalated_at": alert.escalated_at,
    }


def alert_from_row(row: AnyRow) -> AlertRecord:
    """Read an alert."""
    return AlertRecord(
        id=row.id,
        rule=row.rule,
        story=row.story,
        entry=row.entry,
        state=Verdict(row.state),
        created_at=row.created_at,
        updated_at=row.updated_at,
        deadline=row.deadline,
        outlets=row.outlets,
        hits=hits_from_json(row.hits),
        follow_ups=row.follow_ups,
        escalate_at=row.escalate_at,
        escalated_at=row.escalated_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
    )


def delivery_to_values(delivery: Delivery) -> Values:
    """Give the columns of a delivery."""
    message = delivery.message
    return {
        "id": delivery.id,
        "alert": delivery.alert,
        "story": delivery.story,
        "channel": delivery.channel,
        "recipient": delivery.recipient or "",
        "kind": delivery.kind.value,
        "ordinal": delivery.ordinal,
        "state": delivery.state.value,
        "created_at": delivery.created_at,
        "next_attempt_at": delivery.next_attempt_at,
        "attempts": delivery.attempts,
        "started_at": delivery.started_at,
        "sent_at": delivery.sent_at,
        "epoch": delivery.epoch,
        "remote_id": delivery.remote_id,
        "error": delivery.error,
        "doubts": delivery.doubts,
        "expires_at": delivery.expires_at,
        "when_expired": delivery.when_expired.value,
        "folded_into": delivery.folded_into,
        "message": [
            message.title,
            message.text,
            message.html,
            [dict(b) for b in message.blocks],
            message.link,
        ],
    }


def delivery_from_row(
    row: AnyRow, *, root_remote_id: str | None = None, root_folded_into: str | None = None
) -> Delivery:
    """Read a delivery; what became of the alert's first post is looked up beside it."""
    title, text, html, blocks, link = row.message
    return Delivery(
        id=row.id,
        alert=row.alert,
        story=row.story,
        channel=row.channel,
        recipient=row.recipient or None,
        kind=DeliveryKind(row.kind),
        ordinal=row.ordinal,
        message=Message(title=title, text=text, html=html, blocks=tuple(blocks), link=link),
        state=DeliveryState(row.state),
        created_at=row.created_at,
        next_attempt_at=row.next_attempt_at,
        attempts=row.attempts,
        started_at=row.started_at,
        sent_at=row.sent_at,
        epoch=row.epoch,
        remote_id=row.remote_id,
        root_remote_id=root_remote_id,
        root_folded_into=root_folded_into,
        folded_into=row.folded_into,
        error=row.error,
        doubts=row.doubts,
        expires_at=row.expires_at,
        when_expired=WhenExpired(row.when_expired),
    )
