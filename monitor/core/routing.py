"""Where an alert goes: the rule's own channels, else the routes, else the default."""

from __future__ import annotations

from monitor.core.labels import Labels
from monitor.core.models import AlertPolicy
from monitor.core.settings import RouteMatch, Settings


def channels_for(settings: Settings, policy: AlertPolicy, labels: Labels) -> tuple[str, ...]:
    """Name the channels of an alert, each once, in order.

    Channels that a rule names win. Otherwise the first route that matches decides, and the next ones too as
    long as each says `continue: true`. What no route takes goes to `alerts.channels`, by default to every
    channel there is. Names that are no configured channel are left out.
    """
    found = policy.channels or _routed(settings, labels) or settings.alerts.channels
    return tuple(name for name in dict.fromkeys(found or settings.channels) if name in settings.channels)


def _routed(settings: Settings, labels: Labels) -> tuple[str, ...]:
    taken: list[str] = []
    for route in settings.routes:
        if _matches(route.match, labels):
            taken.extend(route.channels)
            if not route.go_on:
                break
    return tuple(taken)


def _matches(match: RouteMatch, labels: Labels) -> bool:
    """Tell whether each key that the route gives holds for any of its values."""
    return all(not wanted or labels[key].intersection(wanted) for key, wanted in match)
