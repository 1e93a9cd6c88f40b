"""What a rule says beside its conditions: where it looks, how it alerts, how it proves itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from monitor.core.document import Node, Reader
from monitor.core.models import AlertPolicy, Corroboration, FollowUp
from monitor.core.rules.conditions import read_fields, read_language, read_languages
from monitor.core.rules.sending import SENDING, read_sending
from monitor.core.rules.tree import FirstSeen, RuleTests, Sample, Spike, Where

_QUIET = timedelta(days=30)
_WINDOW = timedelta(hours=1)
_BASELINE = timedelta(days=7)
_SAMPLE_TEXTS = ("text", "title", "summary", "content")


def read_where(node: Node, reader: Reader) -> Where:
    """Read `where: {fields, languages, sources}`; a list of sources includes them."""
    keys = reader.keys(node, "`where`", ("fields", "languages", "sources"))
    include, exclude = _sources(keys["sources"], reader) if "sources" in keys else ((), ())
    return Where(
        fields=read_fields(keys["fields"], reader) if "fields" in keys else (),
        languages=read_languages(keys["languages"], "`languages`", reader) if "languages" in keys else (),
        include=include,
        exclude=exclude,
    )


def _sources(node: Node, reader: Reader) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not isinstance(node.value, Mapping):
        return reader.texts(node, "`sources`"), ()
    keys = reader.keys(node, "`sources`", ("include", "exclude"))
    include = reader.texts(keys["include"], "`include`") if "include" in keys else ()
    exclude = reader.texts(keys["exclude"], "`exclude`") if "exclude" in keys else ()
    if both := set(include) & set(exclude):
        reader.wrong(node.place, f"'{min(both)}' is both included and excluded")
    return include, exclude


_ALERT = ("channels", "follow_up", "corroboration", "cooldown", "max_age", *SENDING)


def read_alert(node: Node, reader: Reader) -> AlertPolicy:
    """Read `alert: {channels, follow_up, corroboration, cooldown, max_age}` and what sending knows."""
    keys = reader.keys(node, "`alert`", _ALERT)
    follow_up = None
    if "follow_up" in keys:
        follow_up = reader.choice(keys["follow_up"], "`follow_up`", [kind.value for kind in FollowUp])
    return AlertPolicy(
        channels=reader.texts(keys["channels"], "`channels`") if "channels" in keys else (),
        follow_up=FollowUp(follow_up) if follow_up else FollowUp.UPDATE,
        corroboration=_corroboration(keys["corroboration"], reader) if "corroboration" in keys else None,
        cooldown=_duration(keys, "cooldown", reader) or timedelta(0),
        max_age=_duration(keys, "max_age", reader),
        sending=read_sending(keys, reader),
    )


def _duration(keys: Mapping[str, Node], key: str, reader: Reader) -> timedelta | None:
    return reader.duration(keys[key], f"`{key}`") if key in keys else None


def _corroboration(node: Node, reader: Reader) -> Corroboration | None:
    keys = reader.keys(node, "`corroboration`", ("outlets", "within", "otherwise"))
    for key in ("outlets", "within"):
        if keys and key not in keys:
            reader.wrong(node.place, f"`corroboration` needs `{key}`: {{outlets: 3, within: 2h}}")
    if "outlets" not in keys or "within" not in keys:
        return None
    outlets = reader.integer(keys["outlets"], "`outlets`", least=2, most=50)
    within = reader.duration(keys["within"], "`within`")
    otherwise: str | None = "drop"
    if "otherwise" in keys:
        otherwise = reader.choice(keys["otherwise"], "`otherwise`", ("drop", "send"))
    if outlets is None or within is None or otherwise is None:
        return None
    return Corroboration(outlets=outlets, within=within, otherwise=otherwise)


def read_spike(node: Node, reader: Reader) -> Spike | None:
    """Read `spike: {factor, window, baseline, at_least}`."""
    keys = reader.keys(node, "`spike`", ("factor", "window", "baseline", "at_least"))
    if "factor" not in keys:
        if keys:
            reader.wrong(node.place, "`spike` needs a `factor`: {factor: 5, window: 1h, baseline: 7d}")
        return None
    factor = reader.number(keys["factor"], "`factor`", above=1)
    window = _duration(keys, "window", reader) or _WINDOW
    baseline = _duration(keys, "baseline", reader) or _BASELINE
    at_least = reader.integer(keys["at_least"], "`at_least`", least=1) if "at_least" in keys else 3
    if baseline < 2 * window:
        reader.wrong(node.place, "`baseline` must be at least twice as long as `window`")
    if factor is None or at_least is None:
        return None
    return Spike(factor=factor, window=window, baseline=baseline, at_least=at_least)


def read_first_seen(keys: Mapping[str, Node], reader: Reader) -> FirstSeen | None:
    """Read `first_seen: true` with `quiet: 30d` beside it, or `first_seen: {quiet: 30d}`."""
    node = keys.get("first_seen")
    if node is None:
        if "quiet" in keys:
            reader.wrong(keys["quiet"].place, "`quiet` belongs to `first_seen: true`, and there is none")
        return None
    inner = keys
    if isinstance(node.value, Mapping):
        inner = reader.keys(node, "`first_seen`", ("quiet",))
        wanted: bool | None = True
    else:
        wanted = reader.boolean(node, "`first_seen`")
    quiet = _duration(inner, "quiet", reader) or _QUIET
    return FirstSeen(quiet=quiet) if wanted else None


def read_tests(node: Node, reader: Reader) -> RuleTests:
    """Read `tests: {match: [...], ignore: [...]}`."""
    keys = reader.keys(node, "`tests`", ("match", "ignore"))
    return RuleTests(
        match=_samples(keys["match"], reader) if "match" in keys else (),
        ignore=_samples(keys["ignore"], reader) if "ignore" in keys else (),
    )


def _samples(node: Node, reader: Reader) -> tuple[Sample, ...]:
    read = (_sample(item, reader) for item in reader.any_items(node, "a list of tests"))
    return tuple(sample for sample in read if sample is not None)


def _sample(node: Node, reader: Reader) -> Sample | None:
    if not isinstance(node.value, Mapping):
        text = reader.text(node, "a test")
        return Sample(text=text, at=node.place) if text else None
    keys = reader.keys(node, "a test", (*_SAMPLE_TEXTS, "lang", "source"))
    texts = {key: reader.text(keys[key], f"`{key}`") or "" for key in _SAMPLE_TEXTS if key in keys}
    if keys and not texts:
        reader.wrong(node.place, "a test needs a `text`, or `title`, `summary` or `content`")
        return None
    return Sample(
        **texts,
        lang=read_language(keys["lang"], reader) if "lang" in keys else None,
        source=reader.text(keys["source"], "`source`") if "source" in keys else None,
        at=node.place,
    )
