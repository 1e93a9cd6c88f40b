"""Passwords: hashed with argon2id (RFC 9106), compared in a thread, as long for nobody as for somebody.

A comparison takes some 60 ms and 64 MiB on purpose; two at a time, so that guessing costs the guesser and not
the daemon.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from monitor.core.settings.web import WebUser

SHORTEST: Final = 12
"""Characters of a password at least; NIST SP 800-63B asks for length, and for nothing else."""
LONGEST: Final = 1024
_AT_ONCE: Final = 2


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


def hashed(password: str) -> str:
    """Hash a password: what `web.users[].password_hash` holds."""
    return _hasher().hash(password)


class Passwords:
    """Asks whose password it is."""

    def __init__(self, users: Iterable[WebUser]) -> None:
        self._users = {one.name: one for one in users if one.password_hash is not None}
        self._turn = asyncio.Semaphore(_AT_ONCE)

    def __bool__(self) -> bool:
        return bool(self._users)

    async def user_of(self, name: str, password: str) -> WebUser | None:
        """Find the user of a name and a password; for a name of nobody another's hash is tried, in vain."""
        if not self._users or len(password) > LONGEST:
            return None
        user = self._users.get(name)
        tried = user or next(iter(self._users.values()))
        async with self._turn:
            fits = await asyncio.to_thread(_fits, tried, password)
        return user if fits else None


def _fits(user: WebUser, password: str) -> bool:
    if user.password_hash is None:
        return False
    try:
        return _hasher().verify(user.password_hash.get_secret_value(), password)
    except (VerificationError, InvalidHashError):
        return False
