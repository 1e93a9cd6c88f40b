"""E-mail: what the server gets, what a reader's program makes of it, and what every fault comes to."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from monitor.channels.email import FINAL_DOT, Email
from monitor.channels.mails import MAX_SUBJECT, mail, message_id, subject
from monitor.core.models import Deferred, DeliveryKind, Rejected, Sent, Unknown, Unsure
from monitor.core.render import render
from monitor.core.settings import EmailChannel
from tests.channels.cards import INJECTIONS, NOW, delivery, hostile, later_card
from tests.channels.smtp_server import MailFault, MailServer

SENDER = "News desk <alerts@desk.example>"
READER = "reader@desk.example"


def channel_for(server: MailServer, **fields: Any) -> Email:
    """Point a channel at the server."""
    given: dict[str, Any] = {
        "type": "email",
        "host": "127.0.0.1",
        "port": server.port,
        "tls": server.tls,
        "sender": SENDER,
        "to": (READER,),
        "timeout": timedelta(seconds=10),
    }
    final_dot = fields.pop("final_dot", FINAL_DOT)
    return Email("desk", EmailChannel(**(given | fields)), final_dot=final_dot)


@pytest.fixture
def serve() -> Iterator[Callable[..., MailServer]]:
    """Start servers that end with the test."""
    with ExitStack() as stack:
        yield lambda **fields: stack.enter_context(MailServer(**fields))


async def test_a_mail_arrives_with_both_forms_and_every_header(serve: Callable[..., MailServer]) -> None:
    """As Python's own mail reader understands it."""
    server = serve()
    outcome = await channel_for(server).send(delivery(recipient=READER))
    (received,) = server.mails
    found = received.parsed
    assert outcome == Sent(remote_id=found["Message-ID"])
    assert (received.sender, received.recipients) == ("alerts@desk.example", (READER,))
    assert found["Subject"] == "Anti-Kremlin militias show prisoners in Kyiv after raids into Belgorod"
    assert found["From"] == SENDER
    assert found["To"] == READER
    assert found["Date"].datetime == NOW
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["X-Auto-Response-Suppress"] == "All"
    assert found["List-Id"] == "<desk.news-monitor.desk.example>"
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    plain = found.get_body(("plain",))
    html = found.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines() == delivery().message.text.splitlines()
    assert "<mark" in html.get_content()
    assert not found.defects


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("desk@valley.example", "<mailto:desk@valley.example?subject=unsubscribe%20desk>"),
        ("https://valley.example/leave?list=1", "<https://valley.example/leave?list=1>"),
        ("", None),
    ],
)
async def test_a_mail_says_how_to_leave(
    serve: Callable[..., MailServer], given: str, written: str | None
) -> None:
    """By mail or by a page, where the desk has said so."""
    server = serve()
    await channel_for(server, unsubscribe=given).send(delivery(recipient=READER))
    assert server.mails[0].parsed["List-Unsubscribe"] == written


@pytest.mark.parametrize(
    "given", ["a@b.example>\r\nBcc: x@y.example", "http://valley.example/", "nobody", "a b@c"]
)
def test_no_header_hides_in_how_to_leave(given: str) -> None:
    """What is neither an address nor an https link is refused."""
    with pytest.raises(ValidationError):
        EmailChannel(type="email", host="h", to=(READER,), unsubscribe=given)


async def test_follow_ups_thread_under_the_first_mail(serve: Callable[..., MailServer]) -> None:
    """Same subject, In-Reply-To and References: every mail program threads by one of them."""
    server = serve()
    channel = channel_for(server)
    root = await channel.send(delivery(recipient=READER))
    assert isinstance(root, Sent)
    message = render(later_card(), now=NOW)
    for number, kind in enumerate((DeliveryKind.UPDATE, DeliveryKind.THREAD), start=1):
        fields = {"id": f"{number:032x}", "kind": kind, "recipient": READER, "root_remote_id": root.remote_id}
        assert isinstance(await channel.send(delivery(message, **fields)), Sent)
    first, *others = (received.parsed for received in server.mails)
    assert {other["References"] for other in others} == {first["Message-ID"]}
    assert {other["In-Reply-To"] for other in others} == {first["Message-ID"]}
    assert {other["Subject"] for other in others} == {first["Subject"]}
    assert len({found["Message-ID"] for found in (first, *others)}) == 3


def test_every_attempt_sends_the_same_bytes() -> None:
    """A receiver that drops equal Message-IDs drops the repeat."""
    first = mail(delivery(attempts=1), sender=SENDER, recipient=READER)
    assert mail(delivery(attempts=5), sender=SENDER, recipient=READER) == first
    assert b"possible repeat" in mail(delivery(repeat=True), sender=SENDER, recipient=READER)


def test_each_recipient_gets_a_message_id_of_their_own() -> None:
    """One delivery a recipient; spelling and name do not matter."""
    ids = {message_id(delivery(), sender=SENDER, recipient=f"{name}@desk.example") for name in ("ann", "bob")}
    assert len(ids) == 2
    assert message_id(delivery(), sender=SENDER, recipient="Ann <ANN@desk.example>") in ids


