"""What a rule says of when channels may have its alerts: waits, limits, quiet hours, digests, escalation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta, tzinfo
from typing import Final, TypeVar

from monitor.core.calendar import clock_time, cron, weekdays, zone_named
from monitor.core.document import Node, Reader
from monitor.core.models import (
    EVERY_DAY,
    NO_DIGEST,
    NO_ESCALATION,
    NO_QUIET_HOURS,
    UNLIMITED,
    Digest,
    Escalation,
    QuietHours,
    SendingPolicy,
    Severity,
    WhenExpired,
)

SENDING: Final = (
    "group_wait",
    "max_per_hour",
    "quiet_hours",
    "digest",
    "expires_after",
    "when_expired",
    "escalate",
)
_T = TypeVar("_T")
_NONE: Final = "none"
_SEVERITIES: Final = [level.value for level in Severity]


def read_sending(keys: Mapping[str, Node], reader: Reader) -> SendingPolicy:
    """Read the keys of an `alert` that say when it is sent; `none` undoes what a route or a default says."""
    when = None
    if "when_expired" in keys:
        when = reader.choice(keys["when_expired"], "`when_expired`", [kind.value for kind in WhenExpired])
    return SendingPolicy(
        group_wait=_optional(keys, "group_wait", _wait, reader),
        max_per_hour=_optional(keys, "max_per_hour", _limit, reader),
        quiet_hours=_optional(keys, "quiet_hours", _quiet_hours, reader),
        digest=_optional(keys, "digest", _digest, reader),
        expires_after=_optional(keys, "expires_after", _expiry, reader),
        when_expired=WhenExpired(when) if when else None,
        escalate=_optional(keys, "escalate", _escalate, reader),
    )


def _optional(
    keys: Mapping[str, Node], key: str, read: Callable[[Node, Reader], _T | None], reader: Reader
) -> _T | None:
    return read(keys[key], reader) if key in keys else None


def _wait(node: Node, reader: Reader) -> timedelta | None:
    return reader.duration(node, "`group_wait`")


def _expiry(node: Node, reader: Reader) -> timedelta | None:
    return reader.duration(node, "`expires_after`")


def _limit(node: Node, reader: Reader) -> int | None:
    return UNLIMITED if node.value == _NONE else reader.integer(node, "`max_per_hour`", least=1)


def _quiet_hours(node: Node, reader: Reader) -> QuietHours | None:
    if node.value == _NONE:
        return NO_QUIET_HOURS
    keys = reader.keys(node, "`quiet_hours`", ("from", "to", "zone", "days", "except"))
    for key in ("from", "to"):
        if keys and key not in keys:
            reader.wrong(node.place, f'`quiet_hours` needs `{key}`: {{from: "22:00", to: "07:00"}}')
    start = _understood(keys, "from", clock_time, reader)
    end = _understood(keys, "to", clock_time, reader)
    zone = _understood(keys, "zone", zone_named, reader)
    days = _understood(keys, "days", weekdays, reader)
    exempt = _severities(keys["except"], reader) if "except" in keys else frozenset[Severity]()
    if start is None or end is None:
        return None
    return QuietHours(start=start, end=end, zone=zone, days=days or EVERY_DAY, exempt=exempt)


def _severities(node: Node, reader: Reader) -> frozenset[Severity]:
    read = (
        reader.choice(item, "an item of `except`", _SEVERITIES) for item in reader.items(node, "`except`")
    )
    return frozenset(Severity(name) for name in read if name is not None)


def _digest(node: Node, reader: Reader) -> Digest | None:
    if node.value == _NONE:
        return NO_DIGEST
    if not isinstance(node.value, Mapping):
        at = _understood({"digest": node}, "digest", cron, reader)
        return None if at is None else Digest(at=at)
    keys = reader.keys(node, "`digest`", ("at", "zone"))
    if keys and "at" not in keys:
        reader.wrong(node.place, '`digest` needs `at`: {at: "0 8 * * mon-fri", zone: Europe/Kyiv}')
    at = _understood(keys, "at", cron, reader)
    zone: tzinfo | None = _understood(keys, "zone", zone_named, reader)
    return None if at is None else Digest(at=at, zone=zone)


def _escalate(node: Node, reader: Reader) -> Escalation | None:
    if node.value == _NONE:
        return NO_ESCALATION
    keys = reader.keys(node, "`escalate`", ("after", "to", "severity"))
    for key in ("after", "to"):
        if keys and key not in keys:
            reader.wrong(node.place, f"`escalate` needs `{key}`: {{after: 10m, to: [pager]}}")
    after = reader.duration(keys["after"], "`after`") if "after" in keys else None
    to = reader.texts(keys["to"], "`to`") if "to" in keys else ()
    severity = reader.choice(keys["severity"], "`severity`", _SEVERITIES) if "severity" in keys else "high"
    if after is None or not to or severity is None:
        return None
    return Escalation(after=after, to=to, severity=Severity(severity))


def _understood(
    keys: Mapping[str, Node], key: str, understand: Callable[[str], _T], reader: Reader
) -> _T | None:
    """Read a text and understand it; a mistake says at its place why it cannot be."""
    if key not in keys:
        return None
    node = keys[key]
    text = reader.text(node, f"`{key}`")
    if text is None:
        return None
    try:
        return understand(text)
    except ValueError as error:
        reader.wrong(node.place, f"`{key}`: {error}")
        return None
