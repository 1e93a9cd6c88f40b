"""E-mail by SMTP: one mail for one recipient at one attempt, over a connection of its own.

    connect .. MAIL, RCPT    nothing was handed over: Deferred (4xx, network) or Rejected (5xx)
    DATA                     a lost connection or no answer: Unsure; a refusal as above

A mail cannot be edited: updates are replies to the alert's first mail. SMTP has no way to ask whether a mail
arrived; a repeat bears the same Message-ID and comes `settle` (15 min) after the doubtful attempt.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import ssl
from datetime import timedelta
from typing import Final, Literal

import aiosmtplib

from monitor.channels.answers import UNTIL_MENDED
from monitor.channels.mails import bare, mail, message_id
from monitor.core.models import Deferred, Delivery, Lookup, Outcome, Rejected, Sent, Unknown, Unsure
from monitor.core.settings import EmailChannel

FINAL_DOT: Final = timedelta(minutes=10)
"""How long to wait for the answer to a mail handed over (RFC 5321, 4.5.3.2.6), not to a mere command."""
PERMANENT: Final = 500
_GOING_AWAY: Final = 421
"""RFC 5321, 3.8: the server closes the connection, whatever the mail."""
_LOGIN: Final = frozenset({530, 534, 535, 538})
"""RFC 4954: what is wrong is the login, not the mail."""

_BEFORE_DATA: Final = (aiosmtplib.SMTPException, OSError, TimeoutError)


class _Client(aiosmtplib.SMTP):
    """A client whose connection is gone once it is closed.

    Closing a TLS connection politely waits for the server's goodbye, and holds the socket for as long; by
    then everything that matters has been said.
    """

    def close(self) -> None:
        """Close without waiting for the other side."""
        transport = self.transport
        super().close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


class Email:
    """A mail server and those who get the alerts."""

    can_update = False
    on_doubt: Literal["repeat", "hold"] = "repeat"

    def __init__(self, name: str, settings: EmailChannel, *, final_dot: timedelta = FINAL_DOT) -> None:
        """Take the settings of a mail channel; connects only to send."""
        self._final_dot = final_dot
        self.name = name
        self.recipients = settings.to
        self.settle = settings.settle
        self._settings = settings
        self._sender = settings.sender or settings.username or ""
        self._place = f"mail server {settings.host}"

    def __repr__(self) -> str:
        return f"Email({self.name!r}, host={self._settings.host!r})"

    async def send(self, delivery: Delivery) -> Outcome:
        """Hand one mail to the server, once."""
        recipient = delivery.recipient or self.recipients[0]
        try:
            content = mail(
                delivery,
                sender=self._sender,
                recipient=recipient,
                unsubscribe=self._settings.unsubscribe,
            )
            identity = message_id(delivery, sender=self._sender, recipient=recipient)
        except ValueError:
            return Rejected(why=f"{self.name}: `from` or `to` holds no usable e-mail address")
        if self._exposed():
            return Rejected(
                why=f"{self.name}: `tls: none` is only for a server on this machine; use starttls"
            )
        client = self._client()
        try:
            outcome = await self._introduced(client, bare(recipient))
            return outcome or await self._handed_over(client, content, identity)
        finally:
            client.close()

    async def find(self, delivery: Delivery) -> Lookup:
        """SMTP cannot be asked."""
        return Unknown(why=f"{self._place} cannot be asked whether mail {delivery.id[:8]} arrived")

    async def verify(self) -> list[str]:
        """Connect, agree on TLS and log in."""
        said = [f"{self.name}: {sentence}" for sentence in self._mistaken()]
        if said:
            return said
        client = self._client()
        try:
            await client.connect()
            await client.quit()
        except _BEFORE_DATA as error:
            return [f"{self.name}: {self._refused(error).why}"]
        finally:
            client.close()
        return []

    async def close(self) -> None:
        """No connection outlives its mail."""

    async def _introduced(self, client: aiosmtplib.SMTP, recipient: str) -> Outcome | None:
        """Go as far as the server may without having the mail; None if all went well."""
        try:
            await client.connect()
            await client.mail(bare(self._sender))
            await client.rcpt(recipient)
        except _BEFORE_DATA as error:
            return self._refused(error)
        return None

    async def _handed_over(self, client: aiosmtplib.SMTP, content: bytes, identity: str) -> Outcome:
        try:
            await client.data(content, timeout=self._final_dot.total_seconds())
        except aiosmtplib.SMTPResponseException as error:
            return self._refused(error)
        except _BEFORE_DATA as error:
            return Unsure(why=f"{self._place}: no word on the mail handed over ({type(error).__name__})")
        try:
            await client.quit()
        except _BEFORE_DATA:  # the mail is accepted; how the server says goodbye changes nothing
            client.close()
        return Sent(remote_id=identity)

    def _refused(self, error: Exception) -> Deferred | Rejected:
        """Judge a failure before the mail was handed over, or a refusal after."""
        match error:
            case aiosmtplib.SMTPAuthenticationError(code=code):
                why = f"{self._place} does not accept the user name or password ({code})"
                return Deferred(why=why, retry_after=UNTIL_MENDED if code >= PERMANENT else None)
            case aiosmtplib.SMTPResponseException(code=code, message=message):
                why = f"{self._place} answers {code} {_line(message)}"
                if code in _LOGIN:
                    return Deferred(why=why, retry_after=UNTIL_MENDED)
                if code == _GOING_AWAY:
                    return Deferred(why=why, channel_down=True)
                return Rejected(why=why) if code >= PERMANENT else Deferred(why=why)
            case _:
                return Deferred(why=f"{self._place}: {_reason(error)}", channel_down=True)

    def _client(self) -> aiosmtplib.SMTP:
        settings = self._settings
        return _Client(
            hostname=settings.host,
            port=settings.port,
            username=settings.username,
            password=settings.password.get_secret_value() if settings.password else None,
            timeout=settings.timeout.total_seconds(),
            use_tls=settings.tls == "implicit",
            start_tls=settings.tls == "starttls",
            validate_certs=settings.verify,
            cert_bundle=settings.ca_file,
        )

    def _mistaken(self) -> list[str]:
        said = []
        for address in (self._sender, *self.recipients):
            try:
                bare(address)
            except ValueError:
                said.append(f"{address or '`from`'} is no usable e-mail address")
        return (
            [*said, "`tls: none` is only for a server on this machine; use starttls"]
            if self._exposed()
            else said
        )

    def _exposed(self) -> bool:
        """Whether mails and password would cross a network in the clear."""
        return self._settings.tls == "none" and not _is_loopback(self._settings.host)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def _line(text: str, limit: int = 120) -> str:
    """The server's own words, as one harmless line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:limit]


def _reason(error: Exception) -> str:
    causes = [error, error.__cause__, error.__context__]
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return "the certificate is not trusted; set ca_file to the authority that signed it"
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return "TLS could not be agreed upon"
    told = {TimeoutError: "no answer in time", FileNotFoundError: "the ca_file cannot be read"}
    if said := next((words for kind, words in told.items() if isinstance(error, kind)), None):
        return said
    if found := next((cause for cause in causes if isinstance(cause, OSError) and cause.errno), None):
        return _systems_words(found)
    return _line(str(error)) or type(error).__name__


def _systems_words(error: OSError) -> str:
    """Say what the system says; asyncio's own text has addresses and numbers where the words belong."""
    if (error.errno or 0) > 0:
        return f"{os.strerror(error.errno or 0).lower()}; is it up, and are host and port right?"
    return f"{str(error.strerror).lower()}; is the host name right?"  # a name that could not be looked up
