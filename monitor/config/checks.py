"""What a configuration of the right shape may still get wrong. No check touches a network."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path as FilePath
from typing import Final
from urllib.parse import urlsplit

from monitor.config.outlets import host_of
from monitor.config.schema import Path
from monitor.core.document import listed, suggestion
from monitor.core.errors import Mistake, Weight
from monitor.core.settings import (
    PUSHED,
    AppriseChannel,
    ChannelSettings,
    EmailChannel,
    FeedSettings,
    SendingSettings,
    Settings,
    SlackChannel,
    WebhookChannel,
)
from monitor.core.units import spoken
from monitor.files import Kind, look_at, shortened

ZERO = timedelta(0)
_SPACE = re.compile(r"\s")
_ADDRESSES: Final = 2**15
"""Addresses kept in mind: one reading of a long list asks three times about each."""
_LANGUAGE = re.compile(r"[a-z]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Settings of the right shape, and where in the file their feeds and routes stand.

    What had the wrong shape has been left out, so that the rest can be checked in the same go.
    """

    settings: Settings
    feed_at: tuple[int, ...]
    route_at: tuple[int, ...]
    channels: frozenset[str]
    """Every channel the file names, usable or not."""
    root: FilePath

    def feeds(self) -> Iterator[tuple[Path, FeedSettings]]:
        """Give each feed with its place."""
        for index, feed in zip(self.feed_at, self.settings.feeds, strict=True):
            yield ("feeds", index), feed

    def sendings(self) -> Iterator[tuple[Path, SendingSettings]]:
        """Give what `alerts` and each route say of when alerts are sent, with its place."""
        yield ("alerts",), self.settings.alerts
        for index, route in zip(self.route_at, self.settings.routes, strict=True):
            yield ("routes", index), route


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something wrong at a place of the document."""

    at: Path
    sentence: str
    weight: Weight = Weight.ERROR
    on_key: bool = False
    """Whether the key is wrong, not its value."""


def remarks(draft: Draft) -> Iterator[Remark]:
    """Run every check but that for idleness, which makes sense only when nothing was left out."""
    yield from _feeds(draft)
    yield from _same_feed_twice(draft)
    yield from _polling(draft)
    yield from _full_texts(draft)
    yield from _durations(draft)
    yield from _channels(draft)
    yield from _named_channels(draft)
    yield from _languages(draft)
    yield from _unreached_routes(draft)
    yield from _database(draft)
    yield from _rules(draft)


@lru_cache(_ADDRESSES)
def problem_of_url(url: str) -> str | None:
    """Say why an address cannot be polled; None if it can."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is no valid address"
    if parts.scheme.lower() not in {"http", "https"}:
        return "must begin with http:// or https://"
    return "is no valid address" if not host or _SPACE.search(url) else None


@lru_cache(_ADDRESSES)
def same_address(url: str) -> str:
    """Return what two spellings of one feed's address have in common: no scheme, default port or fragment."""
    parts = urlsplit(url)
    port = "" if parts.port in {None, 80, 443} else f":{parts.port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{host_of(url)}{port}{parts.path.rstrip('/')}{query}"


def _feeds(draft: Draft) -> Iterator[Remark]:
    least = draft.settings.polling.min_interval
    for at, feed in draft.feeds():
        if problem := problem_of_url(feed.url):
            yield Remark(at=(*at, "url"), sentence=f"the address of a feed {problem}")
        if feed.interval is not None and feed.interval < least:
            yield Remark(at=(*at, "interval"), sentence=_too_often(least))
        if feed.auth and feed.url.startswith("http://"):
            sentence = "the password would travel in clear: use an https:// address"
            yield Remark(at=(*at, "auth"), sentence=sentence, weight=Weight.WARNING)
        if feed.proxy and problem_of_url(feed.proxy.get_secret_value()):
            yield Remark(at=(*at, "proxy"), sentence="`proxy` must be an http:// or https:// address")


def _full_texts(draft: Draft) -> Iterator[Remark]:
    """Say where full texts are asked for that nothing here can extract."""
    if find_spec("trafilatura") is not None:
        return
    wanted: list[Path] = [(*at, "full_text") for at, feed in draft.feeds() if feed.full_text]
    tags = draft.settings.polling.tags.items()
    wanted += [("polling", "tags", name, "full_text") for name, tag in tags if tag.full_text]
    for at in wanted:
        yield Remark(at=at, sentence="full texts need an extractor: pip install 'news-monitor[fulltext]'")


def _too_often(least: timedelta) -> str:
    return f"`interval` must be at least `polling.min_interval`, which is {spoken(least)}"


def _same_feed_twice(draft: Draft) -> Iterator[Remark]:
    seen: dict[str, Path] = {}
    for at, feed in draft.feeds():
        if not feed.enabled or problem_of_url(feed.url):
            continue
        first = seen.setdefault(same_address(feed.url), at)
        if first != at:
            yield Remark(
                at=(*at, "url"),
                sentence=f"this feed is already item {int(first[1]) + 1} of `feeds`; remove one",
            )


