"""Who did what by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Via(Enum):
    """Where somebody acts."""

    DESK = "desk"
    SLACK = "slack"
    TERMINAL = "terminal"


class Act(Enum):
    """What somebody did; each names the kind of its object."""

    LOGIN = "login"
    LOGIN_REFUSED = "login refused"
    LOGOUT = "logout"
    SILENCE = "silence"
    EXTEND_SILENCE = "extend silence"
    END_SILENCE = "end silence"
    ACKNOWLEDGE = "acknowledge alert"
    JUDGE = "judge alert"
    RELEASE = "release alert"
    MERGE = "merge stories"
    SPLIT = "split story"
    UNDO = "undo edit of stories"
    FORGET = "forget entry"
    RETRY = "retry delivery"
    DROP = "drop delivery"
    POLL = "poll feed"
    ADD_FEED = "add feed"
    PAUSE_FEED = "pause feed"
    RESUME_FEED = "resume feed"
    IMPORT_FEEDS = "import feeds"
    DRAIN_WORKER = "drain worker"
    RESUME_WORKER = "resume worker"
    PUSH_RULES = "push rules"
    ROLL_BACK_RULES = "roll back rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, where, and when they asked."""

    at: datetime
    name: str
    """As what they do is signed: `olena (desk)`, `Olena (U024BE7LH)`, a user of the machine."""
    via: Via
    address: str = ""
    """Of the network, where the desk was used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that somebody did: what the audit log keeps."""

    number: int = 0
    """Given by the log; the later, the greater."""
    at: datetime
    by: str
    via: Via
    address: str
    act: Act
    what: str
    """The id or address of the object; empty where there is none."""
    detail: str = ""
