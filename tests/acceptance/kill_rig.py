"""Kill the daemon again and again while alerts flow to a disturbed Slack and a disturbed mail server; count.

    publish some articles -> start -> kill -9 at a random moment     so many times
    let the rest arrive                                              -> Tally

The Slack double and the mail server live on while the daemon dies: they are what a reader would see.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.acceptance.daemon import Daemon, Desk
from tests.channels.mail_process import accepted
from tests.channels.slack_double import Fault, Posted, SlackDouble

SYLLABLES = ("ka", "ro", "vi", "ten", "mu", "sal", "dor", "pi", "gan", "leth", "os", "bra")
ROOT = Path(__file__).resolve().parent.parent.parent
FEEDS = 20
WEIGHTS = {
    Fault.RATE_LIMITED: 4,
    Fault.SERVER_ERROR: 2,
    Fault.ACCEPT_THEN_DROP: 3,
    Fault.ACCEPT_THEN_HANG: 2,
    Fault.INTERNAL_ERROR_POSTED: 1,
    Fault.DROP: 2,
    Fault.HANG: 1,
    Fault.HTML_PAGE: 1,
}
_MARK = re.compile("Zq[a-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do, and under which promise."""

    kills: int
    alerts: int
    seed: int
    history: bool = True
    """Whether the token may ask for the channel's history."""
    disturbed: float = 0.16
    """The part of posts and mails that meet a fault."""
    window: float = 1.5
    """Seconds after the start within which the kill comes."""
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Further settings of the channels `osint` and `desk`."""
    patience: float = 240.0
    """Seconds that the rest may take to arrive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What readers got."""

    alerts: int
    kills: int
    slack_lost: int
    slack_doubled: int
    """Alerts that Slack shows again, not marked as a possible repeat."""
    slack_marked: int
    """Messages marked as a possible repeat."""
    slack_messages: int
    mail_lost: int
    mails: int
    mail_doubled: int
    """Mails accepted again."""
    mail_untold: int
    """Of these, those whose former acceptance the server's fault kept from the sender."""
    mail_strangers: int
    """Message-IDs that belong to no delivery of the ledger, as a random one would: must be 0."""
    parked: int
    """Dead letters, retried by hand."""
    attempts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)


class Disturbance:
    """Faults without end for the double, so many of a hundred posts."""

    def __init__(self, dice: random.Random, disturbed: float) -> None:
        self._dice = dice
        self._disturbed = disturbed
        self.used: Counter[str] = Counter()

    def __bool__(self) -> bool:
        return True

    def popleft(self) -> Fault:
        """Give the fault of the next post."""
        if self._dice.random() >= self._disturbed:
            return Fault.NONE
        fault = self._dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        self.used[fault.value] += 1
        return fault


