"""Is it they or is it we? When host after host that was well cannot be reached, our own network is down."""

from __future__ import annotations

from datetime import datetime

_HOSTS = 4
"""So many different hosts in a row, none of which failed before, do not fail at once by chance."""


class Reachability:
    """What polls of different hosts came to, one after another. Any answer at all ends an outage.

    A host that cannot be reached while another one answers is down itself: it proves nothing of our network
    until it has answered again.
    """

    def __init__(self) -> None:
        self._unreached: dict[str, datetime] = {}
        """Hosts that could not be reached since the last one that could, and when."""
        self._down: set[str] = set()

    def reached(self, host: str) -> None:
        """Take notice that a host on the Internet answered, in whatever way."""
        self._down.update(self._unreached)
        self._down.discard(host)
        self._unreached.clear()

    def unreached(self, host: str, now: datetime, *, was_well: bool) -> None:
        """Take notice that a host could not be reached; one that failed before proves nothing."""
        if was_well and host not in self._down:
            self._unreached.setdefault(host, now)

    @property
    def offline_since(self) -> datetime | None:
        """When our network went down, by its first victim; None if it is up."""
        return min(self._unreached.values()) if len(self._unreached) >= _HOSTS else None
