"""The schema of config.yaml, walked: which keys exist where, which hold secrets, what their owner is."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr

from monitor.core import settings as nouns
from monitor.core.settings import web

Path = tuple[str | int, ...]

_OWNERS: dict[type[BaseModel], str] = {
    nouns.Settings: "the configuration",
    nouns.FeedSettings: "a feed",
    nouns.BasicAuth: "`auth`",
    nouns.PollingSettings: "`polling`",
    nouns.ConsoleChannel: "a console channel",
    nouns.SlackChannel: "a Slack channel",
    nouns.EmailChannel: "an e-mail channel",
    nouns.WebhookChannel: "a webhook channel",
    nouns.AppriseChannel: "an Apprise channel",
    nouns.RouteSettings: "a route",
    nouns.RouteMatch: "a route's `match`",
    nouns.AlertSettings: "`alerts`",
    nouns.QuietHoursSettings: "`quiet_hours`",
    nouns.DigestSettings: "`digest`",
    nouns.EscalateSettings: "`escalate`",
    nouns.StorySettings: "`stories`",
    web.WebUser: "a user",
    web.ProxySettings: "`web.proxy`",
    web.WebSubSettings: "`web.websub`",
    nouns.RetentionSettings: "`retention`",
    nouns.WebSettings: "`web`",
}


def owner(model: type[BaseModel]) -> str:
    """Name what the model describes, as a sentence would."""
    return _OWNERS.get(model, f"`{model.__name__}`")


def keys_of(model: type[BaseModel]) -> dict[str, object]:
    """Return the keys of a model as written in the file, with their annotations."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def model_of(annotation: object, value: object = None) -> type[BaseModel] | None:
    """Return the model an annotation stands for; among several, the one whose `type` is that of `value`."""
    models = [
        choice for choice in choices(annotation) if isinstance(choice, type) and issubclass(choice, BaseModel)
    ]
    if len(models) == 1:
        return models[0]
    wanted = value.get("type") if isinstance(value, Mapping) else None
    return next((model for model in models if wanted in get_args(keys_of(model).get("type"))), None)


def choices(annotation: object) -> tuple[object, ...]:
    """Unwrap Annotated and unions into the types a value may have; None is left out."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return choices(get_args(annotation)[0])
    if origin is Union or origin is types.UnionType:
        return tuple(choice for part in get_args(annotation) for choice in choices(part))
    return () if annotation is type(None) else (annotation,)


def inside(annotation: object, step: str | int, value: object) -> object:
    """Return the annotation of what lies under `step` of a value so annotated; None if nothing may."""
    model = model_of(annotation, value)
    if model is not None:
        return keys_of(model).get(str(step))
    for choice in choices(annotation):
        match get_origin(choice), get_args(choice), step:
            case origin, (item, *_), int() if origin is tuple:
                return item
            case origin, (_, item), str() if origin is dict:
                return item
            case _:
                continue
    return None


def is_secret(annotation: object) -> bool:
    """Tell whether a value so annotated is hidden."""
    return SecretStr in choices(annotation)


def scalars(value: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Walk a document: every text in it with its path."""
    match value:
        case str():
            yield path, value
        case Mapping():
            for key, item in value.items():
                yield from scalars(item, (*path, str(key)))
        case list() | tuple():
            for index, item in enumerate(value):
                yield from scalars(item, (*path, index))
        case _:
            return


def annotation_at(document: object, path: Path) -> object:
    """Return the annotation of what stands at a path of a configuration; None where nothing may."""
    annotation: object = nouns.Settings
    value = document
    for step in path:
        annotation = inside(annotation, step, value)
        value = under(value, step)
    return annotation


def under(value: object, step: str | int) -> object:
    """Return what lies under a key or index of plain values; None if nothing does."""
    match value, step:
        case Mapping(), str():
            return value.get(step)
        case list(), int() if step < len(value):
            return value[step]
        case _:
            return None


def key_paths(model: type[BaseModel] = nouns.Settings, prefix: str = "") -> Iterator[str]:
    """List every key as a dotted path, `[]` for items of a list and `*` for a name the user chooses."""
    for key, annotation in keys_of(model).items():
        for inner, suffix in _models_inside(annotation):
            yield from key_paths(inner, f"{prefix}{key}{suffix}.")
        if not _models_inside(annotation):
            yield prefix + key


def _models_inside(annotation: object) -> list[tuple[type[BaseModel], str]]:
    found: list[tuple[type[BaseModel], str]] = []
    for choice in choices(annotation):
        if isinstance(choice, type) and issubclass(choice, BaseModel):
            found.append((choice, ""))
        elif get_origin(choice) in {tuple, dict}:
            mark = "[]" if get_origin(choice) is tuple else ".*"
            item = get_args(choice)[0 if mark == "[]" else 1]
            found += [(model, mark + suffix) for model, suffix in _models_inside(item)]
    return found