def _polling(draft: Draft) -> Iterator[Remark]:
    polling = draft.settings.polling
    if polling.interval < polling.min_interval:
        yield Remark(at=("polling", "interval"), sentence=_too_often(polling.min_interval))
    for name, tag in polling.tags.items():
        if tag.interval is not None and tag.interval < polling.min_interval:
            at = ("polling", "tags", name, "interval")
            yield Remark(at=at, sentence=_too_often(polling.min_interval))
    if polling.budget is not None and polling.schedule == "fixed":
        sentence = "`budget` is not heeded with `schedule: fixed`; remove one of them"
        yield Remark(at=("polling", "budget"), sentence=sentence, weight=Weight.WARNING)
    if polling.proxy and problem_of_url(polling.proxy.get_secret_value()):
        yield Remark(at=("polling", "proxy"), sentence="`proxy` must be an http:// or https:// address")
    for index, network in enumerate(polling.allow_networks):
        try:
            ipaddress.ip_network(network)
        except ValueError:
            sentence = "this is no network; write it as 10.0.0.0/8 or fd00::/8, host bits zero"
            yield Remark(at=("polling", "allow_networks", index), sentence=sentence)


def _durations(draft: Draft) -> Iterator[Remark]:
    settings = draft.settings
    zero_allowed = {"first_read_max_age", "settle", "group_wait", "host_interval"}
    # These two have a least value of their own, which says more.
    bounded = {("polling", "interval"), ("retention", "entries")}
    for section in ("polling", "alerts", "stories", "retention"):
        for key, value in getattr(settings, section):
            if not isinstance(value, timedelta) or (section, key) in bounded:
                continue
            if value < ZERO or (value == ZERO and key not in zero_allowed):
                yield Remark(at=(section, key), sentence=f"`{key}` must be longer than 0s")
    yield from _sending_durations(draft)
    if settings.retention.entries < settings.stories.window:
        yield Remark(
            at=("retention", "entries"),
            sentence=f"entries must be kept at least for `stories.window`, {spoken(settings.stories.window)}",
        )


def _sending_durations(draft: Draft) -> Iterator[Remark]:
    for at, sending in draft.sendings():
        for key in ("group_wait", "expires_after"):
            value: timedelta | None = getattr(sending, key)
            least = ZERO if key == "group_wait" else timedelta.resolution
            if at[0] == "routes" and value is not None and value < least:
                yield Remark(at=(*at, key), sentence=f"`{key}` must be longer than 0s")
        escalation = sending.policy().escalate
        if escalation is not None and escalation.to and escalation.after <= ZERO:
            yield Remark(at=(*at, "escalate", "after"), sentence="`after` must be longer than 0s")


def _channels(draft: Draft) -> Iterator[Remark]:
    for name, channel in draft.settings.channels.items():
        for key, sentence in _channel(channel, draft.root):
            yield Remark(at=("channels", name, key) if key else ("channels", name), sentence=sentence)
        if isinstance(channel, EmailChannel) and channel.password and channel.tls == "none":
            sentence = "the password would travel in clear: use `tls: starttls` or `tls: implicit`"
            yield Remark(at=("channels", name, "tls"), sentence=sentence, weight=Weight.WARNING)


def _channel(channel: ChannelSettings, root: FilePath) -> Iterator[tuple[str, str]]:
    match channel:
        case SlackChannel():
            yield from _slack(channel)
        case EmailChannel():
            yield from _email(channel, root)
        case AppriseChannel() if find_spec("apprise") is None:
            yield "type", "Apprise is not installed: pip install 'news-monitor[apprise]'"
        case WebhookChannel() if problem := problem_of_url(channel.url.get_secret_value()):
            yield "url", f"`url` {problem}"
        case _:
            return


def _slack(channel: SlackChannel) -> Iterator[tuple[str, str]]:
    if (channel.token is None) == (channel.webhook is None):
        yield (
            "",
            "a Slack channel needs either `token` (a bot: messages are updated and threaded) or `webhook`",
        )
    if channel.token and not channel.channel:
        yield "", "a Slack channel with `token` needs `channel`, the id (C0…) or name of where to post"
    if channel.app_token and not channel.token:
        yield (
            "app_token",
            "`app_token` draws buttons under messages, which takes `token` and `channel` as well",
        )
    elif channel.app_token and not channel.app_token.get_secret_value().startswith("xapp-"):
        yield "app_token", "`app_token` must be an app-level token (xapp-…) with the scope connections:write"
    if channel.webhook and problem_of_url(channel.webhook.get_secret_value()):
        yield "webhook", "`webhook` must be an https:// address"
    if problem := problem_of_url(channel.api_url):
        yield "api_url", f"`api_url` {problem}"


