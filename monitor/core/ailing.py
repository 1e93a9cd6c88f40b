"""What is wrong just now: measures against limits, each with a wider one at which it is well again.

measures, what was told -> ailments -> courses (since when, told or not) -> what is news
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from monitor.core.limiting import is_near
from monitor.core.models import Ailment, Held, Measures, Room, Trouble
from monitor.core.render.display import line
from monitor.core.render.times import dated, lasting
from monitor.core.walking import sentence_on

GATHER: Final = timedelta(seconds=40)
"""What begins within so long of each other is one outage, told in one message."""
LASTING: Final = timedelta(minutes=5)
"""An end is told when it has lasted so long: what flickers rings no bells."""
SLOW: Final = timedelta(minutes=5)
"""An entry that waits for its story for longer is too late for a monitor."""
_SLOW_STILL: Final = timedelta(minutes=1)
_LEAST: Final = 500 * 2**20
"""Bytes that must be free on any disk: the log of SQLite alone may take 64 MiB between checkpoints."""
_MOST: Final = 5 * 2**30
_SHARE: Final = 0.05
_WIDER: Final = 1.5
_CLOCK: Final = timedelta(minutes=1)
_GROWN: Final = 0.5
_GROWN_LEAST: Final = 200 * 2**20
_GROWN_STILL: Final = 0.5
_NAMED: Final = 3
_AT: Final = " on host "


def ailing(measures: Measures, told: Collection[str]) -> tuple[Ailment, ...]:
    """Say what is wrong; for what people were `told` of, by key, the limits are wider."""
    own = (
        *_disk(measures, told),
        *_memory(measures, told),
        *_clock(measures),
        *_stuck(measures),
        *_refused(measures),
    )
    return (
        *(_at_host(one, measures.own.host) for one in own),
        *_slow(measures, told),
        *_walks(measures),
        *_bulk(measures, told),
        *(_dead_letters(one) if one.given_up else _channel(one) for one in measures.troubles),
    )


def is_ours(key: str, host: str) -> bool:
    """Say whether a daemon on `host` may tell the end of what was told: not if it is another daemon's own."""
    _, at, whose = key.partition(_AT)
    return not at or whose == host


def _at_host(ailment: Ailment, host: str) -> Ailment:
    if not host:
        return ailment
    said = (f"{line(host, 60)}: {one}" for one in (ailment.title, ailment.said, ailment.over))
    title, text, over = said
    return replace(ailment, key=_key_at(ailment.key, host), title=title, said=text, over=over)


def _key_at(key: str, host: str) -> str:
    return f"{key}{_AT}{host}" if host else key


def is_full(room: Room, *, still: bool) -> bool:
    """Say whether a disk is nearly full: below 500 MiB, or 5 % and 5 GiB; half as much again ends it."""
    least = max(_LEAST, min(room.total * _SHARE, _MOST))
    return room.free < least * (_WIDER if still else 1)


def _disk(measures: Measures, told: Collection[str]) -> Iterator[Ailment]:
    room = measures.own.room
    if room is not None and is_full(room, still="disk" in told):
        yield Ailment(
            key="disk",
            title="The disk of the database is nearly full",
            said=f"The disk of the database is nearly full: {_mebibytes(room.free)} free. When it is "
            "full nothing is read or sent until there is room; make room, or shorten `retention`.",
            over="The disk of the database has room again",
            since=measures.at,
        )


def is_grown(held: Held, *, still: bool) -> bool:
    """Say whether memory grew by half and by 200 MiB over what it was at first; half of both ends it."""
    growth = max(held.at_first * _GROWN, _GROWN_LEAST) * (_GROWN_STILL if still else 1)
    return held.now - held.at_first > growth


def _memory(measures: Measures, told: Collection[str]) -> Iterator[Ailment]:
    held = measures.own.held
    if held is not None and is_grown(held, still=_key_at("memory", measures.own.host) in told):
        yield Ailment(
            key="memory",
            title="Memory of the daemon has grown",
            said=f"Memory of the daemon has grown: {_mebibytes(held.now)} held, {_mebibytes(held.at_first)} "
            "one hour after it took up its work. Were feeds or rules added? Else restart it at a quiet time, "
            "which loses nothing, and report it with the log.",
            over="Memory of the daemon is near again to what it was at first",
            since=measures.at,
        )


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"


def _clock(measures: Measures) -> Iterator[Ailment]:
    by = measures.own.clock_set
    if abs(by) >= _CLOCK:
        title = f"The clock was set {'forward' if by > timedelta(0) else 'back'} by {lasting(abs(by))}"
        yield Ailment(
            key="clock",
            title=title,
            said=f"{title}. Ages, quiet hours and deadlines are reckoned by it; look after time "
            "synchronisation (`timedatectl`).",
            over="The clock has been steady since",
            since=measures.at,
        )


def _stuck(measures: Measures) -> Iterator[Ailment]:
    for stage in measures.own.stuck:
        title = f"Stage `{line(stage, 60)}` stands still"
        yield Ailment(
            key=f"stage {stage}",
            title=title,
            said=f"{title}. systemd's watchdog restarts the daemon where it is set; else restart it and keep "
            "the log.",
            over=f"Stage `{line(stage, 60)}` turns again",
            since=measures.at,
        )


