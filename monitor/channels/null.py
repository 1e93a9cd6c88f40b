"""The null channel: takes every message and shows it to nobody. The synthetic entry ends here."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

from monitor.core.models import Delivery, Lookup, Outcome, Rejected, Sent, Unknown


class NullChannel:
    """Takes a message if it says what it must say."""

    recipients: Final = ()
    can_update: Final = False
    settle: Final = timedelta(0)
    on_doubt: Final[Literal["repeat", "hold"]] = "repeat"

    def __init__(self, name: str) -> None:
        self.name = name

    async def send(self, delivery: Delivery) -> Outcome:
        """Take it; one whose text does not tell its headline was lost on the way."""
        if delivery.story not in delivery.message.text:
            return Rejected(why="its message does not hold its headline")
        return Sent(remote_id=delivery.id)

    async def find(self, delivery: Delivery) -> Lookup:
        """Nothing is kept."""
        return Unknown(why=f"nothing is kept of {delivery.id}")

    async def verify(self) -> list[str]:
        """Nothing can be wrong."""
        return []

    async def close(self) -> None:
        """Nothing is open."""
