"""A feed of config.yaml switched off and on: `enabled: false` beside its address, all else as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from monitor.config.rewriting import rewrite
from monitor.config.settings import Loaded, feed_of, load_settings
from monitor.core.document import Node
from monitor.core.errors import Mistake
from monitor.core.models import Feed
from monitor.core.settings import FeedSettings, Settings
from monitor.yamlfile import compose

_BY_HAND: Final = "its entry cannot be changed safely; write `enabled: {}` into it by hand"
_ELSEWHERE: Final = "has no such feed in its `feeds:` list; one from an OPML file is taken out there"


def switch_feed(config: Path, url: str, *, enabled: bool) -> Mistake | None:
    """Switch off or on the feeds that are known by an address; None if that was done or was so.

    Raises:
        ConfigurationError: the configuration has mistakes.
    """
    before = load_settings(config)
    settings = before.accepted()
    meant = [at for at, known in _known(config, settings) if known == url]
    if not meant:
        return Mistake(path=str(config), message=_ELSEWHERE)
    return _switched(before, [at for at in meant if settings.feeds[at].enabled != enabled], enabled=enabled)


def paused_feeds(settings: Settings) -> tuple[Feed, ...]:
    """The feeds of the list that are switched off; their references to secrets are as written."""
    return tuple(feed_of(one, settings.polling) for one in settings.feeds if not one.enabled)


def _known(config: Path, settings: Settings) -> Iterator[tuple[int, str]]:
    """Give the place in the list of each feed with the address that it is known by."""
    root = compose(config.read_bytes(), path=str(config)).root
    for at in range(len(settings.feeds)):
        node = root.at(("feeds", at)) if root else None
        written = node.value.get("url") if node and isinstance(node.value, Mapping) else node
        if written is not None:
            feed = feed_of(FeedSettings(url=written.text), settings.polling, identity=written.text)
            yield at, feed.url


def _switched(before: Loaded, places: Sequence[int], *, enabled: bool) -> Mistake | None:
    def edit(content: bytes) -> bytes | None:
        for at in places:
            edited = _edited(content, at, enabled=enabled)
            if edited is None:
                return None
            content = edited
        return content

    def meant(old: Settings, new: Settings) -> bool:
        feeds = [
            one.model_copy(update={"enabled": enabled}) if at in places else one
            for at, one in enumerate(old.feeds)
        ]
        # References of a feed that is switched off are not resolved: addresses are compared as far as known.
        same = new.model_copy(update={"feeds": old.feeds}) == old and len(feeds) == len(new.feeds)
        return same and all(
            one == other or (at in places and one.name == other.name and other.enabled == enabled)
            for at, (one, other) in enumerate(zip(feeds, new.feeds, strict=True))
        )

    said = _BY_HAND.format("true" if enabled else "false")
    return rewrite(before, edit, meant, otherwise=said) if places else None


def _edited(content: bytes, at: int, *, enabled: bool) -> bytes | None:
    """Say in the entry of that place whether it is enabled; None where its form is not known."""
    root = compose(content, path="").root
    node = root.at(("feeds", at)) if root else None
    if node is None:
        return None
    word = "true" if enabled else "false"
    # Columns are those of the text without the mark that some editors put before it.
    lines = content.decode("utf-8-sig").splitlines(keepends=True)
    if not isinstance(node.value, Mapping):
        url = json.dumps(node.text, ensure_ascii=False)
        return _replaced(lines, node, f"{{url: {url}, enabled: {word}}}")
    switch = node.value.get("enabled")
    if switch is not None:
        return _replaced(lines, switch, word)
    address, line = node.value["url"], lines[node.place.line - 1]
    if line[node.place.column - 1] == "{":
        put = node.place.column
        lines[node.place.line - 1] = f"{line[:put]}enabled: {word}, {line[put:]}"
        return "".join(lines).encode()
    ending = "\r\n" if line.endswith("\r\n") else "\n"
    if not lines[address.place.line - 1].endswith("\n"):
        lines[address.place.line - 1] += ending
    lines.insert(address.place.line, f"{' ' * (node.keys['url'].column - 1)}enabled: {word}{ending}")
    return "".join(lines).encode()


def _replaced(lines: list[str], node: Node, text: str) -> bytes | None:
    line, start = lines[node.place.line - 1], node.place.column - 1
    written = node.source or node.text
    if not line.startswith(written, start):
        return None
    lines[node.place.line - 1] = line[:start] + text + line[start + len(written) :]
    return "".join(lines).encode()