def _slow(measures: Measures, told: Collection[str]) -> Iterator[Ailment]:
    since = measures.oldest_pending_at
    limit = _SLOW_STILL if "assembly" in told else SLOW
    if since is not None and measures.at - since > limit:
        yield Ailment(
            key="assembly",
            title="Entries wait too long for their story",
            said=f"Entries wait too long for their story: the oldest since {dated(since)}. Alerts are that "
            "late; is the machine overloaded, or its disk slow?",
            over="Entries no longer wait for their stories",
            since=since,
        )


def _walks(measures: Measures) -> Iterator[Ailment]:
    for late in measures.walks:
        whose = f" of {line(late.worker, 60)}" if measures.own.host else ""
        yield Ailment(
            key=f"walk {late.worker}",
            title=f"The synthetic entry{whose} does not arrive",
            said=sentence_on(late, whose),
            over=f"The synthetic entry{whose} arrives again",
            since=measures.at - late.lasted,
        )


def _bulk(measures: Measures, told: Collection[str]) -> Iterator[Ailment]:
    bulk = measures.bulk
    if bulk is None or not is_near(bulk, told="size" in told):
        return
    kept = lasting(measures.at - bulk.oldest) if bulk.oldest else "no time"
    size, used = _mebibytes(bulk.limit), _mebibytes(bulk.extent.used)
    said = f"The database is near `retention.max_size`: {used} of {size} are used. "
    if bulk.extent.used > bulk.limit:
        said += (
            f"Nothing more can go: stories of `stories.window` ({kept}), messages under way and the marks of "
            "former entries need the rest. Raise the limit, or take fewer feeds or a shorter window."
        )
    else:
        gone = f"{bulk.dropped:,} of the oldest entries went just now. " if bulk.dropped else ""
        said += (
            f"{gone}The oldest entries go first: they are kept for {kept}, where `retention.entries` says "
            f"{lasting(measures.kept_for)}. Raise `retention.max_size` if that is too short."
        )
    yield Ailment(
        key="size",
        title="The size of the database decides how long entries are kept",
        said=said,
        over="The database is well below `retention.max_size` again",
        since=measures.at,
    )


def _refused(measures: Measures) -> Iterator[Ailment]:
    mistakes = measures.own.refused
    if mistakes:
        more = f" and {len(mistakes) - _NAMED} more" if len(mistakes) > _NAMED else ""
        named = "; ".join(line(one, 240) for one in mistakes[:_NAMED])
        yield Ailment(
            key="files",
            title="Changed files are not in force",
            said=f"Changed files are not in force, the last good versions are: {named}{more}. "
            "`news-monitor check` lists every mistake.",
            over="All files are in force as they stand",
            since=measures.at,
        )


def _channel(trouble: Trouble) -> Ailment:
    name = line(trouble.channel, 60)
    title = f"Channel {name} takes no alerts"
    number = f"{trouble.waiting:,} message{'' if trouble.waiting == 1 else 's'}"
    return Ailment(
        key=f"channel {trouble.channel}",
        title=title,
        said=f"{title}: {line(trouble.why, 300)}. {number} kept since {dated(trouble.since)}; none is lost.",
        over=f"Channel {name} takes alerts again",
        since=trouble.since,
        channel=trouble.channel,
    )


def _dead_letters(trouble: Trouble) -> Ailment:
    name, one = line(trouble.channel, 60), trouble.waiting == 1
    number = f"{trouble.waiting:,} message{'' if one else 's'}"
    title = f"Channel {name} refused {number} for good"
    return Ailment(
        key=f"dead letters {trouble.channel}: {trouble.why}",
        title=title,
        said=f"{title}: {line(trouble.why, 300)}. {'It is' if one else 'They are'} kept: "
        "`news-monitor alerts dead`, then `alerts retry` or `alerts drop`.",
        over=f"No message is left that channel {name} refused: {line(trouble.why, 120)}",
        since=trouble.since,
        channel=trouble.channel,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """An ailment that people are or were to be told of."""

    ailment: Ailment
    told: bool
    present: bool
    turned: timedelta
    """Since when it has been present, or gone, on a clock that nobody sets."""


def followed(
    before: Mapping[str, Course], found: Sequence[Ailment], told: Mapping[str, Ailment], *, at: timedelta
) -> dict[str, Course]:
    """Take a look into account; what came and went untold is forgotten.

    Args:
        before: what the last look left, by key.
        found: what is wrong just now.
        told: what people were told has begun, and not that it ended.
        at: now, on a clock that nobody sets.
    """
    present = {one.key: one for one in found}
    courses = {}
    for key, ailment in {**present, **told}.items():
        known, is_present = before.get(key), key in present
        since = ailment.since if known is None else min(ailment.since, known.ailment.since)
        turned = known.turned if known is not None and known.present is is_present else at
        courses[key] = Course(
            ailment=replace(ailment, since=since), told=key in told, present=is_present, turned=turned
        )
    return courses


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is to be told, in one message."""

    begun: tuple[Ailment, ...] = ()
    over: tuple[Ailment, ...] = ()
    still: tuple[Ailment, ...] = ()
    """What people were told of before and is wrong still."""


def news_of(courses: Mapping[str, Course], *, at: timedelta) -> News:
    """Say what is to be told: all that has begun once the first of it is old enough; each end that lasts."""
    untold = [one for one in courses.values() if not one.told]
    ripe = any(at - one.turned >= GATHER for one in untold)
    ended = [one for one in courses.values() if one.told and not one.present]
    return News(
        begun=tuple(one.ailment for one in untold) if ripe else (),
        over=tuple(one.ailment for one in ended if at - one.turned >= LASTING),
        still=tuple(one.ailment for one in courses.values() if one.told and one.present),
    )