def marked(number: int) -> str:
    """Make up a headline that has only one word in common with another; its second word is its mark.

    Words are long, or by chance two headlines would share one and be taken for one story.
    """
    dice = random.Random(number)
    digits = (number // 12**place % 12 for place in range(4))
    words = ["".join(dice.choices(SYLLABLES, k=9)).title() for _ in range(5)]
    return f"Bridge Zq{''.join(SYLLABLES[digit] for digit in digits)} {' '.join(words)}"


def marks(text: str) -> set[str]:
    """Find the marks of the headlines in a text."""
    return set(_MARK.findall(text))


@asynccontextmanager
async def mail_process(ledger: Path, *, seed: int, disturbed: float) -> AsyncIterator[int]:
    """Run the mail server; gives its port."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.channels.mail_process", str(ledger), "--seed", str(seed),
        "--disturbed", str(disturbed), cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield int(await process.stdout.readline())
    finally:
        process.kill()
        await process.wait()


async def kill_again_and_again(
    desk: Desk, slack: SlackDouble, plan: Plan, *, tell: Callable[[str], None] = lambda _: None
) -> Tally:
    """Carry the plan out."""
    dice = random.Random(plan.seed)
    disturbance = Disturbance(random.Random(plan.seed + 1), plan.disturbed)
    slack.faults = disturbance  # type: ignore[assignment]
    if not plan.history:
        slack.scopes = "chat:write,channels:read"
    ledger = desk.folder / "mails.jsonl"
    async with mail_process(ledger, seed=plan.seed + 2, disturbed=plan.disturbed) as port:
        _configure(desk, slack, port, plan)
        press = Press(desk)
        for number in range(plan.kills):
            press.publish(plan.alerts * (number + 1) // plan.kills)
            await _one_life(desk, dice, plan.window)
            if number % 25 == 24:
                tell(f"{number + 1} kills, {press.published} alerts, {len(slack.messages)} in Slack")
        await _the_rest(desk, plan)
        dead = await _retried(desk, plan)
    return replace(_count(desk, slack, ledger, plan, disturbance), parked=dead)


@dataclass(slots=True)
class Press:
    """Publishes headlines, a few more each time."""

    desk: Desk
    published: int = 0
    items: dict[int, list[tuple[str, str]]] = field(default_factory=dict)

    def publish(self, up_to: int) -> None:
        """Have so many headlines published in all."""
        changed = set()
        for number in range(self.published, up_to):
            feed = number % FEEDS
            self.items.setdefault(feed, []).append((str(number), marked(number)))
            changed.add(feed)
        for feed in changed:
            self.desk.publish(f"/f{feed}", self.items[feed], etag=f'"n{len(self.items[feed])}"')
        self.published = up_to


def _configure(desk: Desk, slack: SlackDouble, port: int, plan: Plan) -> None:
    desk.environment["SLACK_BOT_TOKEN"] = slack.token
    for feed in range(FEEDS):
        desk.feed(f"/f{feed}", [], interval=1)
    osint = {
        "type": "slack", "token": "${SLACK_BOT_TOKEN}", "channel": slack.channel, "api_url": slack.api_url,
        "settle": "1s", "timeout": "1s", "pace": "0s", "fold_after": "never",
    }  # fmt: skip
    mail = {
        "type": "email", "host": "127.0.0.1", "port": port, "tls": "none", "from": "news@desk.example",
        "to": ["analyst@desk.example"], "settle": "1s", "pace": "0s", "fold_after": "never",
    }  # fmt: skip
    desk.settings["channels"] = {
        "osint": osint | plan.channels.get("osint", {}),
        "desk": mail | plan.channels.get("desk", {}),
    }
    desk.write()


async def _one_life(desk: Desk, dice: random.Random, window: float) -> None:
    """Start, and kill at some moment: one in four while it starts, else soon after."""
    daemon = await desk.launch()
    try:
        if dice.random() < 0.25:
            await asyncio.sleep(dice.uniform(0, 1.5))
        else:
            await daemon.until(lambda: daemon.event("started"))
            await asyncio.sleep(dice.uniform(0, window))
    finally:
        await daemon.kill()


async def _the_rest(desk: Desk, plan: Plan) -> None:
    """Let what is left arrive; what is put off is made due now and then, as a person might."""
    deadline = asyncio.get_running_loop().time() + plan.patience
    while not _settled(desk, plan):
        assert asyncio.get_running_loop().time() < deadline, _standing(desk)
        _hurry(desk)
        daemon = await desk.launch()
        try:
            await daemon.started()  # before that a signal ends it, as it ends any program
            await _until(daemon, lambda: _settled(desk, plan), at_most=6.0)
            assert await daemon.stop(within=30.0) == 0, daemon.logged
        finally:
            await daemon.kill()


async def _retried(desk: Desk, plan: Plan) -> int:
    """Retry dead letters as a person does; returns how many there were."""
    count = "select count(*) from deliveries where state = 'parked'"
    dead = 0
    while (found := desk.rows(count)) and found[0][0]:
        dead += found[0][0]
        command = await desk.launch("alerts", "retry", "--all")
        assert await command.ended() == 0, command.logged
        await _the_rest(desk, plan)
    return dead


async def _until(daemon: Daemon, done: Callable[[], bool], *, at_most: float) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + at_most
    while loop.time() < until and not done():
        assert daemon.process.returncode is None, daemon.logged
        await asyncio.sleep(0.2)


def _settled(desk: Desk, plan: Plan) -> bool:
    entries = desk.rows("select count(*) from entries where title like 'Bridge%'")
    pending = desk.rows("select count(*) from pending")
    open_ones = desk.rows("select count(*) from deliveries where state in ('ready', 'sending', 'unsure')")
    return entries == [(plan.alerts,)] and pending == open_ones == [(0,)]


def _standing(desk: Desk) -> str:
    return str(desk.rows("select state, channel, count(*), max(doubts) from deliveries group by 1, 2"))


def _hurry(desk: Desk) -> None:
    """Make due what waits to be asked for: nobody wants to watch for a quarter of an hour."""
    with closing(sqlite3.connect(desk.database)) as connection, connection:
        connection.execute(
            "update deliveries set next_attempt_at = (select min(next_attempt_at) from deliveries) "
            "where state in ('ready', 'unsure')"
        )


def _count(desk: Desk, slack: SlackDouble, ledger: Path, plan: Plan, disturbance: Disturbance) -> Tally:
    expected = {mark for number in range(plan.alerts) for mark in marks(marked(number))}
    told = {mark for message in slack.messages for mark in marks(_words(message))}
    repeats = ["possible repeat" in _words(message) for message in slack.messages]
    plain = Counter(one.delivery for one, again in zip(slack.messages, repeats, strict=True) if not again)
    mails = list(accepted(ledger))
    mailed = {mark for mail in mails for mark in marks(mail["text"])}
    known = {delivery for (delivery,) in desk.rows("select id from deliveries where channel = 'desk'")}
    return Tally(
        alerts=len(expected),
        kills=plan.kills,
        slack_lost=len(expected - told),
        slack_doubled=sum(number - 1 for number in plain.values()),
        slack_marked=sum(repeats),
        slack_messages=len(slack.messages),
        mail_lost=len(expected - mailed),
        mails=len(mails),
        parked=0,
        attempts=Counter(dict(desk.rows("select channel, sum(attempts) from deliveries group by 1"))),
        faults=disturbance.used,
        mail_strangers=sum(_delivery_of(mail) not in known for mail in mails),
        **_mails_counted(mails),
    )


def _mails_counted(mails: list[dict[str, Any]]) -> dict[str, int]:
    doubled = untold = 0
    before: dict[str, dict[str, Any]] = {}
    for mail in mails:
        if former := before.get(mail["message_id"]):
            doubled += 1
            untold += not former["told"]
        before[mail["message_id"]] = mail
    return {"mail_doubled": doubled, "mail_untold": untold}


def _delivery_of(mail: dict[str, Any]) -> str:
    return str(mail["message_id"]).strip("<>").partition(".")[0]


def _words(message: Posted) -> str:
    return message.text + json.dumps(message.blocks, ensure_ascii=False)


def lines(tally: Tally) -> Iterator[str]:
    """The fault table."""
    killed = tally.mail_doubled - tally.mail_untold
    yield f"kills {tally.kills}, alerts {tally.alerts}, attempts {dict(tally.attempts)}"
    yield f"dead letters, retried by hand: {tally.parked}; faults of Slack {dict(tally.faults)}"
    yield f"Slack: {tally.slack_messages} messages, {tally.slack_lost} lost, {tally.slack_doubled} doubled"
    yield f"       unmarked, {tally.slack_marked} marked as possible repeats"
    yield f"mail:  {tally.mails} accepted, {tally.mail_lost} lost, {tally.mail_doubled} accepted again: of"
    yield f"       these {tally.mail_untold} after a reply the server never sent, {killed} after a kill"
    yield f"       Message-IDs unknown to the ledger: {tally.mail_strangers}"