def test_the_standard_library_alone_would_let_a_title_add_headers() -> None:
    """Why subjects are written here: on 3.11.7 an encoded line end in a subject becomes a real one."""
    title = "=?utf-8?q?x=0d=0aBcc:_victim=40example.org?="
    naive = EmailMessage(policy=policy.SMTP)
    try:
        naive["Subject"] = title
        harmed = b"\r\nBcc: victim@example.org" in naive.as_bytes()
    except ValueError:
        harmed = False  # newer versions raise, which would stop the alert instead
    ours = mail(delivery(replace(delivery().message, title=title)), sender=SENDER, recipient=READER)
    assert message_from_bytes(ours, policy=policy.compat32)["Bcc"] is None
    if not harmed:
        pytest.skip("this version of Python has the hole mended")


@pytest.mark.parametrize("text", INJECTIONS)
async def test_no_title_adds_a_header_or_ends_the_mail(text: str, serve: Callable[..., MailServer]) -> None:
    """On the wire and parsed back: one Subject, no Bcc, both parts whole."""
    server = serve()
    message = render(hostile(text, "https://example.org/a|b"), now=NOW)
    assert isinstance(await channel_for(server).send(delivery(message, recipient=READER)), Sent)
    (received,) = server.mails
    _is_sound(received.raw, message.title)
    plain = received.parsed.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().splitlines() == message.text.splitlines()


@settings(max_examples=200, deadline=None)
@given(title=st.one_of(st.text(max_size=300), st.text("=?utf-8qb_0daA:@ \r\n", max_size=80)))
def test_whatever_the_title_the_mail_has_one_subject_that_says_it(title: str) -> None:
    """Also for titles that never went through the renderer."""
    raw = mail(delivery(replace(delivery().message, title=title)), sender=SENDER, recipient=READER)
    _is_sound(raw, title)


def test_a_long_subject_is_cut_and_folded_within_the_limits() -> None:
    """RFC 2047: 75 characters a word; RFC 5322: 78 a line."""
    for text in ("слово " * 100, "word " * 100, "🚨" * 300):
        lines = subject(text).split("\r\n")
        assert all(len(line) <= 76 for line in lines)
        assert len(str(make_header(decode_header(" ".join(line.strip() for line in lines))))) <= MAX_SUBJECT


async def test_a_server_that_is_not_there_is_told_in_words(serve: Callable[..., MailServer]) -> None:
    """No number of an error, no address in brackets."""
    [said] = await channel_for(serve(), port=1).verify()
    assert said == ("desk: mail server 127.0.0.1: connection refused; is it up, and are host and port right?")


@pytest.mark.parametrize(
    "address", ["", "nobody", "a b@example.org", "x@exa mple.org", "a@b.example\r\nBcc: c@d.example"]
)
async def test_an_address_that_is_none_is_refused_before_connecting(
    address: str, serve: Callable[..., MailServer]
) -> None:
    """A mistake in config.yaml, said in a sentence, by verify as well."""
    channel = channel_for(serve(), to=(address,))
    assert isinstance(await channel.send(delivery()), Rejected)
    assert "no usable e-mail address" in (await channel.verify())[0]


def test_an_international_domain_and_name_are_written_in_ascii() -> None:
    """`Редакция <desk@пример.example>`."""
    raw = mail(delivery(), sender="Редакция <desk@пример.example>", recipient=READER)
    found = message_from_bytes(raw, policy=policy.default)
    assert found["From"].addresses[0].display_name == "Редакция"
    assert found["From"].addresses[0].domain == "xn--e1afmkfd.example"


@pytest.mark.parametrize(
    ("fault", "kind", "word", "accepted"),
    [
        (MailFault.GREYLISTED, Deferred, "451", 0),
        (MailFault.BUSY, Deferred, "421", 0),
        (MailFault.TRY_LATER, Deferred, "452", 0),
        (MailFault.NO_SUCH_USER, Rejected, "550 5.1.1 No such user", 0),
        (MailFault.SPAM, Rejected, "554", 0),
        (MailFault.DROP_AT_MAIL, Deferred, "mail server 127.0.0.1", 0),
        (MailFault.DROP_BEFORE_REPLY, Unsure, "no word", 0),
        (MailFault.DROP_AFTER_DATA, Unsure, "no word", 1),
        (MailFault.HANG_AFTER_DATA, Unsure, "no word", 1),
    ],
)
async def test_every_reply_comes_to_the_right_outcome(
    serve: Callable[..., MailServer], fault: MailFault, kind: type, word: str, accepted: int
) -> None:
    """Certainly not there, refused for good, or in doubt: and one mail only."""
    server = serve()
    server.faults.append(fault)
    patience = timedelta(seconds=0.7 if fault is MailFault.HANG_AFTER_DATA else 10)
    outcome = await channel_for(server, final_dot=patience).send(delivery(recipient=READER))
    assert isinstance(outcome, kind)
    assert word in getattr(outcome, "why", "")
    assert len(server.mails) == accepted


