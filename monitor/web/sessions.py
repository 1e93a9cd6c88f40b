"""Sessions: a cookie with name, end and a number of its own, signed with a key made of what the user proves.

So nothing is stored, sessions outlive a restart, and a changed token or password ends them. Each login makes
a new one, whatever the browser brought along. One that was ended by hand is remembered by this process until
its time is over.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from monitor.core.settings.web import WebUser

SESSION: Final = timedelta(days=14)
"""How long a session lasts."""
COOKIE: Final = "news_monitor_session"
_PARTS: Final = 4
_DIGITS: Final = 11


class Sessions:
    """Makes sessions, knows them again, ends them."""

    def __init__(self, users: Mapping[str, WebUser], *, clock: Callable[[], datetime]) -> None:
        self._users, self._clock = users, clock
        self._ended: dict[str, int] = {}

    def begun(self, user: WebUser) -> str:
        """Make the value of a cookie that stands for this user until the session ends."""
        said = f"{user.name}|{int((self._clock() + SESSION).timestamp())}|{secrets.token_urlsafe(9)}"
        return f"{said}|{_signature(user, said)}"

    def user_of(self, cookie: str) -> WebUser | None:
        """Find the user of a session; None if it is none of ours, over, or ended."""
        parts = cookie.split("|")
        if len(parts) != _PARTS:
            return None
        name, ends, _, signature = parts
        user = self._users.get(name)
        if user is None or not (ends.isascii() and ends.isdecimal() and len(ends) <= _DIGITS):
            return None
        if not same(_signature(user, cookie.rpartition("|")[0]), signature) or signature in self._ended:
            return None
        return user if self._clock() < datetime.fromtimestamp(int(ends), UTC) else None

    def end(self, cookie: str) -> WebUser | None:
        """End a session before its time, in whatever browser it is; return whose it was."""
        user = self.user_of(cookie)
        if user is not None:
            now = int(self._clock().timestamp())
            self._ended = {one: ends for one, ends in self._ended.items() if ends > now}
            self._ended[cookie.rpartition("|")[2]] = int(cookie.split("|")[1])
        return user


def same(one: str, other: str) -> bool:
    """Compare two secrets in a time that tells nothing."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def _signature(user: WebUser, said: str) -> str:
    proofs = [secret.get_secret_value() if secret else "" for secret in (user.token, user.password_hash)]
    key = hmac.digest("\0".join(proofs).encode(), b"news-monitor session", hashlib.sha256)
    return base64.urlsafe_b64encode(hmac.digest(key, said.encode(), hashlib.sha256)).decode()
