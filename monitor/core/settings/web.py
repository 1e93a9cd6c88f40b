"""Where the desk, the pages for a browser, is served."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, SecretStr, field_validator, model_validator

from monitor.core.settings.base import Strict

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


class WebSettings(Strict):
    """The desk: on by default, for this machine alone."""

    enabled: bool = True
    listen: str = "127.0.0.1:8800"
    hosts: tuple[str, ...] = ()
    """Names under which browsers reach the desk, beside localhost; others are refused."""
    users: tuple[WebUser, ...] = ()
    """Who may use it; with none, whoever can use this machine."""

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
