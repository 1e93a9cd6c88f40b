"""Pages of articles: which are to be fetched, and which texts of entries are theirs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.types import UtcTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, and to texts whose they are; all there were are those of feeds."""
    op.add_column("entries", _is_of_page("content is of its page"))
    op.add_column(
        "entries",
        sa.Column("page_texts", sa.Integer(), nullable=False, server_default="0", comment="of its revisions"),
    )
    op.add_column("revisions", _is_of_page(None))
    op.create_table(
        "pages",
        sa.Column("entry", sa.Text(), sa.ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False, comment="of the address"),
        sa.Column("shard", sa.SmallInteger(), nullable=False, comment="of the host"),
        sa.Column("address", sa.Text(), nullable=False),
        _number("revision", "of the entry: whose page it is, or which it became"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("wanted_at", UtcTime(), nullable=False),
        sa.Column(
            "due_at", UtcTime(), nullable=False, comment="when to ask; while somebody asks, when others may"
        ),
        _number("attempts", "grows with each claim and fences it"),
        _number("times", "texts of its feed for which it was asked"),
        sa.Column("done_at", UtcTime()),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        _number("characters", None),
    )
    op.create_index("ix_pages_feed", "pages", ["feed", "wanted_at"])
    wanted = sa.text("state = 'wanted'")
    op.create_index("ix_pages_due", "pages", ["due_at"], sqlite_where=wanted, postgresql_where=wanted)


def _is_of_page(comment: str | None) -> sa.Column[bool]:
    return sa.Column("full_text", sa.Boolean(), nullable=False, server_default=sa.false(), comment=comment)


def _number(name: str, comment: str | None) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, comment=comment)
