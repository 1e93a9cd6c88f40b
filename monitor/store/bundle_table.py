"""The table of rules that were pushed: rows are added, the oldest deleted; nothing changes one."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from monitor.store.columns import metadata
from monitor.store.types import UtcTime

rule_versions = Table(
    "rule_versions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False, comment="from 1 on, without gaps"),
    Column("at", UtcTime, nullable=False),
    Column("author", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("fingerprint", Text, nullable=False, comment="of what the rules mean"),
    Column("rules", Integer, nullable=False),
    Column("files", Integer, nullable=False),
    Column("sources", LargeBinary, nullable=False, comment="[[name, text], ...] as JSON in zlib"),
)
