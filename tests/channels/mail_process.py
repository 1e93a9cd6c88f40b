"""The mail server of smtp_server.py as a process of its own, which outlives whoever sends to it.

    python -m tests.channels.mail_process LEDGER [--seed 1] [--disturbed 0.16]

It prints its port, takes mails until it is ended, and writes one JSON line for each mail it accepted: the
Message-ID, the alert, whether the sender was told (`told`), and when.
"""

from __future__ import annotations

import argparse
import json
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.channels.smtp_server import MailFault, MailServer, Received

WEIGHTS = {
    MailFault.GREYLISTED: 4,
    MailFault.BUSY: 2,
    MailFault.TRY_LATER: 2,
    MailFault.DROP_AT_MAIL: 2,
    MailFault.DROP_BEFORE_REPLY: 2,
    MailFault.DROP_AFTER_DATA: 3,
    MailFault.HANG_AFTER_DATA: 1,
}
UNTOLD = {MailFault.DROP_AFTER_DATA, MailFault.HANG_AFTER_DATA}


@dataclass(slots=True)
class Faults:
    """Faults without end, so many of a hundred mails disturbed; looks like the deque that a test fills."""

    dice: random.Random
    disturbed: float
    last: MailFault = MailFault.NONE

    def __bool__(self) -> bool:
        return True

    def popleft(self) -> MailFault:
        """Give the fault of the next mail."""
        kinds, weights = list(WEIGHTS), list(WEIGHTS.values())
        disturbed = self.dice.random() < self.disturbed
        self.last = self.dice.choices(kinds, weights)[0] if disturbed else MailFault.NONE
        return self.last


@dataclass(slots=True)
class Ledger:
    """Looks like the list that a test reads; each mail becomes a line of the file."""

    path: Path
    faults: Faults
    written: int = field(default=0)

    def append(self, mail: Received) -> None:
        """Write one line; whole lines only, as readers look on."""
        parsed = mail.parsed
        line: dict[str, Any] = {
            "message_id": parsed["Message-ID"],
            "alert": parsed["X-News-Monitor-Alert"],
            "to": mail.recipients,
            "told": self.faults.last not in UNTOLD,
            "marked": parsed["X-News-Monitor-Repeat"] is not None,
            "at": time.time(),
            "text": _plain(mail),
        }
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self.written += 1


def accepted(path: Path) -> Iterator[dict[str, Any]]:
    """Read the ledger."""
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def _plain(mail: Received) -> str:
    body = mail.parsed.get_body(("plain",))
    return "" if body is None else str(body.get_content())


def main() -> None:
    """Serve until ended."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("ledger", type=Path)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--disturbed", type=float, default=0.16)
    given = arguments.parse_args()
    faults = Faults(random.Random(given.seed), given.disturbed)
    server: Any = MailServer(hang=1.0)
    server.faults, server.mails = faults, Ledger(given.ledger, faults)
    with server:
        print(server.port, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
