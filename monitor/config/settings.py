"""config.yaml -> Settings and feeds, or every mistake in it at once.

    read -> plain values -> resolve references -> shape -> checks -> feeds (list and OPML) -> Loaded

A pure function of files and environment, so that a reload is a second call.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from urllib.parse import unquote, urlsplit, urlunsplit

from pydantic import SecretStr

from monitor.config.checks import (
    Draft,
    Remark,
    nothing_to_do,
    problem_of_url,
    remarks,
    same_address,
    unknown_templates,
)
from monitor.config.crowding import crowded
from monitor.config.draft import Resolved, draft, hidden_values, resolve, with_short_forms
from monitor.config.outlets import host_of, outlet_of
from monitor.config.schema import Path
from monitor.config.templates import load_templates
from monitor.core.document import Node
from monitor.core.errors import ConfigurationError, Mistake, Weight
from monitor.core.models import Feed, RuleBundle
from monitor.core.render import Templates
from monitor.core.rules.tree import Place
from monitor.core.settings import PUSHED, FeedSettings, PollingSettings, Settings
from monitor.files import Kind, look_at, reason_of, shortened
from monitor.opml import MAX_BYTES, Outline, read_opml
from monitor.yamlfile import read_yaml

_PLAIN = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]+)?/[!\"$->A-Z\\^-~]*")
"""An address that is in its own form already: nothing but scheme, host, port and path."""
_MAX_BYTES = 8 * 2**20
"""Enough for tens of thousands of feeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedByRoute:
    """A value that a route matches on, and where it stands."""

    key: str
    """rule, severity, tag, language, outlet, source or entity."""
    name: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a configuration file says. `settings` is None, and there are no feeds, if anything is wrong."""

    path: FilePath
    settings: Settings | None = None
    """The database's path is absolute; everything else is as written or by default."""
    feeds: tuple[Feed, ...] = ()
    """Enabled feeds of the list, then those of the OPML files that the list lacks."""
    rules: tuple[FilePath, ...] = ()
    """Rule files and folders, relative ones taken from the folder of the file; also beside mistakes."""
    pushed: bool = False
    """Whether the rules are those that were pushed to the database; `rules` is empty then."""
    bundle: RuleBundle | None = field(default=None, repr=False)
    """The rules that were pushed, for whoever put them here: reading a configuration opens no database."""
    templates: Templates = field(default_factory=Templates, repr=False)
    """Those of the folder that could be read; also beside mistakes."""
    channels: frozenset[str] = frozenset()
    """The names of all channels in the file, also beside mistakes."""
    named: tuple[NamedByRoute, ...] = ()
    """What the routes match on; monitor.config.naming holds it against what there is."""
    mistakes: tuple[Mistake, ...] = ()
    """Errors and warnings, in the order of the file."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """Every value that no log and no output may show; for telemetry.Redactor."""

    def accepted(self) -> Settings:
        """Return the settings.

        Raises:
            ConfigurationError: the file has mistakes; all of them are in the exception.
        """
        if self.settings is None:
            raise ConfigurationError(self.mistakes)
        return self.settings


def load_settings(path: FilePath, *, environment: Mapping[str, str] | None = None) -> Loaded:
    """Read a configuration file; never raises for what a person can write into one.

    Relative paths in it are relative to its folder. `environment` is this process's unless given.
    """
    environment = os.environ if environment is None else environment
    node, mistakes = _document(path)
    if node is None:
        return Loaded(path=path, mistakes=tuple(mistakes))
    values = node.plain()
    if not isinstance(values, dict):
        wrong = Mistake(
            path=str(path), line=1, column=1, message="the file must consist of `key: value` lines"
        )
        return Loaded(path=path, mistakes=(*mistakes, wrong))
    root = path.absolute().parent
    values = with_short_forms(values)
    resolved = resolve(values, environment=environment, root=root)
    made, found = _settle(values, resolved, root=root)
    mistakes += [_mistake(node, remark) for remark in found]
    if made is None:
        return Loaded(path=path, mistakes=tuple(sorted(mistakes)))
    settings = made.settings
    feeds, more = _all_feeds(made, node)
    looks = load_templates(path.parent / settings.templates)
    remarked = unknown_templates(made, looks.templates.names)
    mistakes = sorted({*mistakes, *more, *looks.mistakes, *(_mistake(node, one) for one in remarked)})
    secrets = frozenset(hidden_values(settings, resolved.secrets))
    refused = any(mistake.weight is Weight.ERROR for mistake in mistakes)
    pushed = settings.rules == PUSHED
    return Loaded(
        path=path,
        settings=None if refused else _at_home(settings, root),
        feeds=() if refused else feeds,
        rules=() if pushed else tuple(root / name for name in settings.rules),
        pushed=pushed,
        channels=made.channels,
        named=tuple(_named(made, node)),
        templates=looks.templates,
        mistakes=tuple(mistakes),
        secrets=secrets,
    )


def _document(path: FilePath) -> tuple[Node | None, list[Mistake]]:
    kind = look_at(path)
    if isinstance(kind, Mistake):
        return None, [kind]
    if kind is Kind.NOTHING:
        message = "there is no such file; name your configuration with --config PATH"
        return None, [Mistake(path=str(path), message=message)]
    return read_yaml(path, max_bytes=_MAX_BYTES)


def _settle(
    values: Mapping[str, object], resolved: Resolved, *, root: FilePath
) -> tuple[Draft | None, list[Remark]]:
    channels = values.get("channels")
    names = map(str, channels) if isinstance(channels, dict) else ()
    made, found = draft(resolved, channels=names, root=root)
    everything = [*resolved.remarks, *found]
    if made is None:
        return None, everything
    known = {remark.at for remark in everything}
    everything += [remark for remark in remarks(made) if remark.at not in known or not remark.at]
    if not found:
        everything += nothing_to_do(made)
    return made, everything


def _mistake(node: Node, remark: Remark) -> Mistake:
    place = _place(node, remark.at, on_key=remark.on_key)
    return Mistake(
        path=place.path, line=place.line, column=place.column, message=remark.sentence, weight=remark.weight
    )


def _place(root: Node, at: Path, *, on_key: bool = False) -> Place:
    """Find where a path stands, or the nearest thing around it that is in the file.

    A scalar stands where its value does; what holds others, and what is missing, where its key does.
    """
    for length in range(len(at), 0, -1):
        node, parent = root.at(at[:length]), root.at(at[: length - 1])
        if node is not None and parent is not None:
            has_value = not isinstance(node.value, Mapping | tuple) and length == len(at) and not on_key
            return node.place if has_value else parent.keys.get(str(at[length - 1]), node.place)
    return root.place


def _named(made: Draft, root: Node) -> Iterator[NamedByRoute]:
    for at, route in zip(made.route_at, made.settings.routes, strict=True):
        for key, names in route.match:
            for index, name in enumerate(names):
                place = _place(root, ("routes", at, "match", key, index))
                yield NamedByRoute(key=key, name=name, place=place)


def _at_home(settings: Settings, root: FilePath) -> Settings:
    """Make the path of an SQLite database absolute, so that every working directory means the same file."""
    url = settings.database.get_secret_value()
    if not url.startswith("sqlite:///"):
        return settings
    file = root / url.removeprefix("sqlite:///")
    return settings.model_copy(update={"database": SecretStr(f"sqlite:///{file}")})


def _all_feeds(made: Draft, root: Node) -> tuple[tuple[Feed, ...], list[Mistake]]:
    settings = made.settings
    feeds: dict[str, Feed] = {}
    taken: set[str] = set()
    for at, feed in made.feeds():
        if problem_of_url(feed.url):
            continue
        taken.add(same_address(feed.url))
        if feed.enabled:
            stands = root.at((*at, "url")) or root.at(at)
            identity = stands.text if stands else feed.url
            feeds.setdefault(same_address(feed.url), feed_of(feed, settings.polling, identity=identity))
    mistakes: list[Mistake] = []
    for index, name in enumerate(settings.opml):
        place = _place(root, ("opml", index))
        for found in _outlines(FilePath(place.path).parent / name, place):
            if isinstance(found, Mistake):
                mistakes.append(found)
            elif (address := same_address(found.url)) not in taken:
                taken.add(address)
                written = FeedSettings(url=found.url, name=found.title, tags=found.tags, language=found.lang)
                feeds[address] = feed_of(written, settings.polling)
    return tuple(feeds.values()), [*mistakes, *_crowded(feeds.values(), settings.polling, root)]


def _crowded(feeds: Iterable[Feed], polling: PollingSettings, root: Node) -> Iterator[Mistake]:
    place = _place(root, ("polling", "host_interval"))
    for said in crowded(feeds, polling):
        yield Mistake(path=place.path, line=place.line, message=said, weight=Weight.WARNING)


def _outlines(file: FilePath, place: Place) -> Iterator[Outline | Mistake]:
    """Read an OPML file; what is wrong with it is said at its own lines, its absence where it is named."""
    try:
        with file.open("rb") as opened:
            document = opened.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        message = f"the OPML file {shortened(FilePath(file.name))} cannot be read: {reason_of(error)}"
        yield Mistake(path=place.path, line=place.line, column=place.column, message=message)
        return
    read = read_opml(document)
    if read.problem:
        weight = Weight.WARNING if read.outlines else Weight.ERROR
        yield Mistake(path=str(file), line=read.line, message=read.problem, weight=weight)
    for outline in read.outlines:
        if problem := problem_of_url(outline.url):
            message = f"left out: the address of a feed {problem}"
            yield Mistake(path=str(file), line=outline.line, message=message, weight=Weight.WARNING)
        else:
            yield outline


def feed_of(feed: FeedSettings, polling: PollingSettings, *, identity: str | None = None) -> Feed:
    """Build the feed the daemon polls from what is configured, filling in what is left open.

    `identity` is the address as the file has it, `${TOKEN}` unresolved: what is stored and shown holds
    no secret, and a new token is no new feed. User and password in an address become `auth`.
    """
    proxy = feed.proxy or polling.proxy
    of_tags = [polling.tags[tag] for tag in feed.tags if tag in polling.tags]
    intervals = [tag.interval for tag in of_tags if tag.interval]
    priorities = [tag.priority for tag in of_tags if tag.priority]
    address, auth = _without_user(feed.url)
    known_as = address if identity in {None, feed.url} else _without_user(identity or "")[0]
    if feed.auth:
        auth = (feed.auth.user, feed.auth.password.get_secret_value())
    return Feed(
        url=known_as,
        address=address if address != known_as else None,
        name=feed.name or host_of(address),
        outlet=feed.outlet or outlet_of(address),
        tags=feed.tags,
        lang=feed.language,
        interval=feed.interval or min(intervals, default=polling.interval),
        priority=feed.priority or max(priorities, default=1.0),
        headers={name: value.get_secret_value() for name, value in feed.headers.items()},
        proxy=proxy.get_secret_value() if proxy else None,
        auth=auth,
        allow_private=feed.allow_private,
        full_text=any(tag.full_text for tag in of_tags) if feed.full_text is None else feed.full_text,
    )


def _without_user(url: str) -> tuple[str, tuple[str, str] | None]:
    if _PLAIN.fullmatch(url):  # taken apart and put together it is the same
        return url, None
    parts = urlsplit(url)
    user, at, place = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    return urlunsplit(parts._replace(netloc=place)), (unquote(name), unquote(password)) if at else None
