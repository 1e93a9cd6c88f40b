"""The table of what is agreed with hubs."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text, UniqueConstraint

from monitor.store.schema import metadata
from monitor.store.types import UtcTime

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("feed", Text, primary_key=True, comment="url of a feed"),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("token", Text, nullable=False, comment="the last part of the callback's address"),
    Column("secret", Text, nullable=False, comment="the key of the hub's signatures"),
    Column("state", Text, nullable=False),
    Column("ask_at", UtcTime, nullable=False),
    Column("asks", Integer, nullable=False),
    Column("lease_until", UtcTime),
    Column("told_at", UtcTime),
    Column("why", Text, nullable=False),
    UniqueConstraint("token"),
    Index("ix_subscriptions_ask_at", "ask_at"),
    info={"momentary": True},
)
