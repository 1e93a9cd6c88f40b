"""The tables. Each says what one row is; migrations/ brings older databases here.

Entries are wide and written once. What changes about them lives in narrow tables beside them: SQLite rewrites
a whole row for one changed flag, so the queue of entries not yet assembled and their places in stories are
tables of their own.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal_column,
    text,
)

from monitor.store import audit_table, bundle_table
from monitor.store.columns import Seq, only
from monitor.store.columns import metadata as _metadata
from monitor.store.types import Json, UtcTime

HEAD = "0022"
"""The revision of migrations/ that these tables are."""
metadata, audit, rule_versions = _metadata, audit_table.audit, bundle_table.rule_versions

feeds = Table(
    "feeds",
    metadata,
    Column("url", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("outlet", Text, nullable=False),
    Column("configured", Boolean, nullable=False, comment="False: kept for its memory, never polled"),
    Column("next_poll_at", UtcTime, nullable=False),
    Column("lease_until", UtcTime, comment="None: unclaimed"),
    Column("owner", Text),
    Column("epoch", BigInteger, nullable=False, server_default="0"),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", Text),
    Column("moved_to", Text),
    Column("moving_to", Text),
    Column("moves", Integer, nullable=False, server_default="0"),
    Column("last_polled_at", UtcTime),
    Column("last_success_at", UtcTime),
    Column("first_read_at", UtcTime),
    Column("last_entry_at", UtcTime),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("status", Text, nullable=False),
    Column("error", Text),
    Column("entries", BigInteger, nullable=False, server_default="0"),
    Column("rhythm", Text, comment="when it publishes: fading counts, as JSON"),
    Column("noted", Json, comment="what polls left for judging it"),
    Column("health", Text),
    Column("health_reason", Text),
    Column("health_told", Text, comment="the health of which people were told, None: well"),
    Column("health_since", UtcTime),
    Column("host", Text, nullable=False, server_default="", comment="whom a poll asks; PostgreSQL alone"),
    Column("shard", SmallInteger, nullable=False, server_default="0", comment="of the host"),
    Index("ix_feeds_shard", "shard"),
)
Index(
    "ix_feeds_due",
    feeds.c.next_poll_at,
    sqlite_where=text("configured = 1"),
    postgresql_where=text("configured"),
)

entries = Table(
    "entries",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("feed", Text, nullable=False),
    Column("outlet", Text, nullable=False),
    Column("first_seen", UtcTime, nullable=False),
    Column("fetched", UtcTime, nullable=False),
    Column("published", UtcTime),
    Column("revision", Integer, nullable=False),
    Column("text_hash", Text, nullable=False),
    Column("lang", Text),
    Column("title", Text, nullable=False),
    Column("link", Text),
    Column("url", Text),
    Column("guid", Text),
    Column("author", Text, nullable=False),
    Column("aliases", Json, nullable=False),
    Column("categories", Json, nullable=False),
    Column("tags", Json, nullable=False),
    Column("sample", Boolean, nullable=False),
    Column("first_read", Boolean, nullable=False),
    Column("matches", Json, nullable=False),
    Column("entities", Json, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("claims", Json, nullable=False, server_default="[]"),
    Column("full_text", Boolean, nullable=False, server_default=false(), comment="content is of its page"),
    Column("page_texts", Integer, nullable=False, server_default="0", comment="of its revisions"),
    UniqueConstraint("id"),
    Index("ix_entries_first_seen", "first_seen"),
    # Addresses may be longer than what a sorted index of PostgreSQL takes; nobody asks for a range of them.
    Index("ix_entries_url", "url", postgresql_using="hash"),
    Index("ix_entries_text_hash", "text_hash"),
    sqlite_autoincrement=True,
)

entry_keys = Table(
    "entry_keys",
    metadata,
    Column("feed", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False, comment="long ones by digest: an index takes 2,700 bytes"),
    Column("entry", Text, nullable=False, comment="outlives the entry, see tombstones"),
    PrimaryKeyConstraint("feed", "kind", "value", "entry"),
    sqlite_with_rowid=False,
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("entry", Text, primary_key=True, comment="id of an entry whose text retention deleted"),
    Column("revision", Integer, nullable=False),
    Column("text_hash", Text, nullable=False),
    Column("first_seen", UtcTime, nullable=False),
)

revisions = Table(
    "revisions",
    metadata,
    Column("entry", Text, ForeignKey("entries.id", ondelete="CASCADE"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("fetched", UtcTime, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("full_text", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("entry", "revision"),
)

pending = Table(
    "pending",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True),
    Column("entry", Text, ForeignKey("entries.id", ondelete="CASCADE"), nullable=False),
    Column("revision", Integer, nullable=False),
    UniqueConstraint("entry"),
    sqlite_autoincrement=True,
)

assignments = Table(
    "assignments",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True, comment="order of assembly"),
    Column("entry", Text, ForeignKey("entries.id", ondelete="CASCADE"), nullable=False),
    Column("revision", Integer, nullable=False, comment="the latest revision assembled"),
    Column("first_seen", UtcTime, nullable=False),
    Column("story", Text, nullable=False),
    Column("placement", Text, nullable=False),
    Column("of", Text),
    Column("score", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("news", Json, nullable=False),
    Column("trace", LargeBinary, nullable=False),
    Column("possibly", Json, nullable=False, server_default="[]"),
    Column("partly_of", Text),
    UniqueConstraint("entry"),
    Index("ix_assignments_first_seen", "first_seen"),
    Index("ix_assignments_story", "story"),
    sqlite_autoincrement=True,
)

stories = Table(
    "stories",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("texts", Integer, nullable=False),
    Column("outlets", Json, nullable=False),
    Column("languages", Json, nullable=False),
    Column("entities", Json, nullable=False),
    Column("sources", Json, nullable=False),
    Column("claims", Json, nullable=False, server_default="[]"),
    Column("merged_into", Text, comment="the story that a person made its entries part of"),
    Column("partly", Integer, nullable=False, server_default="0"),
    Index("ix_stories_updated_at", "updated_at"),
)

story_edits = Table(
    "story_edits",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True, comment="what the keeper of stories has seen"),
    Column("kind", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("author", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("source", Text, nullable=False, comment="the story that the entries left"),
    Column("target", Text, nullable=False),
    Column("entries", Json, nullable=False),
    Column("alerts", Json, nullable=False, comment="what became of the alerts, to be undone"),
    Column("undone_by", BigInteger, comment="None: in force"),
    Index("ix_story_edits_source", "source"),
    Index("ix_story_edits_target", "target"),
    sqlite_autoincrement=True,
)

decisions = Table(
    "decisions",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True),
    Column("entry", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("story", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_decisions_entry", "entry"),
    Index("ix_decisions_story", "story", "rule"),
    Index("ix_decisions_rule", "rule", "verdict", "at", "story"),
    Index("ix_decisions_at", "at"),
    sqlite_autoincrement=True,
)
is_silenced = decisions.c.reason == literal_column("'SILENCED'")
"""A condition with its value written out: no database uses a partial index for a bound parameter."""
_d = decisions.c
Index("ix_decisions_silenced", _d.detail, _d.story, _d.at, **only(is_silenced))

sightings = Table(
    "sightings",
    metadata,
    Column("entity", Text, primary_key=True),
    Column("at", UtcTime, nullable=False, comment="last mentioned; outlives the entry"),
    sqlite_with_rowid=False,
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("story", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("deadline", UtcTime),
    Column("outlets", Integer, nullable=False),
    Column("hits", Json, nullable=False),
    Column("follow_ups", Integer, nullable=False),
    Column("escalate_at", UtcTime, comment="None: never, or done"),
    Column("escalated_at", UtcTime),
    Column("acknowledged_at", UtcTime),
    Column("acknowledged_by", Text, nullable=False, server_default=""),
    UniqueConstraint("story", "rule"),
    Index("ix_alerts_created_at", "created_at"),
    Index("ix_alerts_rule", "rule", "created_at"),
)
is_held = alerts.c.state == literal_column("'held'")
Index("ix_alerts_held", alerts.c.deadline, **only(is_held))
to_escalate = alerts.c.escalate_at.is_not(None)
Index("ix_alerts_escalate_at", alerts.c.escalate_at, **only(to_escalate))

holds = Table(
    "holds",
    metadata,
    Column("alert", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("ordinal", Integer, nullable=False, comment="of the delivery it will become"),
    Column("rule", Text, nullable=False),
    Column("story", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("entry", Text, nullable=False, comment="the latest to tell of"),
    Column("why", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("terms", Text, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("matches", Integer, nullable=False),
    Column("ended_at", UtcTime, comment="None: it still holds"),
    Column("told_in", Text, comment="the digest that told it"),
    PrimaryKeyConstraint("alert", "channel", "ordinal"),
    Index("ix_holds_story", "story"),
)
holds_still = holds.c.ended_at.is_(None)
Index("ix_holds_until", holds.c.until, **only(holds_still))
Index("ix_holds_ended_at", holds.c.ended_at)

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("alert", Text, nullable=False),
    Column("story", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("recipient", Text, nullable=False, comment="'' where the channel has one only"),
    Column("kind", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("next_attempt_at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("started_at", UtcTime),
    Column("lease_until", UtcTime),
    Column("owner", Text),
    Column("epoch", BigInteger, nullable=False),
    Column("remote_id", Text),
    Column("error", Text),
    Column("message", Json, nullable=False, comment="frozen: the same bytes at every attempt"),
    Column("doubts", Integer, nullable=False, server_default="0"),
    Column("expires_at", UtcTime, comment="when it is late; None: never"),
    Column("when_expired", Text, nullable=False, server_default="mark"),
    Column("folded_into", Text, comment="id of the delivery that tells this one, in state folded"),
    Column("sent_at", UtcTime, comment="None: not sent, or sent before this was kept"),
    UniqueConstraint("id"),
    Index("ix_deliveries_line", "alert", "channel", "recipient", "ordinal"),
    Index("ix_deliveries_created_at", "created_at"),
    Index("ix_deliveries_channel", "channel", "created_at"),
    sqlite_autoincrement=True,
)
is_open = deliveries.c.state.in_([literal_column(f"'{state}'") for state in ("ready", "sending", "unsure")])
"""What still goes on; part of every condition that is to use the partial index, as is_held."""
Index("ix_deliveries_open", deliveries.c.next_attempt_at, **only(is_open))

is_unsent = deliveries.c.state != literal_column("'sent'")
"""What most are not: with it, the few in any other state are found without a look at all the others."""
Index("ix_deliveries_unsent", deliveries.c.state, deliveries.c.created_at, **only(is_unsent))

is_parked = deliveries.c.state == literal_column("'parked'")
"""A dead letter: few of many, asked for at every look."""
Index("ix_deliveries_parked", deliveries.c.channel, **only(is_parked))

ailments = Table(
    "ailments",
    metadata,
    Column("key", Text, primary_key=True, comment="people were told that it began, not yet that it ended"),
    Column("title", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("over", Text, nullable=False, comment="what is said at its end"),
    Column("since", UtcTime, nullable=False),
    Column("channel", Text, nullable=False),
)

silences = Table(
    "silences",
    metadata,
    Column("id", Text, primary_key=True),
    Column("matchers", Json, nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Column("author", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("tells_at_end", Boolean, nullable=False, server_default=text("false")),
    Index("ix_silences_ends_at", "ends_at"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("alert", Text, nullable=False, comment="outlives the alert: a rule's precision is of all times"),
    Column("author", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("story", Text, nullable=False),
    Column("judgement", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    PrimaryKeyConstraint("alert", "author"),
    Index("ix_feedback_rule", "rule", "at"),
)
