"""A real mail server on loopback (aiosmtpd) with TLS, passwords and faults on demand.

with MailServer(tls="starttls", password="...") as server:
    server.faults.append(MailFault.DROP_AFTER_DATA)
    ...
    server.mails   # what was accepted, also where the sender was never told
"""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections import deque
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class MailFault(StrEnum):
    """What may go wrong with one mail."""

    NONE = "none"
    GREYLISTED = "451 at RCPT"
    NO_SUCH_USER = "550 at RCPT"
    BUSY = "421 at MAIL"
    TRY_LATER = "452 after DATA"
    SPAM = "554 after DATA"
    DROP_AT_MAIL = "connection dropped at MAIL"
    DROP_BEFORE_REPLY = "not accepted, connection dropped after the final dot"
    DROP_AFTER_DATA = "accepted, connection dropped before the reply"
    HANG_AFTER_DATA = "accepted, no reply"
    SLOW_AFTER_DATA = "accepted, the reply takes its time"


@dataclass(frozen=True, slots=True)
class Received:
    """A mail as the server has it."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    over_tls: bool
    user: str | None

    @property
    def parsed(self) -> EmailMessage:
        """The mail as Python's own reader understands it."""
        return message_from_bytes(self.raw, policy=policy.default)


_REPLIES = {
    MailFault.GREYLISTED: "451 4.7.1 Greylisted, come back later",
    MailFault.NO_SUCH_USER: "550 5.1.1 No such user here",
    MailFault.BUSY: "421 4.3.2 Too busy",
    MailFault.TRY_LATER: "452 4.3.1 Out of storage",
    MailFault.SPAM: "554 5.7.1 Not wanted here",
}


class _AnyPort(Controller):
    """A controller that listens on whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = cast("asyncio.Server", self.server).sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@dataclass(slots=True, kw_only=True)
class MailServer:
    """A server in a thread of its own; each fault is used up by one mail, in order."""

    certificate: Path | None = None
    """PEM file with key and certificate, for TLS."""
    tls: Literal["starttls", "implicit", "none"] = "none"
    user: str = "monitor"
    password: str | None = None
    """AUTH is required where a password is given."""
    faults: deque[MailFault] = field(default_factory=deque)
    outage: MailFault = MailFault.NONE
    """What every mail meets for which no fault is scripted."""
    mails: list[Received] = field(default_factory=list)
    hang: float = 1.5
    """Seconds of silence in HANG_AFTER_DATA and SLOW_AFTER_DATA."""
    _controller: Controller | None = None
    _fault: MailFault = MailFault.NONE

    def __enter__(self) -> Self:
        context = _context(self.certificate) if self.certificate is not None else None
        implicit = context if self.tls == "implicit" else None
        self._controller = _AnyPort(
            self,
            hostname="127.0.0.1",
            port=0,
            ssl_context=implicit,
            tls_context=context if self.tls == "starttls" else None,
            require_starttls=self.tls == "starttls",
            authenticator=self._authenticate,
            auth_require_tls=self.tls == "starttls",
            auth_exclude_mechanism=["CRAM-MD5"],
            ident="test server",
        )
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._controller is not None
        self._controller.stop()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._controller is not None
        return int(self._controller.port)

    def _authenticate(
        self, server: SMTP, session: Any, envelope: Any, mechanism: str, sent: Any
    ) -> AuthResult:
        good = isinstance(sent, LoginPassword) and (sent.login, sent.password) == (
            self.user.encode(),
            (self.password or "").encode(),
        )
        return AuthResult(success=good, handled=False, auth_data=sent)

    async def handle_MAIL(  # noqa: N802  (the names are the library's)
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take up the next fault with the next mail."""
        if self.password is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        self._fault = self.faults.popleft() if self.faults else self.outage
        if self._fault is MailFault.BUSY:
            return _REPLIES[self._fault]
        if self._fault is MailFault.DROP_AT_MAIL:
            _cut(server)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Accept or refuse a recipient."""
        if self._fault in {MailFault.GREYLISTED, MailFault.NO_SUCH_USER}:
            return _REPLIES[self._fault]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        """Accept or refuse a mail, and say so or not."""
        fault = self._fault
        if fault in _REPLIES:
            return _REPLIES[fault]
        if fault is not MailFault.DROP_BEFORE_REPLY:
            self.mails.append(
                Received(
                    sender=envelope.mail_from,
                    recipients=tuple(envelope.rcpt_tos),
                    raw=bytes(envelope.original_content),
                    over_tls=session.ssl is not None or self.tls == "implicit",
                    user=session.auth_data.login.decode() if session.auth_data else None,
                )
            )
        if fault in {MailFault.DROP_AFTER_DATA, MailFault.DROP_BEFORE_REPLY}:
            _cut(server)
        if fault in {MailFault.HANG_AFTER_DATA, MailFault.SLOW_AFTER_DATA}:
            await asyncio.sleep(self.hang)
        if fault is MailFault.HANG_AFTER_DATA:
            _cut(server)
        return "250 2.0.0 Accepted"


def make_certificate(folder: Path, *, host: str = "localhost") -> Path:
    """Make a key and a self-signed certificate for `host` and 127.0.0.1 in one PEM file."""
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", f"/CN={host}",
            "-addext", f"subjectAltName=DNS:{host},IP:127.0.0.1",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    both.write_text(key.read_text() + certificate.read_text())
    return both


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def _cut(server: SMTP) -> None:
    cast("asyncio.Transport", server.transport).abort()
