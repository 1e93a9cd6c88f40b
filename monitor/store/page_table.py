"""The table of pages behind the links of entries: those to fetch, and what came of the others."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, SmallInteger, Table, Text, literal_column

from monitor.store.columns import metadata, only
from monitor.store.types import UtcTime

pages = Table(
    "pages",
    metadata,
    Column("entry", Text, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
    Column("feed", Text, nullable=False),
    Column("host", Text, nullable=False, comment="of the address"),
    Column("shard", SmallInteger, nullable=False, comment="of the host"),
    Column("address", Text, nullable=False),
    Column("revision", Integer, nullable=False, comment="of the entry: whose page it is, or which it became"),
    Column("state", Text, nullable=False),
    Column("wanted_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False, comment="when to ask; while somebody asks, when others may"),
    Column("attempts", Integer, nullable=False, comment="grows with each claim and fences it"),
    Column("times", Integer, nullable=False, comment="texts of its feed for which it was asked"),
    Column("done_at", UtcTime),
    Column("url", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("characters", Integer, nullable=False),
    Index("ix_pages_feed", "feed", "wanted_at"),
)
is_wanted = pages.c.state == literal_column("'wanted'")
"""Part of every condition that is to use the partial index."""
Index("ix_pages_due", pages.c.due_at, **only(is_wanted))
