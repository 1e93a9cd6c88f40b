"""Pings to a dead man's switch: whoever falls silent is missed by somebody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from monitor.channels.addresses import PublicConnector
from monitor.channels.answers import NETWORK_ERRORS, failed, open_session
from monitor.core.settings import SelfCheckSettings

_PATIENCE: Final = timedelta(seconds=10)
_PLACE: Final = "the heartbeat"
_REDIRECT: Final = 300


async def ping(settings: SelfCheckSettings, sign: str) -> str:
    """Ask for the heartbeat's address with `sign` at the end of its path.

    Returns:
        Why it failed, without the address, which is a secret; nothing if all went well. Ten seconds at most.
    """
    if settings.heartbeat is None:
        return ""
    gate = None if settings.allow_private else PublicConnector()
    try:
        address = signed(settings.heartbeat.get_secret_value(), sign)
        async with (
            open_session(_PATIENCE, connector=gate) as session,
            session.get(address, allow_redirects=False) as answer,
        ):
            return "" if answer.status < _REDIRECT else f"{_PLACE}: HTTP {answer.status}"
    except (*NETWORK_ERRORS, ValueError) as error:
        if gate is not None and gate.refused:
            return (
                f"{_PLACE} leads to a private address; set `self_check.allow_private: true` if that is meant"
            )
        return failed(error, _PLACE).why


def signed(address: str, sign: str) -> str:
    """Put a sign such as `/fail` at the end of the path, before a query."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + sign)) if sign else address
