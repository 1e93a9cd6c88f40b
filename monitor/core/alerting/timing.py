"""When: may a channel have a message now, and if not, when and why not.

The questions are asked in this order, and the first that says wait is the reason that is told:

    silenced until its end? gathered for a digest? quiet hours? group_wait? over the limit an hour?

When what held a message has passed, the questions that may hold it again are asked: a silence and quiet hours
whatever held it, the others only where they have not had their turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from monitor.core.calendar import next_at, quiet_until
from monitor.core.models import Reason, SendingPolicy, Severity, Silence

HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A message that would go to a channel now."""

    policy: SendingPolicy
    severity: Severity
    zone: tzinfo
    """For quiet hours and digests that name none."""
    now: datetime
    first: bool = True
    """Whether the channel has nothing of this alert yet."""
    unusual: bool = False
    """Whether it tells of a pace or a sight out of the ordinary: such a message has waited enough."""
    silence: Silence | None = None
    """One in force that concerns the alert, and does not suppress it for good."""
    lately: Sequence[datetime] = ()
    """When the messages of the last hour left that count towards `max_per_hour`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Why a message waits, and until when."""

    reason: Reason
    until: datetime
    said: str
    """In words: `22:00 to 07:00 Europe/Kyiv`; of a silence its label."""


def terms_of(asking: Asking, *, after: Reason | None = None) -> Terms | None:
    """Return on which terms a message waits; None if it may go.

    Args:
        asking: the message.
        after: what held it until now; None for one that is new.
    """
    for question in _QUESTIONS[after]:
        if (terms := question(asking)) is not None:
            return terms
    return None


def _silenced(asking: Asking) -> Terms | None:
    silence = asking.silence
    if silence is None:
        return None
    return Terms(reason=Reason.SILENCED, until=silence.ends_at, said=silence.label)


def _gathered(asking: Asking) -> Terms | None:
    digest = asking.policy.digest
    if digest is None or digest.at is None:
        return None
    zone = digest.zone or asking.zone
    until = next_at(digest.at, asking.now, zone)
    return Terms(reason=Reason.DIGEST, until=until, said=f"{digest.at.text} {zone}")


def _quiet(asking: Asking) -> Terms | None:
    quiet = asking.policy.quiet_hours
    if quiet is None or asking.severity in quiet.exempt:
        return None
    until = quiet_until(quiet, asking.now, asking.zone)
    if until is None:
        return None
    said = f"{quiet.start:%H:%M} to {quiet.end:%H:%M} {quiet.zone or asking.zone}"
    return Terms(reason=Reason.QUIET_HOURS, until=until, said=said)


def _waiting(asking: Asking) -> Terms | None:
    wait = asking.policy.group_wait
    if not wait or not asking.first or asking.unusual:
        return None
    return Terms(reason=Reason.GROUP_WAIT, until=asking.now + wait, said="group_wait")


def _limited(asking: Asking) -> Terms | None:
    most = asking.policy.max_per_hour
    if most is None:
        return None
    times = sorted(at for at in asking.lately if asking.now - HOUR < at <= asking.now)
    if len(times) < most:
        return None
    return Terms(reason=Reason.HOURLY_LIMIT, until=times[-most] + HOUR, said=f"{most} an hour")


_Question = Callable[[Asking], Terms | None]
_QUESTIONS: Final[Mapping[Reason | None, tuple[_Question, ...]]] = {
    None: (_silenced, _gathered, _quiet, _waiting, _limited),
    Reason.SILENCED: (_silenced, _gathered, _quiet, _limited),
    Reason.GROUP_WAIT: (_silenced, _quiet, _limited),
    Reason.DIGEST: (_silenced, _quiet),
    Reason.QUIET_HOURS: (_silenced, _quiet),
    Reason.HOURLY_LIMIT: (_silenced, _quiet),
}
