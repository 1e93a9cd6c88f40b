"""The table of synthetic entries on their way."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Table, Text

from monitor.store.schema import metadata
from monitor.store.types import Json, UtcTime

walks = Table(
    "walks",
    metadata,
    Column("worker", Text, primary_key=True, comment="whose it is: each daemon has one on its way"),
    Column("number", BigInteger, nullable=False),
    Column("stage", Text, nullable=False),
    Column("launched_at", UtcTime, nullable=False),
    Column("said", Text, nullable=False, server_default="", comment="what went wrong at its stage"),
    Column("title", Text, nullable=False, server_default="", comment="as it was read from the feed"),
    Column("message", Json, comment="what is sent"),
    Column("arrived_at", UtcTime, comment="when one last arrived"),
    Column("seconds", Float, comment="how long it took"),
    Column("late_for", Float, comment="seconds; None: in time"),
    Index("ix_walks_stage", "stage"),
    info={"momentary": True},
)
