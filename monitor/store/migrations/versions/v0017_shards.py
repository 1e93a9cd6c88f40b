"""Hosts are shared out: each is polled by one worker at a time.

Which shard a feed is in is written by the next daemon that starts, from the feed's address.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, and the columns beside it."""
    op.create_table(
        "shards",
        sa.Column("shard", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("owner", sa.Text(), comment="the worker that polls its hosts; None: nobody"),
        sa.Column(
            "leaving",
            sa.Boolean(),
            nullable=False,
            server_default=sa.text("false"),
            comment="its polls run out",
        ),
    )
    for table, column in (
        ("workers", _number("fence", sa.BigInteger(), "grows when shards leave it")),
        ("workers", _flag("draining", "a person's wish")),
        ("feeds", _host()),
        ("feeds", _number("shard", sa.SmallInteger(), "of the host")),
    ):
        op.add_column(table, column)
    op.create_index("ix_feeds_shard", "feeds", ["shard"])


def _number(name: str, kind: sa.types.TypeEngine[int], comment: str) -> sa.Column[int]:
    return sa.Column(name, kind, nullable=False, server_default="0", comment=comment)


def _flag(name: str, comment: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.text("false"), comment=comment)


def _host() -> sa.Column[str]:
    comment = "whom a poll asks; PostgreSQL alone"
    return sa.Column("host", sa.Text(), nullable=False, server_default="", comment=comment)
