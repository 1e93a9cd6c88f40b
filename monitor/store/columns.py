"""What every table is made with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

# SQLite numbers rows by itself only in a column of exactly the type INTEGER.
Seq = BigInteger().with_variant(Integer(), "sqlite")


def only(condition: ColumnElement[bool]) -> dict[str, Any]:
    """Make an index one of the rows alone for which a condition holds."""
    return {"sqlite_where": condition, "postgresql_where": condition}
