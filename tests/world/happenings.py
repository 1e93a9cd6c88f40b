"""What may happen in a history of the world: articles, servers that fail, clocks that leap, kills.

    History = (Published(...), Broke(...), Waited(...), Killed(...), ...)

A history is drawn by hypothesis, which also shrinks one that breaks a promise to the shortest that does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hypothesis import strategies as st

from tests.channels.slack_double import Fault
from tests.channels.smtp_server import MailFault

OUTLETS = 3
"""Feeds, each of an outlet of its own."""
CHAPTERS = 8
"""In a history, at most; a chapter is what goes wrong, what is published, and time."""


class Ways(StrEnum):
    """How a feed's server behaves."""

    WELL = "is well"
    ERROR = "answers 500"
    DEAD = "drops every connection"
    WALL = "shows a page for humans"
    TORN = "sends half a document"
    FALSE_304 = "says 304 for ever"
    NEW_GUIDS = "gives every item a new guid at each answer"
    NEW_DATES = "dates every item anew at each answer"
    EMPTY = "serves an empty feed"


class Kind(StrEnum):
    """What is published."""

    ALERTED = "an article that a rule wants"
    HELD = "an article that waits for a second outlet"
    OTHER = "an article that no rule wants"
    COPY = "the text of another outlet"
    REVISED = "a changed text of its own"


@dataclass(frozen=True, slots=True)
class Published:
    """An outlet publishes."""

    outlet: int
    kind: Kind

    def __str__(self) -> str:
        return f"outlet {self.outlet} publishes {self.kind}"


@dataclass(frozen=True, slots=True)
class Turned:
    """A feed's server behaves otherwise from now on."""

    outlet: int
    ways: Ways

    def __str__(self) -> str:
        return f"the server of outlet {self.outlet} {self.ways}"


@dataclass(frozen=True, slots=True)
class SlackFaults:
    """The next posts to Slack meet these faults."""

    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        return "Slack: " + ", ".join(self.faults)


@dataclass(frozen=True, slots=True)
class MailFaults:
    """The next mails meet these faults."""

    faults: tuple[MailFault, ...]

    def __str__(self) -> str:
        return "mail: " + ", ".join(self.faults)


@dataclass(frozen=True, slots=True)
class SlackOut:
    """Every post to Slack meets this from now on; NONE ends it."""

    fault: Fault

    def __str__(self) -> str:
        return (
            "Slack works again" if self.fault is Fault.NONE else f"Slack, until further notice: {self.fault}"
        )


@dataclass(frozen=True, slots=True)
class MailOut:
    """Every mail meets this from now on; NONE ends it."""

    fault: MailFault

    def __str__(self) -> str:
        well = self.fault is MailFault.NONE
        return "mail works again" if well else f"mail, until further notice: {self.fault}"


@dataclass(frozen=True, slots=True)
class Nameless:
    """No name can be looked up from now on, or any again."""

    gone: bool

    def __str__(self) -> str:
        return "name servers do not answer" if self.gone else "name servers answer again"


@dataclass(frozen=True, slots=True)
class Locked:
    """Another program holds the database, or lets it go."""

    held: bool

    def __str__(self) -> str:
        return "another program locks the database" if self.held else "the lock on the database is gone"


@dataclass(frozen=True, slots=True)
class Slept:
    """The machine sleeps, or the process is stopped: time passes, and nothing is done."""

    minutes: int

    def __str__(self) -> str:
        return f"the process is stopped for {self.minutes} minutes"


@dataclass(frozen=True, slots=True)
class Leapt:
    """The machine's clock is wrong by so much from now on; zero sets it right."""

    by: timedelta

    def __str__(self) -> str:
        return f"the machine's clock is wrong by {self.by}" if self.by else "the machine's clock is set right"


@dataclass(frozen=True, slots=True)
class DiskFull:
    """The disk has no room for more, or has it again."""

    full: bool

    def __str__(self) -> str:
        return "the disk is full" if self.full else "the disk has room again"


@dataclass(frozen=True, slots=True)
class Killed:
    """The process is killed at the n-th write to its database from now on, and started again."""

    at: int
    after: bool
    """Whether the write was done by then."""

    def __str__(self) -> str:
        return f"kill -9 {'after' if self.after else 'before'} the {self.at}th write from now"


