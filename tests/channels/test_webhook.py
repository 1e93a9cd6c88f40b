"""Webhooks: the body, the signature, the outcomes, and which addresses are refused."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import SecretStr

from monitor.channels.addresses import PublicConnector
from monitor.channels.webhook import SIGNATURE, Webhook
from monitor.core.models import Deferred, DeliveryKind, Rejected, Sent, Unknown, Unsure
from monitor.core.render import render
from monitor.core.settings import WebhookChannel
from tests.channels.cards import INJECTIONS, NOW, delivery, hostile, later_card
from tests.channels.receiver import DROP, DROP_AFTER_READING, HANG, Receiver


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver on loopback."""
    async with Receiver() as server:
        yield server


async def sent(url: str, fields: dict[str, Any], *deliveries: Any) -> list[Any]:
    """Send through a channel that is closed afterwards."""
    given: dict[str, Any] = {"type": "webhook", "url": SecretStr(url), "allow_private": True}
    channel = Webhook("hook", WebhookChannel(**(given | fields)), clock=lambda: NOW)
    try:
        return [await channel.send(one) for one in deliveries]
    finally:
        await channel.close()


async def test_the_body_is_what_the_schema_says(receiver: Receiver) -> None:
    """The same keys, and the values a receiver files by."""
    message = render(later_card(), now=NOW)
    update = delivery(message, kind=DeliveryKind.UPDATE, ordinal=1, repeat=True)
    assert await sent(receiver.url, {}, delivery(), update) == [Sent(), Sent()]
    schema = json.loads(resources.files("monitor.channels").joinpath("webhook.schema.json").read_text())
    first, second = receiver.bodies
    assert set(first) == set(schema["required"]) == set(schema["properties"])
    assert (first["kind"], second["kind"]) == ("post", "update")
    assert (first["possible_repeat"], second["possible_repeat"]) == (False, True)
    assert first["text"] == delivery().message.text
    for body in (first, second):
        jsonschema.validate(body, schema, cls=jsonschema.Draft202012Validator)
    assert receiver.received[0][0]["Idempotency-Key"] == "d" * 32


def test_the_schema_in_the_docs_is_the_one_that_is_installed() -> None:
    """Receivers are written by the docs."""
    documented = Path(__file__).parents[2] / "docs" / "webhook.schema.json"
    installed = resources.files("monitor.channels").joinpath("webhook.schema.json")
    assert documented.read_text(encoding="utf-8") == installed.read_text(encoding="utf-8")


async def test_the_signature_can_be_checked_as_documented(receiver: Receiver) -> None:
    """HMAC-SHA256 of time, dot and raw body."""
    await sent(receiver.url, {"secret": SecretStr("planted-key")}, delivery())
    headers, body = receiver.received[0]
    moment, digest = (part.partition("=")[2] for part in headers[SIGNATURE].split(","))
    assert int(moment) == int(NOW.timestamp())
    expected = hmac.new(b"planted-key", moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(digest, expected)


async def test_without_a_secret_nothing_is_signed(receiver: Receiver) -> None:
    """An empty key would only look like a signature."""
    await sent(receiver.url, {}, delivery())
    assert SIGNATURE not in receiver.received[0][0]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, Sent),
        (202, Sent),
        (301, Deferred),
        (307, Deferred),
        (400, Rejected),
        (401, Deferred),
        (403, Deferred),
        (404, Deferred),
        (410, Rejected),
        (408, Deferred),
        (429, Deferred),
        (500, Unsure),
        (502, Unsure),
        (504, Unsure),
        (DROP, Unsure),
        (DROP_AFTER_READING, Unsure),
        (HANG, Unsure),
    ],
)
async def test_every_answer_comes_to_the_right_outcome(receiver: Receiver, status: int, kind: type) -> None:
    """One request; redirects are not followed."""
    receiver.statuses.append(status)
    receiver.headers["Location"] = "/elsewhere"
    patience = {"timeout": timedelta(seconds=0.5 if status == HANG else 10)}
    (outcome,) = await sent(receiver.url, patience, delivery())
    assert isinstance(outcome, kind)
    assert "planted" not in str(outcome)


