"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement, FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Made once: json.dumps with arguments makes an encoder at every call, which costs as much as its work.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class UtcTime(TypeDecorator[datetime]):
    """A moment: aware UTC goes in, aware UTC comes out, a naive datetime is refused.

    On PostgreSQL `timestamptz`. On SQLite, which has no such type, an integer of microseconds since 1970: a
    quarter of the bytes of ISO text in row and index, exact, and days come of a division. (Measured: written
    in 0.2 microseconds, ISO 0.9; read in 0.5, ISO 0.1.)
    """

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = DateTime
    cache_ok: bool | None = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose timestamptz or a 64-bit integer."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn an aware datetime into what the database keeps.

        Raises:
            ValueError: the datetime is naive.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"a naive datetime cannot be stored: {value!r}"
            raise ValueError(message)
        return (value - _EPOCH) // _MICROSECOND if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Turn what the database keeps into aware UTC."""
        return _from_micros(value) if dialect.name == "sqlite" else _from_moment(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Choose once how moments are read: a claim reads seven in each row."""
        return _from_micros if dialect.name == "sqlite" else _from_moment


def _from_micros(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(microseconds=value)


def _from_moment(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """Plain values as compact JSON text: the bytes that went in come out, key order included."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Text
    cache_ok: bool | None = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write the value."""
        if value == []:  # five of six columns of most entries
            return "[]"
        return None if value is None else _encode(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Read the value."""
        return None if value is None else json.loads(value)


class UtcHour(FunctionElement[int]):
    """The number of whole hours since 1970 of a UtcTime column."""

    type: TypeEngine[int] = BigInteger()
    inherit_cache: bool | None = True
    name = "utc_hour"

    def __init__(self, moment: ColumnElement[datetime]) -> None:
        super().__init__(moment)


@compiles(UtcHour, "sqlite")
def _hour_of_integer(element: UtcHour, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} / 3600000000)"


@compiles(UtcHour, "postgresql")
def _hour_of_timestamptz(element: UtcHour, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **options)}) / 3600) AS BIGINT)"


class UtcDay(FunctionElement[int]):
    """The number of whole UTC days since 1970 of a UtcTime column."""

    type: TypeEngine[int] = BigInteger()
    inherit_cache: bool | None = True
    name = "utc_day"

    def __init__(self, moment: ColumnElement[datetime]) -> None:
        super().__init__(moment)


@compiles(UtcDay, "sqlite")
def _day_of_integer(element: UtcDay, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} / 86400000000)"


@compiles(UtcDay, "postgresql")
def _day_of_timestamptz(element: UtcDay, compiler: SQLCompiler, **options: Any) -> str:
    return (
        f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **options)}) / 86400) AS BIGINT)"
    )
