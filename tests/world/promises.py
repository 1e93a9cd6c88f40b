"""What must hold after any history, and what does not: one sentence for each broken promise."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

from tests.acceptance.kill_rig import marks
from tests.channels.slack_double import Posted
from tests.world.world import World

_OPEN = ("ready", "sending", "unsure", "parked")


def broken(world: World) -> Iterator[str]:
    """Name the promises of docs/architecture.md that were not kept."""
    yield from _lost(world)
    yield from _doubled(world)
    yield from _silent(world)
    yield from _left(world)


def _lost(world: World) -> Iterator[str]:
    wanted = {article.mark: article for one in world.outlets for article in one.articles if article.wanted}
    slack = {mark for one in world.servers.slack.messages for mark in marks(_words(one))}
    mail = {mark for one in world.servers.mail.mails for mark in marks(_mail(one.parsed))}
    for mark, article in wanted.items():
        for where, told in (("Slack", slack), ("mail", mail)):
            if mark not in told:
                reasons = rows(
                    world,
                    "select d.verdict, d.reason, d.detail from decisions d join entries e on e.id = d.entry "
                    "where e.title like ?",
                    f"%{mark}%",
                )
                yield f"lost: {article.title!r} was never told by {where}; decided on it: {reasons}"


def _doubled(world: World) -> Iterator[str]:
    first: Counter[str] = Counter()
    for message in world.servers.slack.messages:
        if message.thread_ts is None and "possible repeat" not in _words(message):
            first.update(marks(_words(message)))
    for mark, times in first.items():
        if times > 1:
            yield f"doubled: {mark} is in {times} messages of the Slack channel"
    known = {one.delivery for one in world.servers.slack.messages}
    if len(known) < len(world.servers.slack.messages):
        yield "doubled: a delivery was posted to Slack twice"
    yield from _mailed_again(world)


def _mailed_again(world: World) -> Iterator[str]:
    """A mail may come again only under the Message-ID that it had: receivers know it."""
    first: dict[str, set[str]] = {}
    for received in world.servers.mail.mails:
        mail = received.parsed
        if mail["In-Reply-To"] is None and mail["References"] is None:
            for mark in marks(_mail(mail)):
                first.setdefault(mark, set()).add(str(mail["Message-ID"]))
    for mark, ids in first.items():
        if len(ids) > 1:
            yield f"doubled: {mark} was mailed under {len(ids)} Message-IDs"


def _silent(world: World) -> Iterator[str]:
    undecided = (
        "select title from entries where (title like 'Bridge %' or title like 'Dam %') and not exists "
        "(select 1 from decisions where decisions.entry = entries.id)"
    )
    for (title,) in rows(world, undecided):
        yield f"silent: nothing was decided on {title!r}"


def _left(world: World) -> Iterator[str]:
    if pending := rows(world, "select count(*) from pending")[0][0]:
        yield f"left: {pending} entries wait for their story"
    marks_of = ", ".join(f"'{one}'" for one in _OPEN)
    for state, channel, error in rows(
        world,
        f"select state, channel, error from deliveries where state in ({marks_of})",  # noqa: S608
    ):
        yield f"left: a delivery to {channel} is {state}: {error}"


def rows(world: World, statement: str, *given: object) -> list[tuple[object, ...]]:
    """Ask the database beside the daemon's back."""
    with closing(sqlite3.connect(world.folder / "news.db")) as connection:
        return connection.execute(statement, given).fetchall()


def _words(message: Posted) -> str:
    return message.text + json.dumps(message.blocks, ensure_ascii=False)


def _mail(mail: object) -> str:
    return str(mail)
