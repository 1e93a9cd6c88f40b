"""The table of the audit log: rows are added and, after their time, deleted; nothing changes one."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from monitor.store.columns import Seq, metadata
from monitor.store.types import UtcTime

audit = Table(
    "audit",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("who", Text, nullable=False, comment="as what they did is signed"),
    Column("via", Text, nullable=False),
    Column("address", Text, nullable=False, comment="of the network; empty where it was not the desk"),
    Column("act", Text, nullable=False),
    Column("what", Text, nullable=False, comment="id or address of the object"),
    Column("detail", Text, nullable=False),
    Index("ix_audit_at", "at"),
    sqlite_autoincrement=True,
)
