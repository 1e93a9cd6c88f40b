"""What a question costs in processor time, of PostgreSQL's processes and of this one.

Time on a processor does not count waiting for one, so that other work on the machine changes it little. It is
read from Linux's /proc/PID/schedstat: the server must run on this machine.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg


@dataclass(frozen=True, slots=True)
class ServerTime:
    """The processes that serve one database just now."""

    processes: tuple[Path, ...]

    @classmethod
    async def of(cls, url: str) -> ServerTime:
        """Find them; connections that are made later do not count."""
        connection = await asyncpg.connect(url)
        rows = await connection.fetch(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await connection.close()
        return cls(tuple(Path(f"/proc/{row['pid']}/schedstat") for row in rows))

    def milliseconds(self) -> float:
        """Say how much was spent so far, here and there."""
        there = sum(int(process.read_text().split()[0]) for process in self.processes)
        return there / 1e6 + time.process_time() * 1000
