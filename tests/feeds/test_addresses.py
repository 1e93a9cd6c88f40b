"""No request reaches a private address, by whatever form, redirect or name it is disguised."""

from __future__ import annotations

import ipaddress
import socket
from ipaddress import ip_address

import pytest
from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.addresses import carried, is_public
from monitor.core.models import Failure, Fetched, FetchFailed
from monitor.feeds.addresses import AddressPolicy, literal
from monitor.feeds.fetch import HttpFetcher
from tests.feeds.polling import NOW, feed, fetcher, settings, state
from tests.feeds.zoo import RSS, Zoo, open_zoo, redirect, respond

FORMS = [
    "127.0.0.1",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "127.1",
    "0",
    "0.0.0.0",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[::127.0.0.1]",
    "localhost",
    "localhost.",
    "127。0。0。1",
]


@pytest.mark.parametrize("host", FORMS)
async def test_loopback_is_refused_in_every_form(zoo: Zoo, host: str) -> None:
    """Asked directly or by redirect, nothing arrives at the server."""
    port = zoo.url.rsplit(":", 1)[1]
    inside = f"http://{host}:{port}/secret"
    zoo.answers["/secret"] = respond(200, RSS)
    async with fetcher(allow_networks=()) as client:
        outcome = await client.fetch(feed(inside), state(inside))
    assert isinstance(outcome, FetchFailed)
    assert outcome.failure in {Failure.FORBIDDEN_ADDRESS, Failure.DNS}, outcome
    assert not zoo.connections


@pytest.mark.parametrize("host", [*FORMS, "169.254.169.254", "100.64.0.1", "10.0.0.1"])
async def test_redirect_inside_is_refused_in_every_form(zoo: Zoo, host: str) -> None:
    """The check holds on every hop; here only the outer server's exact address is allowed."""
    async with open_zoo("127.0.0.2") as outside:
        port = zoo.url.rsplit(":", 1)[1]
        outside.answers["/f"] = redirect(302, f"http://{host}:{port}/secret")
        async with fetcher(allow_networks=("127.0.0.2/32",)) as client:
            outcome = await client.fetch(feed(outside.url + "/f"), state(outside.url + "/f"))
    assert isinstance(outcome, FetchFailed)
    assert outcome.failure in {Failure.FORBIDDEN_ADDRESS, Failure.DNS}, outcome
    assert len(outside.requests) == 1
    assert not zoo.connections


class TwoFacedResolver(AbstractResolver):
    """Answers with one address first and with another from then on, as in DNS rebinding."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Give the next answer; the last for ever."""
        address = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(hostname=host, host=one, port=port, family=socket.AF_INET, proto=0, flags=0)
            for one in address.split(",")
        ]

    async def close(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize("answers", [("192.0.2.1", "127.0.0.1"), ("127.0.0.1",), ("127.0.0.1,127.0.0.3",)])
async def test_name_that_turns_inwards_is_refused(zoo: Zoo, answers: tuple[str, ...]) -> None:
    """The address that is dialled is the address that was checked, whatever the name said before."""
    url = f"http://rebind.example:{zoo.url.rsplit(':', 1)[1]}/f"
    client = HttpFetcher(
        settings(allow_networks=("192.0.2.0/24",)), clock=lambda: NOW, resolver=TwoFacedResolver(*answers)
    )
    outcomes = []
    async with client:
        for _ in answers:
            outcomes.append(await client.fetch(feed(url), state(url)))
            assert client._guarded is not None
            connector = client._guarded.connector
            assert isinstance(connector, TCPConnector)
            connector.clear_dns_cache()
    assert isinstance(outcomes[-1], FetchFailed)
    assert outcomes[-1].failure is Failure.FORBIDDEN_ADDRESS
    assert not zoo.connections


async def test_feed_may_be_allowed_inside(zoo: Zoo) -> None:
    """allow_private opens the way for one feed, and its connection is not lent to another."""
    zoo.answers["/f"] = respond(200, RSS)
    url = zoo.url + "/f"
    async with fetcher(allow_networks=()) as client:
        assert isinstance(await client.fetch(feed(url, allow_private=True), state(url)), Fetched)
        other = await client.fetch(feed(url), state(url))
    assert isinstance(other, FetchFailed)
    assert other.failure is Failure.FORBIDDEN_ADDRESS
    assert len(zoo.requests) == 1


async def test_a_feed_allowed_inside_is_not_allowed_everywhere_inside(zoo: Zoo) -> None:
    """A redirect to another private host is refused: the permission is for the feed's own host."""
    zoo.answers["/f"] = redirect(302, "http://127.0.0.2:9/latest/meta-data")
    url = zoo.url + "/f"
    async with fetcher(allow_networks=()) as client:
        outcome = await client.fetch(feed(url, allow_private=True), state(url))
    assert isinstance(outcome, FetchFailed)
    assert outcome.failure is Failure.FORBIDDEN_ADDRESS


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200", "0.1.2.3",
        "127.9.9.9", "192.0.0.192",
        "224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.2.1", "168.63.129.16",
        "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "2001::1", "100::1",
        "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
        "::ffff:0:127.0.0.1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "3fff::1", "fec0::1", "4000::1",
    ],
)  # fmt: skip
def test_special_addresses_are_not_public(address: str) -> None:
    """Every special range, bare or wrapped."""
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "151.101.0.81", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::8a",
     "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
)  # fmt: skip
def test_ordinary_addresses_are_public(address: str) -> None:
    """The neighbours of the special ranges, and public addresses behind NAT64."""
    assert is_public(ip_address(address))


def test_allowed_network_counts_for_wrapped_forms() -> None:
    """10.0.0.0/8 allows ::ffff:10.0.0.1 as well, and no more."""
    policy = AddressPolicy(["10.0.0.0/8", "fd00::/8"])
    assert policy.permits(ip_address("::ffff:10.0.0.1"))
    assert policy.permits(ip_address("fd12::1"))
    assert not policy.permits(ip_address("192.168.0.1"))


@given(st.ip_addresses(v=4))
def test_wrapping_never_changes_the_verdict(address: ipaddress.IPv4Address) -> None:
    """A v4 address is as public as any IPv6 form that carries it."""
    number = int(address)
    for base, shift in ((0xFFFF << 32, 0), (0x64FF9B << 96, 0), (0x2002 << 112, 80)):
        wrapped = ipaddress.IPv6Address(base | (number << shift))
        assert carried(wrapped) == address
        assert is_public(wrapped) == is_public(address)


@given(st.ip_addresses(v=4))
def test_every_way_to_write_an_address_is_read(address: ipaddress.IPv4Address) -> None:
    """Decimal, hexadecimal and octal numbers are the address they stand for."""
    for text in (str(address), str(int(address)), hex(int(address)), f"0{int(address):o}"):
        assert literal(text) == address
    assert literal("news.example") is None