@pytest.mark.parametrize("status", [301, 401, 403, 404])
async def test_a_fault_of_the_configuration_is_named_and_costs_no_alert(
    receiver: Receiver, status: int
) -> None:
    """The alert waits until somebody has mended it, and the next one goes the same way."""
    receiver.statuses.extend([status, status])
    first, second = await sent(receiver.url, {}, delivery(), delivery(id="e" * 32))
    assert isinstance(first, Deferred)
    assert first.retry_after == timedelta(minutes=10)
    assert f"HTTP {status}" in first.why
    assert first == second


@pytest.mark.parametrize(
    ("said", "pause"),
    [
        ("17", timedelta(seconds=17)),
        ("Thu, 21 Mar 2024 14:05:30 GMT", timedelta(seconds=30)),
        ("Thu, 21 Mar 2024 13:00:00 GMT", timedelta(0)),
        ("999999999999999999", timedelta(hours=1)),
        ("soon", timedelta(seconds=30)),
        ("-5", timedelta(seconds=30)),
    ],
)
async def test_retry_after_is_read_in_both_forms(receiver: Receiver, said: str, pause: timedelta) -> None:
    """Seconds or a date; an hour at most, half a minute where it says nothing."""
    receiver.statuses.append(429)
    receiver.headers["Retry-After"] = said
    (outcome,) = await sent(receiver.url, {}, delivery())
    assert isinstance(outcome, Deferred)
    assert (outcome.retry_after or timedelta(seconds=30)) == (pause or timedelta(seconds=30))


@pytest.mark.parametrize(
    "name", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"]
)
async def test_private_addresses_are_refused_unless_allowed(receiver: Receiver, name: str) -> None:
    """Whatever the name says, the socket decides: nothing arrives."""
    url = receiver.url.replace("127.0.0.1", name)
    (outcome,) = await sent(url, {"allow_private": False}, delivery())
    assert isinstance(outcome, Rejected | Deferred)
    assert "allow_private" in outcome.why or name == "2130706433"
    assert receiver.received == []


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3",
        "168.63.129.16",
        "192.88.99.1",
        "169.254.169.254",
        "fe80::1%1",
        "fec0::1",
        "::ffff:10.0.0.1",
        "::ffff:0:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
async def test_the_socket_is_refused_to_whatever_a_feed_may_not_reach(address: str) -> None:
    """One list for both: cloud services and IPv4 in any wrapping; no socket is made."""
    connector = PublicConnector()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with pytest.raises(PermissionError):
            connector._socket((family, socket.SOCK_STREAM, 0, "", (address, 80)))
        assert connector.refused == address
    finally:
        await connector.close()


async def test_a_public_address_is_given_a_socket() -> None:
    """Nothing is dialled yet."""
    connector = PublicConnector()
    try:
        connector._socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("8.8.8.8", 443))).close()
        assert not connector.refused
    finally:
        await connector.close()


@pytest.mark.parametrize(
    "url", ["nonsense", "ftp://example.org/x", "https:///", "https://[::1", "https://x:99999/"]
)
async def test_a_url_that_is_none_is_refused_and_said_by_verify(url: str) -> None:
    """Never shown: it may hold a token."""
    channel = Webhook(
        "hook", WebhookChannel(type="webhook", url=SecretStr(url + "planted")), clock=lambda: NOW
    )
    try:
        outcome = await channel.send(delivery())
        assert isinstance(outcome, Rejected)
        assert "planted" not in str(outcome)
        assert await channel.verify() == ["hook: `url` is no http or https address"]
        assert isinstance(await channel.find(delivery()), Unknown)
    finally:
        await channel.close()


@pytest.mark.parametrize("text", INJECTIONS)
async def test_whatever_a_feed_says_the_body_is_valid_json(receiver: Receiver, text: str) -> None:
    """And says the same as the message."""
    message = render(hostile(text), now=NOW)
    assert await sent(receiver.url, {}, delivery(message)) == [Sent()]
    assert receiver.bodies[0]["title"] == message.title
