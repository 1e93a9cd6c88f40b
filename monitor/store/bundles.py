"""Versions of the rules, pushed by people and taken by daemons: the greatest number is in force."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, text

from monitor.core.models import Deed, Pushing, RuleBundle, RuleSource, RuleVersion
from monitor.store import audit, calls
from monitor.store.dialect import is_sqlite
from monitor.store.schema import rule_versions

KEPT: Final = 100
"""Versions that are kept; a push deletes what is older."""

_v = rule_versions.c
_SAID = (_v.number, _v.at, _v.author, _v.note, _v.fingerprint, _v.rules, _v.files)


def newest(connection: Connection) -> int:
    """Return the number of the version in force; 0 if nothing was ever pushed."""
    return connection.scalar(select(func.max(_v.number))) or 0


def listed(connection: Connection) -> list[RuleVersion]:
    """List the versions kept, the newest first."""
    rows = connection.execute(select(*_SAID).order_by(_v.number.desc())).mappings()
    return [RuleVersion(**row) for row in rows]


def bundle(connection: Connection, number: int | None) -> RuleBundle | None:
    """Return a version with its files; of None the newest."""
    wanted = func.coalesce(number, select(func.max(_v.number)).scalar_subquery())
    asked = select(*_SAID, _v.sources).where(_v.number == wanted)
    row = connection.execute(asked).mappings().one_or_none()
    if row is None:
        return None
    version = RuleVersion(**{column.name: row[column.name] for column in _SAID})
    return RuleBundle(version=version, sources=tuple(_unpacked(row["sources"])))


def push(connection: Connection, wanted: Pushing, done: Deed | None) -> RuleVersion | None:
    """Add a version, note who did it and call the daemons; None if `after` is no longer the newest."""
    if not is_sqlite(connection):  # there, one writes at a time as it is
        connection.execute(text("LOCK TABLE rule_versions IN SHARE ROW EXCLUSIVE MODE"))
    last = newest(connection)
    if wanted.after not in {None, last}:
        return None
    version = RuleVersion(
        number=last + 1,
        at=wanted.at,
        author=wanted.author,
        note=wanted.note,
        fingerprint=wanted.fingerprint,
        rules=wanted.rules,
        files=len(wanted.sources),
    )
    said = {column.name: getattr(version, column.name) for column in _SAID}
    connection.execute(insert(rule_versions).values(**said, sources=_packed(wanted.sources)))
    connection.execute(delete(rule_versions).where(_v.number <= version.number - KEPT))
    if done is not None:
        audit.write(connection, done)
    calls.call(connection, calls.RULES)
    return version


def _packed(sources: Iterable[RuleSource]) -> bytes:
    plain = [[one.name, one.text] for one in sources]
    return zlib.compress(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode())


def _unpacked(packed: bytes) -> Iterable[RuleSource]:
    for name, source in json.loads(zlib.decompress(packed)):
        yield RuleSource(name=name, text=source)
