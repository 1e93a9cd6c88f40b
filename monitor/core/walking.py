"""The synthetic entry: what it is called on its way, and what people are told when it does not arrive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from monitor.core.models import LateWalk, WalkStage
from monitor.core.render.display import line
from monitor.core.render.times import lasting

CHANNEL: Final = "walk:null"
"""The channel that its alert goes to, which shows it to nobody."""
_FEED: Final = "walk:"
WORD: Final = "newsmonitorwalk"
"""What its rule looks for; no language has it."""


class Stage(NamedTuple):
    """What is to be said of a stage."""

    part: str
    """Whose counts show whether it does anything else: `poll`, `assemble`, `deliver`; empty: nobody's."""
    seen: str
    remedy: str


_RESTART: Final = "else restart the daemon, which loses nothing, and keep the log"
STAGES: Final[Mapping[WalkStage, Stage]] = {
    WalkStage.DATABASE: Stage(
        "",
        "it cannot be written down",
        "The database takes no writes: `news-monitor doctor` says why",
    ),
    WalkStage.DUE: Stage(
        "poll",
        "its feed waits to be claimed by the poller",
        f"Look for `poll.store_unavailable` in the log: does another program hold the database; {_RESTART}",
    ),
    WalkStage.POLLED: Stage(
        "poll",
        "its feed was claimed, and is being fetched from 127.0.0.1, parsed, matched and committed",
        "Look for `poll.` in the log: may the daemon connect to 127.0.0.1 and start processes, does the "
        f"database take writes; {_RESTART}",
    ),
    WalkStage.PENDING: Stage(
        "assemble",
        "it waits for its story",
        f"Is there a keeper (`news-monitor workers list`)? Look for `assemble.` in its log; {_RESTART}",
    ),
    WalkStage.DECIDED: Stage(
        "",
        "it was decided on, and no message came of it",
        f"Look for `assemble.bug` in the keeper's log; {_RESTART}",
    ),
    WalkStage.READY: Stage(
        "deliver",
        "its alert waits in the outbox for the deliverer",
        f"Look for `deliver.` in the keeper's log; {_RESTART}",
    ),
    WalkStage.SENDING: Stage(
        "deliver",
        "its alert was claimed by the deliverer and not settled",
        f"Look for `deliver.` in the keeper's log; {_RESTART}",
    ),
}


def feed_of(worker: str) -> str:
    """Return the identity of the feed that a daemon's entry comes from; no configured feed has such a one."""
    return f"{_FEED}{worker}"


def worker_of(feed: str) -> str | None:
    """Return the daemon whose synthetic entry comes from a feed; None: it is a feed like any other."""
    return feed.removeprefix(_FEED) if feed.startswith(_FEED) else None


def guid_of(worker: str, number: int) -> str:
    """Return what a daemon's n-th entry is known by."""
    return f"{worker}/{number}"


def number_of(guid: str | None) -> int:
    """Read the number from a guid; -1 if it is none of ours."""
    text = (guid or "").rpartition("/")[2]
    return int(text) if text.isdecimal() else -1


def title_of(number: int) -> str:
    """Return the headline of the n-th entry, which its rule matches."""
    return f"{WORD} {number}: nobody is told of this entry"


def sentence_on(late: LateWalk, whose: str = "") -> str:
    """Say that it has not arrived, where it was last seen, and what to do."""
    stage = STAGES[late.stage]
    said = f" ({line(late.said, 200)})" if late.said else ""
    return (
        f"The synthetic entry{whose} has not arrived for {lasting(late.lasted)}: last seen at stage "
        f"`{late.stage}`, {stage.seen}{said}. {stage.remedy}."
    )
