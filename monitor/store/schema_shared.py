"""Tables of daemons that share one PostgreSQL database: who lives, who keeps, who polls which hosts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, SmallInteger, Table, Text, UniqueConstraint, text

from monitor.store.schema import metadata
from monitor.store.types import UtcTime

workers = Table(
    "workers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("rules", Text, nullable=False, comment="fingerprint of the rules in force"),
    Column("feeds", Integer, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("heartbeat", UtcTime, nullable=False, comment="time of the database"),
    Column("fence", BigInteger, nullable=False, server_default="0", comment="grows when shards leave it"),
    Column("draining", Boolean, nullable=False, server_default=text("false"), comment="a person's wish"),
    Column("rule_version", Integer, comment="None: its rules are files"),
    info={"momentary": True},
)

shards = Table(
    "shards",
    metadata,
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("owner", Text, comment="the worker that polls its hosts; None: nobody"),
    Column("leaving", Boolean, nullable=False, server_default=text("false"), comment="its polls run out"),
    info={"momentary": True},
)

keeping = Table(
    "keeping",
    metadata,
    Column("name", Text, primary_key=True, comment="one row: there is one thing to keep"),
    # Unique: a renewal leaves the keys of the row alone and waits for nobody, a take-over waits for all.
    Column("term", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Column("lease_until", UtcTime, nullable=False, comment="time of the database"),
    UniqueConstraint("term"),
    info={"momentary": True},
)
