"""When each host may be asked again, where two requests to it are to be some time apart."""

from __future__ import annotations

_FEW = 512
"""Hosts from which on those are forgotten that may be asked anyhow."""


class Spacing:
    """Remembers when each host was asked last. Moments are seconds of one clock, whichever it is."""

    def __init__(self) -> None:
        self._asked: dict[str, float] = {}
        self._sweep_beyond = _FEW

    def __len__(self) -> int:
        """Count the hosts that are remembered."""
        return len(self._asked)

    def wait(self, host: str, *, now: float, pause: float) -> float:
        """Return how many seconds of the pause are left, 0 if none."""
        asked = self._asked.get(host)
        return max(asked + pause - now, 0.0) if asked is not None else 0.0

    def asked(self, host: str, *, at: float, pause: float) -> None:
        """Take notice that a request begins, or that one is to begin."""
        if not pause:
            return
        self._asked[host] = at
        if len(self._asked) > self._sweep_beyond:
            self._asked = {name: when for name, when in self._asked.items() if when + pause > at}
            self._sweep_beyond = max(2 * len(self._asked), _FEW)
