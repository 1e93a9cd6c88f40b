"""Where an alert goes, and on which terms: the rule's own channels, else the routes, else the default.

    the rule's channels -> the first route that matches, and the next while each says `continue: true`
    -> alerts.channels -> every channel

On what terms a channel gets it is said in three places: the rule's `alert` wins over the route that took it
there, the route over `alerts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.core.document import either
from monitor.core.labels import Labels
from monitor.core.models import AlertPolicy, SendingPolicy
from monitor.core.settings import RouteMatch, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One channel that an alert goes to."""

    channel: str
    taken_by: str
    """What sends it there: `the rule itself`, `route 2`, `alerts.channels`, `default: every channel`."""
    policy: SendingPolicy
    """On which terms."""
    limit_per_rule: bool = False
    """Whether `max_per_hour` counts the messages of the rule alone, because the rule says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one route says to an alert."""

    route: int
    """Counted from 1, as in the file."""
    takes: bool
    why: str


def legs_for(settings: Settings, policy: AlertPolicy, labels: Labels) -> tuple[Leg, ...]:
    """Name the channels of an alert, each once, in order; those that are not configured are left out.

    A channel that two routes name has the terms of the first.
    """
    defaults = settings.alerts.policy()
    found: dict[str, Leg] = {}
    for channel, taken_by, said in _taken(settings, policy, labels):
        if channel in settings.channels:
            leg = Leg(
                channel=channel,
                taken_by=taken_by,
                policy=policy.sending.over(said).over(defaults),
                limit_per_rule=policy.sending.max_per_hour is not None,
            )
            found.setdefault(channel, leg)
    return tuple(found.values())


def _taken(
    settings: Settings, policy: AlertPolicy, labels: Labels
) -> Iterator[tuple[str, str, SendingPolicy]]:
    """Give each channel with what takes the alert there and what that says of the terms."""
    nothing = SendingPolicy()
    if policy.channels:
        yield from ((name, "the rule itself", nothing) for name in policy.channels)
        return
    taking = [look for look in looks(settings, labels) if look.takes]
    for look in taking:
        route = settings.routes[look.route - 1]
        yield from ((name, f"route {look.route}", route.policy()) for name in route.channels)
    if not taking and settings.alerts.channels:
        yield from ((name, "alerts.channels", nothing) for name in settings.alerts.channels)
    elif not taking:
        yield from ((name, "default: every channel", nothing) for name in settings.channels)


def looks(settings: Settings, labels: Labels) -> tuple[Look, ...]:
    """Say of each route, in order, whether it takes an alert, and why or why not."""
    found: list[Look] = []
    ended_by = 0
    for number, route in enumerate(settings.routes, 1):
        refusal = "" if ended_by else _refusal(route.match, labels)
        if ended_by:
            found.append(Look(route=number, takes=False, why=f"not looked at: route {ended_by} ended it"))
        elif refusal:
            found.append(Look(route=number, takes=False, why=refusal))
        else:
            then = "and the next is looked at (continue: true)" if route.go_on else "and ends here"
            found.append(Look(route=number, takes=True, why=f"{_taking(route.match, labels)}, {then}"))
            ended_by = 0 if route.go_on else number
    return tuple(found)


def _refusal(match: RouteMatch, labels: Labels) -> str:
    """Say which key of a route does not hold; empty if all do."""
    for key, wanted in match:
        if wanted and not labels[key].intersection(wanted):
            return f"{key} is {_listed(sorted(labels[key]))}, not {either(wanted)}"
    return ""


def _taking(match: RouteMatch, labels: Labels) -> str:
    held = [
        f"{key} is {_listed(sorted(labels[key].intersection(wanted)))}" for key, wanted in match if wanted
    ]
    return " and ".join(held) or "it takes everything"


def _listed(values: Sequence[str]) -> str:
    return ", ".join(values) or "unknown"
