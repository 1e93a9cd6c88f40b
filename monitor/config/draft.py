"""From plain values to settings of the right shape, with every secret fetched and every mistake kept.

values -> secrets written out? -> references resolved -> pydantic -> what is wrong left out -> Draft
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from pydantic import BaseModel, SecretStr, ValidationError

from monitor.config.checks import Draft, Remark
from monitor.config.schema import Path, annotation_at, is_secret, scalars
from monitor.config.secrets import expand, has_reference, password_of, written_out
from monitor.config.sentences import place_of, sentence
from monitor.core.errors import Weight
from monitor.core.settings import Settings

_ROUNDS = 8
"""Leaving out one wrong thing may show another; a document that needs more rounds is checked no further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A document with its references resolved, what was wrong with them, and the values they brought."""

    values: dict[str, object] = field(repr=False)
    remarks: tuple[Remark, ...]
    secrets: frozenset[str] = field(repr=False)
    idle: frozenset[str]
    """Channels left out because nothing names them and their secrets are missing."""


def with_short_forms(values: dict[str, object]) -> dict[str, object]:
    """Write out what may be written short: a feed as its address alone."""
    feeds = values.get("feeds")
    if not isinstance(feeds, list):
        return values
    return {**values, "feeds": [{"url": feed} if isinstance(feed, str) else feed for feed in feeds]}


def resolve(values: dict[str, object], *, environment: Mapping[str, str], root: FilePath) -> Resolved:
    """Resolve every reference. Disabled feeds are left as they are; channels nobody names may lack theirs."""
    remarks: list[Remark] = []
    secrets: set[str] = set()
    replaced: dict[Path, str] = {}
    idle: set[str] = set()
    unused = _unused_channels(values)
    for path, text in scalars(values):
        if found := written_out(path, text):
            remarks.append(Remark(at=path, sentence=found))
        if not has_reference(text) or _is_disabled(values, path):
            continue
        secret = is_secret(annotation_at(values, path))
        answer = expand(text, whole=secret, environment=environment, root=root)
        if answer.warning:
            remarks.append(Remark(at=path, sentence=answer.warning, weight=Weight.WARNING))
        if answer.problem and path[0] == "channels" and path[1] in unused:
            idle.add(str(path[1]))
            sentence = f"channel '{path[1]}' is left out: {answer.problem}"
            remarks.append(Remark(at=path, sentence=sentence, weight=Weight.WARNING))
        elif answer.problem:
            remarks.append(Remark(at=path, sentence=answer.problem))
        else:
            replaced[path] = answer.text
            secrets.update(answer.secrets if secret or path[-1] == "url" else ())
    whole = _replace(values, replaced)
    if idle and isinstance(channels := whole.get("channels"), dict):
        whole["channels"] = {name: channel for name, channel in channels.items() if name not in idle}
    return Resolved(values=whole, remarks=tuple(remarks), secrets=frozenset(secrets), idle=frozenset(idle))


def _unused_channels(values: Mapping[str, object]) -> frozenset[str]:
    """Name the channels that neither a route nor `alerts.channels` names, if the latter is written at all."""
    channels, alerts, routes = values.get("channels"), values.get("alerts"), values.get("routes")
    default = alerts.get("channels") if isinstance(alerts, dict) else None
    if not isinstance(channels, dict) or not isinstance(default, list) or not default:
        return frozenset()
    named = {str(name) for name in default}
    for said in (alerts, *(routes if isinstance(routes, list) else ())):
        escalate = said.get("escalate") if isinstance(said, dict) else None
        called = escalate.get("to") if isinstance(escalate, dict) else None
        listed = said.get("channels") if isinstance(said, dict) else None
        for names in (called, listed):
            named.update(map(str, names) if isinstance(names, list) else ())
    return frozenset(map(str, channels)) - named


def _is_disabled(values: Mapping[str, object], path: Path) -> bool:
    feeds = values.get("feeds")
    if path[0] != "feeds" or not isinstance(feeds, list) or not isinstance(path[1], int):
        return False
    feed = feeds[path[1]]
    return isinstance(feed, dict) and feed.get("enabled") is False


def _replace(values: dict[str, object], texts: Mapping[Path, str]) -> dict[str, object]:
    def copy(value: object, path: Path) -> object:
        match value:
            case dict():
                return {key: copy(item, (*path, key)) for key, item in value.items()}
            case list():
                return [copy(item, (*path, index)) for index, item in enumerate(value)]
            case _:
                return texts.get(path, value)

    return {key: copy(item, (key,)) for key, item in values.items()}


def draft(
    resolved: Resolved, *, channels: Iterable[str], root: FilePath
) -> tuple[Draft | None, tuple[Remark, ...]]:
    """Give the values their shape; return what could be made of them and what was wrong.

    `channels` are all names under `channels`, so that a wrong channel is not also called unknown.
    """
    values = resolved.values
    said: list[Path] = [remark.at for remark in resolved.remarks if remark.weight is Weight.ERROR]
    kept = {
        key: list(range(len(items)))
        for key in ("feeds", "routes")
        if isinstance(items := values.get(key), list)
    }
    remarks: list[Remark] = []
    for _ in range(_ROUNDS):
        try:
            settings = Settings.model_validate(values)
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
        else:
            places = {f"{key[:-1]}_at": tuple(kept.get(key, ())) for key in ("feeds", "routes")}
            made = Draft(settings=settings, channels=frozenset(channels), root=root, **places)
            return made, tuple(remarks)
        for detail in details:
            at = _as_written(place_of(detail), kept)
            # What was wrong and left out may now be missing: that is no second mistake.
            if not any(old[: len(at)] == at for old in said):
                said.append(at)
                on_key = detail["type"] == "extra_forbidden"
                remarks.append(Remark(at=at, sentence=sentence(detail, values), on_key=on_key))
        values = _without(values, wrong=[place_of(detail) for detail in details], kept=kept)
    return None, tuple(remarks)


def _as_written(path: Path, kept: Mapping[str, list[int]]) -> Path:
    """Turn the index in what is left of a list into the index in the file."""
    if len(path) > 1 and path[0] in kept and isinstance(path[1], int):
        return (path[0], kept[str(path[0])][path[1]], *path[2:])
    return path


def _without(
    values: dict[str, object], *, wrong: Iterable[Path], kept: dict[str, list[int]]
) -> dict[str, object]:
    """Leave out each wrong thing, with as little around it as may be: a key, else its item or channel."""
    left = dict(values)
    gone: dict[str, set[int]] = {key: set() for key in kept}
    for path in wrong:
        section = left.get(str(path[0])) if path else None
        match path:
            case (str(key), name, inner, *_) if _has(section, name, inner):
                left[key] = _put(section, name, _less(_get(section, name), inner))
            case (str(key), int(index), *_) if key in kept:
                gone[key].add(index)
            case (str(key), name, *_) if isinstance(section, dict) and name in section:
                left[key] = _less(section, name)
            case (str(key), *_):
                left.pop(key, None)
            case _:
                left.clear()
    for key, indices in gone.items():
        if isinstance(items := left.get(key), list):
            left[key] = [item for index, item in enumerate(items) if index not in indices]
            kept[key] = [place for index, place in enumerate(kept[key]) if index not in indices]
    return left


def _get(section: object, name: str | int) -> object:
    if isinstance(section, list) and isinstance(name, int):
        return section[name]
    return section.get(name) if isinstance(section, dict) else None


def _has(section: object, name: str | int, inner: str | int) -> bool:
    item = _get(section, name)
    return isinstance(item, dict) and inner in item


def _put(section: object, name: str | int, item: object) -> object:
    if isinstance(section, list):
        return [item if index == name else other for index, other in enumerate(section)]
    return {**section, name: item} if isinstance(section, dict) else section


def _less(mapping: object, name: str | int) -> object:
    return (
        {key: item for key, item in mapping.items() if key != name} if isinstance(mapping, dict) else mapping
    )


def hidden_values(settings: Settings, brought: Iterable[str]) -> Iterator[str]:
    """Give every value that must never be shown: what references brought, and passwords inside addresses.

    Of an address, like a database's or a proxy's, only the password is hidden: the rest is worth reading.
    """
    for secret in brought:
        yield password_of(secret) or secret
    for auth in filter(None, (feed.auth for feed in settings.feeds)):
        yield b64encode(f"{auth.user}:{auth.password.get_secret_value()}".encode()).decode()
    for text in _hidden(settings):
        if "://" not in text or password_of(text):
            yield password_of(text) or text


def _hidden(value: object) -> Iterator[str]:
    match value:
        case SecretStr():
            yield value.get_secret_value()
        case dict():
            for item in value.values():
                yield from _hidden(item)
        case tuple():
            for item in value:
                yield from _hidden(item)
        case BaseModel():
            for _, item in value:
                yield from _hidden(item)
        case _:
            return
