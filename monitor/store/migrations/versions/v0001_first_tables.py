"""The first tables: feeds, entries, stories, alerts, deliveries, silences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.types import Json, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_feeds()
    _create_entries()
    _create_entry_keys()
    _create_tombstones()
    _create_revisions()
    _create_pending()
    _create_assignments()
    _create_stories()
    _create_decisions()
    _create_alerts()
    _create_deliveries()
    _create_silences()


def downgrade() -> None:
    for table in (
        "silences",
        "deliveries",
        "alerts",
        "decisions",
        "stories",
        "assignments",
        "pending",
        "revisions",
        "tombstones",
        "entry_keys",
        "entries",
        "feeds",
    ):
        op.drop_table(table)


def _create_feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column(
            "configured", sa.Boolean(), nullable=False, comment="False: kept for its memory, never polled"
        ),
        sa.Column("next_poll_at", UtcTime(), nullable=False),
        sa.Column("lease_until", UtcTime(), nullable=True, comment="None: unclaimed"),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.Text(), nullable=True),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("moving_to", sa.Text(), nullable=True),
        sa.Column("moves", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_polled_at", UtcTime(), nullable=True),
        sa.Column("last_success_at", UtcTime(), nullable=True),
        sa.Column("first_read_at", UtcTime(), nullable=True),
        sa.Column("last_entry_at", UtcTime(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("entries", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("url", name="pk_feeds"),
    )
    op.create_index(
        "ix_feeds_due",
        "feeds",
        ["next_poll_at"],
        sqlite_where=sa.text("configured = 1"),
        postgresql_where=sa.text("configured"),
    )


def _create_entries() -> None:
    op.create_table(
        "entries",
        sa.Column("seq", _SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("first_seen", UtcTime(), nullable=False),
        sa.Column("fetched", UtcTime(), nullable=False),
        sa.Column("published", UtcTime(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("guid", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("aliases", Json(), nullable=False),
        sa.Column("categories", Json(), nullable=False),
        sa.Column("tags", Json(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("first_read", sa.Boolean(), nullable=False),
        sa.Column("matches", Json(), nullable=False),
        sa.Column("entities", Json(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_entries"),
        sa.UniqueConstraint("id", name="uq_entries_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entries_first_seen", "entries", ["first_seen"])


def _create_entry_keys() -> None:
    op.create_table(
        "entry_keys",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "value", sa.Text(), nullable=False, comment="long ones by digest: an index takes 2,700 bytes"
        ),
        sa.Column("entry", sa.Text(), nullable=False, comment="outlives the entry, see tombstones"),
        sa.PrimaryKeyConstraint("feed", "kind", "value", "entry", name="pk_entry_keys"),
        sqlite_with_rowid=False,
    )


def _create_tombstones() -> None:
    op.create_table(
        "tombstones",
        sa.Column("entry", sa.Text(), nullable=False, comment="id of an entry whose text retention deleted"),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("first_seen", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_tombstones"),
    )


def _create_revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("fetched", UtcTime(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name="fk_revisions_entry", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry", "revision", name="pk_revisions"),
    )


def _create_pending() -> None:
    op.create_table(
        "pending",
        sa.Column("seq", _SEQ, autoincrement=True, nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name="fk_pending_entry", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq", name="pk_pending"),
        sa.UniqueConstraint("entry", name="uq_pending_entry"),
        sqlite_autoincrement=True,
    )


def _create_assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("seq", _SEQ, autoincrement=True, nullable=False, comment="order of assembly"),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, comment="the latest revision assembled"),
        sa.Column("first_seen", UtcTime(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("placement", sa.Text(), nullable=False),
        sa.Column("of", sa.Text(), nullable=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("news", Json(), nullable=False),
        sa.Column("trace", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name="fk_assignments_entry", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq", name="pk_assignments"),
        sa.UniqueConstraint("entry", name="uq_assignments_entry"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_assignments_first_seen", "assignments", ["first_seen"])
    op.create_index("ix_assignments_story", "assignments", ["story"])


def _create_stories() -> None:
    op.create_table(
        "stories",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("outlets", Json(), nullable=False),
        sa.Column("languages", Json(), nullable=False),
        sa.Column("entities", Json(), nullable=False),
        sa.Column("sources", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stories"),
    )
    op.create_index("ix_stories_updated_at", "stories", ["updated_at"])


def _create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("seq", _SEQ, autoincrement=True, nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_decisions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decisions_at", "decisions", ["at"])
    op.create_index("ix_decisions_entry", "decisions", ["entry"])
    op.create_index("ix_decisions_rule", "decisions", ["rule", "verdict", "at"])
    op.create_index("ix_decisions_story", "decisions", ["story"])


def _create_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("deadline", UtcTime(), nullable=True),
        sa.Column("outlets", sa.Integer(), nullable=False),
        sa.Column("hits", Json(), nullable=False),
        sa.Column("follow_ups", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint("story", "rule", name="uq_alerts_story_rule"),
    )
    op.create_index("ix_alerts_created_at", "alerts", ["created_at"])
    op.create_index(
        "ix_alerts_held",
        "alerts",
        ["deadline"],
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("seq", _SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False, comment="'' where the channel has one only"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("next_attempt_at", UtcTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=True),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("message", Json(), nullable=False, comment="frozen: the same bytes at every attempt"),
        sa.PrimaryKeyConstraint("seq", name="pk_deliveries"),
        sa.UniqueConstraint("id", name="uq_deliveries_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_created_at", "deliveries", ["created_at"])
    op.create_index("ix_deliveries_line", "deliveries", ["alert", "channel", "recipient", "ordinal"])
    op.create_index(
        "ix_deliveries_open",
        "deliveries",
        ["next_attempt_at"],
        sqlite_where=sa.text("state IN ('ready', 'sending', 'unsure')"),
        postgresql_where=sa.text("state IN ('ready', 'sending', 'unsure')"),
    )


def _create_silences() -> None:
    op.create_table(
        "silences",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("matchers", Json(), nullable=False),
        sa.Column("starts_at", UtcTime(), nullable=False),
        sa.Column("ends_at", UtcTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_silences"),
    )
    op.create_index("ix_silences_ends_at", "silences", ["ends_at"])
