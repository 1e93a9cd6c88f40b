"""Claims are kept; stories can be edited by hand; entries are found by their text, to know re-posts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.types import Json, UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty where nothing was read, and the log of edits."""
    for table, column in (("entries", "claims"), ("assignments", "possibly"), ("stories", "claims")):
        op.add_column(table, sa.Column(column, Json(), nullable=False, server_default="[]"))
    merged_into = sa.Column(
        "merged_into", sa.Text(), comment="the story that a person made its entries part of"
    )
    op.add_column("stories", merged_into)
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "story_edits",
        sa.Column("seq", number, autoincrement=True, comment="what the keeper of stories has seen"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="the story that the entries left"),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("entries", Json(), nullable=False),
        sa.Column("alerts", Json(), nullable=False, comment="what became of the alerts, to be undone"),
        sa.Column("undone_by", sa.BigInteger(), comment="None: in force"),
        sa.PrimaryKeyConstraint("seq", name="pk_story_edits"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entries_text_hash", "entries", ["text_hash"])
    op.create_index("ix_story_edits_source", "story_edits", ["source"])
    op.create_index("ix_story_edits_target", "story_edits", ["target"])