async def test_a_server_that_thinks_about_a_mail_is_given_ten_minutes(
    serve: Callable[..., MailServer],
) -> None:
    """The time that a command may take is no limit on the answer to the final dot."""
    server = serve(hang=0.6)
    server.faults.append(MailFault.SLOW_AFTER_DATA)
    outcome = await channel_for(server, timeout=timedelta(seconds=0.3)).send(delivery(recipient=READER))
    assert isinstance(outcome, Sent)
    assert timedelta(minutes=10) == FINAL_DOT


async def test_a_repeat_after_a_lost_reply_bears_the_same_message_id(
    serve: Callable[..., MailServer],
) -> None:
    """SMTP has no look-up: the receiver can drop the second by its id."""
    server = serve()
    server.faults.append(MailFault.DROP_AFTER_DATA)
    channel = channel_for(server)
    assert isinstance(await channel.send(delivery()), Unsure)
    assert isinstance(await channel.find(delivery()), Unknown)
    assert isinstance(await channel.send(delivery(attempts=2)), Sent)
    assert len({received.parsed["Message-ID"] for received in server.mails}) == 1


async def test_nobody_listening_defers() -> None:
    """A mail server at rest is back in a while."""
    with socket.socket() as taken, MailServer() as server:
        taken.bind(("127.0.0.1", 0))
        channel = channel_for(server, port=taken.getsockname()[1])
        outcome = await channel.send(delivery())
    assert isinstance(outcome, Deferred)
    assert "127.0.0.1" in outcome.why


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_mails_go_over_tls_with_a_password(
    serve: Callable[..., MailServer], certificate: Path, tls: str
) -> None:
    """Both ways, certificate checked, AUTH only inside."""
    server = serve(tls=tls, certificate=certificate, password="planted-password")
    secret = {"username": "monitor", "password": SecretStr("planted-password"), "ca_file": str(certificate)}
    channel = channel_for(server, **secret)
    assert isinstance(await channel.send(delivery()), Sent)
    assert server.mails[0].over_tls
    assert server.mails[0].user == "monitor"
    assert await channel.verify() == []


async def test_an_untrusted_certificate_stops_the_mail(
    serve: Callable[..., MailServer], certificate: Path
) -> None:
    """Nothing was sent, nothing is lost, the sentence says what to do."""
    server = serve(tls="starttls", certificate=certificate)
    outcome = await channel_for(server).send(delivery())
    assert isinstance(outcome, Deferred)
    assert "certificate is not trusted; set ca_file" in outcome.why
    assert isinstance(await channel_for(server, verify=False).send(delivery()), Sent)


async def test_a_server_without_starttls_gets_nothing(serve: Callable[..., MailServer]) -> None:
    """TLS is required, not tried: whoever strips the offer reads nothing."""
    server = serve()
    outcome = await channel_for(server, tls="starttls").send(delivery())
    assert isinstance(outcome, Deferred)
    assert "STARTTLS" in outcome.why
    assert server.mails == []


async def test_mails_in_the_clear_stay_on_this_machine() -> None:
    """`tls: none` to anywhere else is refused, by verify as well."""
    with MailServer() as server:
        channel = channel_for(server, host="mail.example.org")
        outcome = await channel.send(delivery())
        assert isinstance(outcome, Rejected)
        assert "only for a server on this machine" in outcome.why
        assert "only for a server on this machine" in (await channel.verify())[0]


async def test_a_wrong_password_is_said_without_showing_it(
    serve: Callable[..., MailServer], certificate: Path
) -> None:
    """At run time, where the mail is held until it is mended, and by verify."""
    server = serve(tls="starttls", certificate=certificate, password="right-password")
    secret = {"username": "monitor", "password": SecretStr("planted-wrong"), "ca_file": str(certificate)}
    channel = channel_for(server, **secret)
    outcome = await channel.send(delivery())
    assert isinstance(outcome, Deferred)
    assert outcome.retry_after == timedelta(minutes=10)
    assert "does not accept the user name or password (535)" in outcome.why
    (sentence,) = await channel.verify()
    assert "user name or password" in sentence
    assert "planted" not in f"{outcome} {sentence} {channel!r}"


def _is_sound(raw: bytes, title: str) -> None:
    """One of each header on the wire, no Bcc, and a subject that says the title."""
    head = raw.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    assert len(names) == len(set(names))
    assert b"bcc" not in names
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    found = message_from_bytes(raw, policy=policy.compat32)
    said = str(make_header(decode_header(found["Subject"].replace("\r\n ", " "))))
    kept = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    if not [c for c in title if not c.isprintable()] and "\\u" not in ascii(title):
        assert said == (kept if len(kept) <= MAX_SUBJECT else said) or not kept
    assert len(list(message_from_bytes(raw, policy=policy.default).iter_parts())) == 2
