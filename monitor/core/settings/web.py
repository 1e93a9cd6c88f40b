"""Where the desk, the pages for a browser, is served, and to whom."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator

from monitor.core.settings.base import Duration, Strict

_PORTS = 65_536
_NAME = re.compile(r"[\w.@+-]{1,64}")
_HASH = re.compile(r"\$argon2(?:id|i|d)\$v=\d+\$m=(\d{1,9}),t=(\d{1,3}),p=\d{1,3}(?:\$[A-Za-z0-9+/]{4,}){2}")
_MOST_KIB, _MOST_ROUNDS = 2**20, 20
"""Of memory and passes that one login may take."""
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
Network = IPv4Network | IPv6Network
Role = Literal["viewer", "editor"]
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
    token: SecretStr | None = None
    """What programs show, and people may."""
    password_hash: SecretStr | None = None
    """Of the password that a person types: argon2, as `news-monitor users password` writes it."""
    role: Role = "editor"
    """A viewer looks; an editor changes things as well."""

    @field_validator("name")
    @classmethod
    def _can_sign(cls, name: str) -> str:
        if not can_sign(name):
            message = (
                f"'{name}' is no name of a user; write up to 64 letters, digits and . @ _ + -, e.g. olena"
            )
            raise ValueError(message)
        return name

    @field_validator("password_hash")
    @classmethod
    def _is_a_hash(cls, given: SecretStr | None) -> SecretStr | None:
        found = _HASH.fullmatch(given.get_secret_value()) if given else None
        if given is not None and found is None:
            message = "is no argon2 hash: `news-monitor users password` asks for a password and writes one"
            raise ValueError(message)
        if found is not None and (int(found[1]) > _MOST_KIB or int(found[2]) > _MOST_ROUNDS):
            message = (
                "would take more than 1 GiB or 20 passes at each login; "
                "`news-monitor users password` makes one that takes 64 MiB"
            )
            raise ValueError(message)
        return given

    @model_validator(mode="after")
    def _can_prove_it(self) -> Self:
        if self.token is None and self.password_hash is None:
            message = (
                f"'{self.name}' has nothing to log in with; give `token:` or `password_hash:`, "
                "which `news-monitor users password` makes"
            )
            raise ValueError(message)
        return self

    @field_validator("token")
    @classmethod
    def _cannot_be_guessed(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and len(token.get_secret_value()) < _TOKEN:
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


class ProxySettings(Strict):
    """A proxy in front of the desk that says who somebody is: oauth2-proxy, Authelia, nginx."""

    trusted: tuple[str, ...] = Field(min_length=1)
    """Addresses and networks whose headers are believed; from elsewhere they are refused."""
    user_header: str = "X-Forwarded-User"
    groups_header: str = "X-Forwarded-Groups"
    role: Literal["viewer", "editor", "none"] = "viewer"
    """Of whoever `roles` does not name; `none`: they are not let in."""
    roles: dict[str, Role] = Field(default_factory=dict)
    """By name of the user, or of a group, written `@group`."""
    logout: str = "/"
    """A path of the proxy that ends its session, e.g. `/oauth2/sign_out`."""

    @field_validator("logout")
    @classmethod
    def _is_a_path(cls, logout: str) -> str:
        if not re.fullmatch(r"/(?:[^/\\\s].*)?", logout):
            message = (
                f"'{logout}' is no path of the proxy; write it from the first slash, e.g. /oauth2/sign_out"
            )
            raise ValueError(message)
        return logout

    @field_validator("trusted")
    @classmethod
    def _are_networks(cls, trusted: tuple[str, ...]) -> tuple[str, ...]:
        for one in trusted:
            _network(one)
        return trusted

    @field_validator("user_header", "groups_header")
    @classmethod
    def _is_a_header(cls, name: str) -> str:
        if not _HEADER.fullmatch(name):
            message = f"'{name}' is no name of a header; write e.g. X-Forwarded-User or Remote-User"
            raise ValueError(message)
        return name

    @property
    def networks(self) -> tuple[Network, ...]:
        """The addresses and networks that are trusted."""
        return tuple(_network(one) for one in self.trusted)


def _network(written: str) -> Network:
    try:
        found = ip_network(written, strict=False)
    except ValueError:
        message = f"'{written}' is no address or network; write numbers, e.g. 127.0.0.1 or 10.0.0.0/8"
        raise ValueError(message) from None
    if "/" in written and found.network_address != ip_address(written.partition("/")[0]):
        message = f"'{written}' is an address within a network; write {found} for the network, or the address"
        raise ValueError(message)
    if found.prefixlen == 0:
        message = f"'{written}' is everybody, who could then call themselves anything; name the proxy alone"
        raise ValueError(message)
    return found


def can_sign(name: str) -> bool:
    """Say whether a user may be called so: it stands beside what they do."""
    return _NAME.fullmatch(name) is not None


class WebSettings(Strict):
    """The desk: on by default, for this machine alone."""

    enabled: bool = True
    listen: str = "127.0.0.1:8800"
    hosts: tuple[str, ...] = ()
    """Names under which browsers reach the desk, beside localhost; others are refused."""
    users: tuple[WebUser, ...] = ()
    """Who may use it; with none and no proxy, whoever can use this machine."""
    proxy: ProxySettings | None = None
    """Who says who somebody is."""
    websub: WebSubSettings | None = None
    """Hubs are asked to tell of new entries if this says where they reach us."""

    @property
    def wants_login(self) -> bool:
        """Whether anybody must prove who they are."""
        return bool(self.users) or self.proxy is not None

    @field_validator("listen")
    @classmethod
    def _is_an_address(cls, listen: str) -> str:
        split_address(listen)
        return listen

    @field_validator("users")
    @classmethod
    def _are_told_apart(cls, users: tuple[WebUser, ...]) -> tuple[WebUser, ...]:
        names = [user.name for user in users]
        tokens = [user.token.get_secret_value() for user in users if user.token]
        if len(set(names)) < len(names) or len(set(tokens)) < len(tokens):
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
        if not self.wants_login and not is_loopback(host):
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