def _email(channel: EmailChannel, root: FilePath) -> Iterator[tuple[str, str]]:
    if not channel.sender:
        yield "", "an e-mail channel needs `from`, the address it writes as"
    elif not _is_mailbox(channel.sender):
        yield "from", "`from` must be an e-mail address"
    if not all(map(_is_mailbox, channel.to)):
        yield "to", "each item of `to` must be an e-mail address"
    if (channel.username is None) != (channel.password is None):
        yield "", "an e-mail channel needs both `username` and `password`, or neither"
    if channel.ca_file and look_at(root / channel.ca_file) is not Kind.FILE:
        yield "ca_file", "there is no such file"


def _is_mailbox(address: str) -> bool:
    """Accept `name@host` and `Name <name@host>`; the server knows the rest."""
    inner = address.rsplit("<", 1)[-1].rstrip("> ")
    local, _, host = inner.rpartition("@")
    return bool(local and host) and not any(sign in inner for sign in " \r\n,;") and address.isprintable()


def _named_channels(draft: Draft) -> Iterator[Remark]:
    for at, name in _channel_names(draft):
        if name not in draft.channels:
            known = sorted(draft.channels)
            otherwise = f"the channels are {listed(known)}" if known else "add it under `channels`"
            sentence = f"there is no channel '{name}'{suggestion(name, known, otherwise=otherwise)}"
            yield Remark(at=at, sentence=sentence)


def _channel_names(draft: Draft) -> Iterator[tuple[Path, str]]:
    for index, name in enumerate(draft.settings.ops):
        yield ("ops", index), name
    for index, name in enumerate(draft.settings.alerts.channels):
        yield ("alerts", "channels", index), name
    for at, route in zip(draft.route_at, draft.settings.routes, strict=True):
        for index, name in enumerate(route.channels):
            yield ("routes", at, "channels", index), name
    for place, sending in draft.sendings():
        escalation = sending.policy().escalate
        for index, name in enumerate(escalation.to if escalation else ()):
            yield (*place, "escalate", "to", index), name


def _languages(draft: Draft) -> Iterator[Remark]:
    for at, route in zip(draft.route_at, draft.settings.routes, strict=True):
        for index, name in enumerate(route.match.language):
            if _LANGUAGE.fullmatch(name) is None:
                sentence = f"'{name}' is no language; write a two-letter code such as en, ru or uk"
                yield Remark(at=("routes", at, "match", "language", index), sentence=sentence)


def _unreached_routes(draft: Draft) -> Iterator[Remark]:
    stopped_by: int | None = None
    for at, route in zip(draft.route_at, draft.settings.routes, strict=True):
        if stopped_by is not None:
            sentence = (
                f"no alert gets here: route {stopped_by + 1} takes all; give it a `match` or `continue: true`"
            )
            yield Remark(at=("routes", at), sentence=sentence, weight=Weight.WARNING)
        elif not route.go_on and not any(value for _, value in route.match):
            stopped_by = at


def unknown_templates(draft: Draft, known: Collection[str]) -> Iterator[Remark]:
    """Find channels that name a template which is not there; the folder was read for that."""
    names = sorted(known)
    otherwise = f"the templates are {listed(names)}" if names else "its folder has none: add NAME.slack.j2"
    for name, channel in draft.settings.channels.items():
        if channel.template is not None and channel.template not in known:
            sentence = f"there is no template '{channel.template}'"
            end = suggestion(channel.template, names, otherwise=otherwise)
            yield Remark(at=("channels", name, "template"), sentence=f"{sentence}{end}")


def _database(draft: Draft) -> Iterator[Remark]:
    url = draft.settings.database.get_secret_value()
    scheme = url.partition(":")[0]
    if scheme not in {"sqlite", "postgresql"}:
        plain = scheme.partition("+")[0]
        remedy = f"{plain}://…" if plain in {"sqlite", "postgresql"} else "sqlite:///path or postgresql://…"
        yield Remark(at=("database",), sentence=f"`database` must be written as {remedy}, without a driver")
    elif scheme == "sqlite" and (
        not url.startswith("sqlite:///") or url.endswith(("sqlite:///", ":memory:"))
    ):
        yield Remark(at=("database",), sentence="`database` needs a file: sqlite:///data/news-monitor.db")


def _rules(draft: Draft) -> Iterator[Remark]:
    if draft.settings.rules == PUSHED:
        return
    for index, name in enumerate(draft.settings.rules):
        at = ("rules", index) if "rules" in draft.settings.model_fields_set else ()
        kind = look_at(draft.root / name)
        if isinstance(kind, Mistake):
            yield Remark(at=at, sentence=f"'{shortened(FilePath(name))}' {kind.message}")
        elif kind is Kind.NOTHING:
            sentence = f"there is no file or folder '{name}' beside the configuration"
            yield Remark(at=at, sentence=sentence)


def nothing_to_do(draft: Draft) -> Iterator[Remark]:
    """Warn of a daemon that would idle."""
    settings = draft.settings
    if not (draft.feed_at or settings.opml or settings.samples):
        yield Remark(at=(), sentence="there is no feed: add some under `feeds`", weight=Weight.WARNING)
    if not draft.channels:
        sentence = "there is no channel: alerts are kept but sent nowhere; add one under `channels`"
        yield Remark(at=(), sentence=sentence, weight=Weight.WARNING)
