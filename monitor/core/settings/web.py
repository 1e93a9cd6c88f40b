"""Where the desk, the pages for a browser, is served."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated

from pydantic import BeforeValidator, field_validator

from monitor.core.settings.base import Strict

_PORTS = 65_536


def split_address(listen: str) -> tuple[str, int]:
    """Read `127.0.0.1:8800`, `localhost:8800` or `[::1]:8800`; port 0 lets the system choose.

    Raises:
        ValueError: it is no such address.
    """
    host, colon, port = listen.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) < _PORTS):
        message = f"'{listen}' is no address to listen at; write host and port, e.g. 127.0.0.1:8800"
        raise ValueError(message)
    return host.removeprefix("[").removesuffix("]"), int(port)


def is_loopback(host: str) -> bool:
    """Say whether only this machine reaches the host: `localhost`, 127.0.0.0/8 or ::1."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class WebSettings(Strict):
    """The desk: on by default, for this machine alone."""

    enabled: bool = True
    listen: str = "127.0.0.1:8800"

    @field_validator("listen")
    @classmethod
    def _stays_on_this_machine(cls, listen: str) -> str:
        host, _ = split_address(listen)
        if not is_loopback(host):
            message = (
                f"the desk has no login, so it cannot listen at {listen}, where others reach it; "
                "listen at 127.0.0.1:8800 and reach it through `ssh -L 8800:127.0.0.1:8800`"
            )
            raise ValueError(message)
        return listen


def _switched(said: object) -> object:
    """Read `web: off` and `web: on` as what they mean."""
    return {"enabled": said} if isinstance(said, bool) else said


Web = Annotated[WebSettings, BeforeValidator(_switched)]