@dataclass(frozen=True, slots=True)
class Restarted:
    """The process is started again."""

    def __str__(self) -> str:
        return "restart"


@dataclass(frozen=True, slots=True)
class Waited:
    """Time passes."""

    minutes: int

    def __str__(self) -> str:
        return f"{self.minutes} minutes pass"


Outside = Published | Turned | SlackFaults | MailFaults | SlackOut | MailOut | Nameless
"""What happens to others."""
Happening = Outside | Leapt | DiskFull | Locked | Killed | Restarted | Slept | Waited
History = tuple[Happening, ...]

_SLACK = (
    Fault.RATE_LIMITED, Fault.SERVER_ERROR, Fault.HTML_PAGE, Fault.NOT_JSON, Fault.INTERNAL_ERROR,
    Fault.INTERNAL_ERROR_POSTED, Fault.DROP, Fault.ACCEPT_THEN_DROP, Fault.REVOKED, Fault.NOT_IN_CHANNEL,
)  # fmt: skip
_MAIL = (
    MailFault.GREYLISTED, MailFault.NO_SUCH_USER, MailFault.BUSY, MailFault.TRY_LATER, MailFault.SPAM,
    MailFault.DROP_AT_MAIL, MailFault.DROP_BEFORE_REPLY, MailFault.DROP_AFTER_DATA,
)  # fmt: skip
_SLACK_OUT = (Fault.SERVER_ERROR, Fault.DROP, Fault.REVOKED, Fault.RATE_LIMITED, Fault.ACCEPT_THEN_DROP)
_MAIL_OUT = (MailFault.BUSY, MailFault.GREYLISTED, MailFault.DROP_AT_MAIL, MailFault.DROP_BEFORE_REPLY)
_LEAPS = (
    timedelta(hours=1), -timedelta(hours=1), timedelta(hours=8), -timedelta(hours=8), timedelta(0),
    timedelta(days=365), -timedelta(days=365),
)  # fmt: skip


def histories() -> st.SearchStrategy[History]:
    """Draw a history: articles and time, and much that goes wrong."""
    outlet = st.integers(0, OUTLETS - 1)
    published = st.builds(Published, outlet, st.sampled_from(tuple(Kind)))
    waited = st.builds(Waited, st.sampled_from((1, 4, 15, 45, 180)))
    wrong: st.SearchStrategy[Happening] = st.one_of(
        st.builds(Turned, outlet, st.sampled_from(tuple(Ways))),
        st.builds(SlackFaults, st.lists(st.sampled_from(_SLACK), min_size=1, max_size=4).map(tuple)),
        st.builds(MailFaults, st.lists(st.sampled_from(_MAIL), min_size=1, max_size=4).map(tuple)),
        st.builds(SlackOut, st.sampled_from((Fault.NONE, *_SLACK_OUT))),
        st.builds(MailOut, st.sampled_from((MailFault.NONE, *_MAIL_OUT))),
        st.builds(Nameless, st.booleans()),
        st.builds(Locked, st.booleans()),
        st.builds(Slept, st.sampled_from((2, 40, 600))),
        st.builds(Leapt, st.sampled_from(_LEAPS)),
        st.builds(DiskFull, st.booleans()),
        st.builds(Killed, st.integers(1, 6), st.booleans()),
        st.builds(Restarted),
    )
    # Chapters: without articles and time between what goes wrong, most histories would be about nothing.
    chapter = st.tuples(
        st.lists(wrong, max_size=2), st.lists(published, min_size=1, max_size=2), st.lists(waited, max_size=1)
    )
    return st.lists(chapter, min_size=2, max_size=CHAPTERS).map(
        lambda chapters: tuple(one for parts in chapters for part in parts for one in part)
    )


def timeline(told: Iterable[tuple[datetime, str]]) -> Iterator[str]:
    """Write what happened, one line each, as an operator would tell it."""
    for at, said in told:
        yield f"{at:%a %H:%M:%S}  {said}"


Tell = Callable[[str], None]
