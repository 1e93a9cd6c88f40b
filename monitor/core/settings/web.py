"""Where the desk, the pages for a browser, is served."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, SecretStr, field_validator, model_validator

from monitor.core.settings.base import Duration, Strict

_PORTS = 65_536
_NAME = re.compile(r"[\w.@-]{1,64}")
_TOKEN = 20
"""Characters of a token at least."""


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


class WebUser(Strict):
    """Who may use the desk, and how they prove it."""

    name: str
    """Stands beside what the person does: silences, acknowledgements, edits of stories."""
    token: SecretStr
    role: Literal["viewer", "editor"] = "editor"
    """A viewer looks; an editor changes things as well."""

    @field_validator("name")
    @classmethod
    def _can_sign(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            message = f"'{name}' is no name of a user; write up to 64 letters, digits and . @ _ -, e.g. olena"
            raise ValueError(message)
        return name

    @field_validator("token")
    @classmethod
    def _cannot_be_guessed(cls, token: SecretStr) -> SecretStr:
        if len(token.get_secret_value()) < _TOKEN:
            message = (
                f"is too short for a token; make one of {_TOKEN} characters or more: `openssl rand -hex 24`"
            )
            raise ValueError(message)
        return token


def _is_plain(address: str) -> bool:
    """Say whether an address is one of http or https, without query and fragment."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return bool(host) and parts.scheme in {"http", "https"} and not (parts.query or parts.fragment)


class WebSubSettings(Strict):
    """Where hubs reach the desk's server, and how often their feeds are polled all the same."""

    callback: str
    """The public address that leads to `/websub` of this server."""
    interval: Duration = timedelta(hours=1)
    """The longest time between two polls of a feed whose hub tells of what is new."""

    @field_validator("callback")
    @classmethod
    def _is_reached_from_outside(cls, callback: str) -> str:
        if not _is_plain(callback):
            message = (
                f"'{callback}' is no address that a hub can call; write the public one that leads to "
                "/websub of this server, e.g. https://news.example.org/websub"
            )
            raise ValueError(message)
        return callback.rstrip("/")

    @field_validator("interval")
    @classmethod
    def _is_a_while(cls, interval: timedelta) -> timedelta:
        if interval < timedelta(minutes=1):
            message = "is too short; give at least 1m"
            raise ValueError(message)
        return interval


class WebSettings(Strict):
    """The desk: on by default, for this machine alone."""

    enabled: bool = True
    listen: str = "127.0.0.1:8800"
    hosts: tuple[str, ...] = ()
    """Names under which browsers reach the desk, beside localhost; others are refused."""
    users: tuple[WebUser, ...] = ()
    """Who may use it; with none, whoever can use this machine."""
    websub: WebSubSettings | None = None
    """Hubs are asked to tell of new entries if this says where they reach us."""

    @field_validator("listen")
    @classmethod
    def _is_an_address(cls, listen: str) -> str:
        split_address(listen)
        return listen

    @field_validator("users")
    @classmethod
    def _are_told_apart(cls, users: tuple[WebUser, ...]) -> tuple[WebUser, ...]:
        names = [user.name for user in users]
        if len(set(names)) < len(names) or len({user.token.get_secret_value() for user in users}) < len(
            users
        ):
            message = "two users have one name or one token; give each their own"
            raise ValueError(message)
        return users

    @model_validator(mode="after")
    def _serves_hubs(self) -> Self:
        if self.websub and not self.enabled:
            message = "hubs cannot be served with `enabled: false`; switch the desk on, or remove `websub`"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _stays_on_this_machine_without_users(self) -> Self:
        host, _ = split_address(self.listen)
        if not self.users and not is_loopback(host):
            message = (
                f"the desk cannot listen at {self.listen}, where others reach it, without `users`: "
                "name them, or listen at 127.0.0.1:8800 and reach it through `ssh -L 8800:127.0.0.1:8800`"
            )
            raise ValueError(message)
        return self


def _switched(said: object) -> object:
    """Read `web: off` and `web: on` as what they mean."""
    return {"enabled": said} if isinstance(said, bool) else said


Web = Annotated[WebSettings, BeforeValidator(_switched)]
