"""Handling: what people did about an alert, wherever they did it: acknowledged, judged, muted, snoozed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.core.models.alerts import Silence


class Judgement(StrEnum):
    """Whether an alert was worth its reader's time."""

    RELEVANT = "relevant"
    NOISE = "noise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One person's judgement of one alert; a later one of the same person replaces it."""

    alert: str
    rule: str
    story: str
    author: str
    judgement: Judgement
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFeedback:
    """How many alerts of a rule were judged; of several judgements of one alert the latest counts."""

    rule: str
    relevant: int = 0
    noise: int = 0

    @property
    def judged(self) -> int:
        """How many alerts that are."""
        return self.relevant + self.noise

    @property
    def precision(self) -> float | None:
        """Which part of them was relevant, in [0, 1]; None where none was judged."""
        return self.relevant / self.judged if self.judged else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Who took an alert on; the first one stands."""

    author: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """What people have done about one alert so far."""

    alert: str
    rule: str
    story: str
    acknowledged: Acknowledgement | None = None
    feedback: Feedback | None = None
    """The latest."""
    muted: Silence | None = None
    """The silence in force on its story alone, the last to end."""
    snoozed: Silence | None = None
    """The silence in force on its rule alone, the last to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody at a channel; the name is the channel's word and never trusted."""

    id: str
    name: str = ""


class Press(StrEnum):
    """The buttons under an alert. The values travel to the channel and back."""

    ACKNOWLEDGE = "acknowledge"
    RELEVANT = "relevant"
    NOISE = "noise"
    MUTE_STORY = "mute-story"
    SNOOZE_RULE = "snooze-rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A button that somebody pressed under an alert."""

    id: str
    """The channel's name for the press: the same for every copy of it that arrives."""
    press: Press
    alert: str
    """The alert's id as the button carried it: to be looked up, not believed."""
    channels: tuple[str, ...]
    """The names in config.yaml of the channels it may have been pressed in."""
    message: str
    """The remote id of the message that bore the button."""
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command that somebody typed in a channel."""

    id: str
    """The channel's name for it: the same for every copy of it that arrives."""
    words: str
    """What was typed, as it came."""
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of a press or a command."""

    text: str
    """For whoever pressed or asked: plain text of a few lines, to be shown letter by letter."""
    done: bool = False
    """Whether it stands in the store, and the messages are to show it."""
