"""`news-monitor replay`: what would have been alerted, from a recording."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress

from monitor import looping
from monitor.cli.common import fields_of_matches, json_option, plain
from monitor.cli.guard import clean
from monitor.config.compiling import LongLived, compiled
from monitor.config.rules import load_rules
from monitor.core.errors import ConfigurationError, Mistake
from monitor.core.models import Assembled, Decision, Placement
from monitor.core.settings import ConsoleChannel, PollingSettings, Settings
from monitor.files import Kind, look_at
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.lapses import Lapse, Replayed
from monitor.pipeline.recording import RecordedEntry, Snapshot, read_entries, read_snapshots

if TYPE_CHECKING:
    from monitor.pipeline.replay import Replay

Event = dict[str, object]
"""One line of the output, as docs/replay.md says."""

_IDENTITY = {
    Placement.OPENS: "new",
    Placement.JOINS: "new",
    Placement.COPY: "copy",
    Placement.REVISION: "revision",
}
_SHOWN = {"alert": "ALERT", "update": "update"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What PATH holds: one of the two."""

    snapshots: Sequence[Snapshot]
    entries: Sequence[RecordedEntry]

    @property
    def total(self) -> int:
        """How many steps the replay has."""
        return len(self.snapshots) or len(self.entries)

    def batches(self, replay: Replay) -> AsyncIterator[list[Replayed]]:
        """Replay what there is."""
        return replay.snapshots(self.snapshots) if self.snapshots else replay.entries(self.entries)


@click.command(name="replay")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--rules",
    type=click.Path(path_type=Path),
    default=Path("rules"),
    show_default=True,
    help="Rule file or folder.",
)
@json_option
def command(path: Path, rules: Path, *, as_json: bool) -> None:
    r"""Run recorded entries through the very same path in virtual time; nothing is sent.

    PATH is a JSONL file with one entry a line (feed, guid, url, title, summary, content, published, fetched,
    lang, id; all but title may be missing), or a folder of feed snapshots with an index.tsv (feed_url, time,
    file). docs/replay.md describes both and the JSON output.

    \b
      news-monitor replay recorded.jsonl
      news-monitor replay recorded.jsonl --rules rules/border.yaml --json > events.jsonl

    Exit codes: 0 done, 2 the rules or the recording cannot be used.
    """
    loaded = load_rules([rules])
    ruleset = loaded.accepted()
    in_force = InForce(
        settings=Settings(channels={"replay": ConsoleChannel(type="console")}),
        rulebook=Rulebook.of(ruleset, compiled(ruleset)),
    )
    LongLived().settle()
    looping.run(_replay(_recording(path), in_force, as_json=as_json))


def _recording(path: Path) -> Recording:
    kind = look_at(path)
    if isinstance(kind, Mistake):
        raise ConfigurationError([kind])
    if kind is Kind.FOLDER:
        return Recording(snapshots=read_snapshots(path), entries=[])
    return Recording(snapshots=[], entries=read_entries(path))


async def _replay(recording: Recording, in_force: InForce, *, as_json: bool) -> None:
    counts: Counter[str] = Counter()
    stories: set[str] = set()
    started = time.perf_counter()
    say = _say_json if as_json else _say
    async for replayed in _run(recording, in_force):
        for event in _lapsed(replayed) if isinstance(replayed, Lapse) else _events(replayed):
            kind = str(event["event"])
            counts["entries" if kind == "entry" else kind] += 1
            if kind == "entry":
                stories.add(str(event["story"]))
                counts["matched"] += bool(event["matches"])
            say(event)
    seconds = time.perf_counter() - started
    summary: Event = {
        "event": "summary",
        **{name: counts[name] for name in ("entries", "matched", "alert", "update", "held", "suppressed")},
        "stories": len(stories),
        "seconds": round(seconds, 3),
        "entries_per_second": round(counts["entries"] / seconds, 1) if seconds else None,
    }
    say(summary)


async def _run(recording: Recording, in_force: InForce) -> AsyncIterator[Replayed | Lapse]:
    """Replay with a progress bar where a terminal watches; what time brings about comes in its turn."""
    from monitor.feeds.parse import ParserPool  # noqa: PLC0415 - heavy, and of no use to --help
    from monitor.pipeline.replay import Replay  # noqa: PLC0415
    from monitor.store import open_store  # noqa: PLC0415

    store = await open_store("sqlite://", owner="replay", exclusive=False)
    try:
        async with ParserPool(PollingSettings()) as parser:
            replay = Replay(store, in_force, parser=parser)
            with _progress() as bar:
                task = bar.add_task("replaying", total=recording.total) if bar else None
                async for batch in recording.batches(replay):
                    if bar and task is not None:
                        bar.advance(task, max(1, len(batch)) if recording.entries else 1)
                    for one in batch:
                        for lapse in one.before:
                            yield lapse
                        yield one
            for lapse in await replay.rest():
                yield lapse
    finally:
        await store.close()


def _progress() -> AbstractContextManager[Progress | None]:
    if not sys.stderr.isatty():
        return nullcontext()
    return Progress(console=Console(stderr=True), transient=True)


def _events(one: Replayed) -> Iterator[Event]:
    """Give the lines about one recorded entry: itself, then what was decided on each of its matches."""
    entry: Event = {"event": "entry", "id": one.id, "feed": one.feed}
    if one.assembled is None:
        yield {**entry, "identity": "revision", "unchanged": True, "story": one.story, "matches": []}
        return
    yield {**entry, **_placed(one.assembled)}
    for decision in one.assembled.decisions:
        yield _decided(decision, id_=one.id, title=one.assembled.entry.title)


def _lapsed(lapse: Lapse) -> Iterator[Event]:
    """Give the line about a decision that time alone brought about."""
    yield _decided(lapse.decision, id_=lapse.id, title=lapse.entry.title if lapse.entry else "")


def _placed(assembled: Assembled) -> Event:
    return {
        "identity": _IDENTITY[assembled.assignment.placement],
        "story": assembled.story.id,
        "reason": assembled.assignment.reason,
        "title": assembled.entry.title,
        "matches": fields_of_matches(assembled.findings),
        "claims": [plain(claim) for claim in assembled.findings.claims],
        "possibly": list(assembled.assignment.possibly),
    }


def _decided(decision: Decision, *, id_: str, title: str) -> Event:
    return {
        "event": decision.verdict.value,
        "at": decision.at.isoformat(),
        "rule": decision.rule,
        "story": decision.story,
        "reason": decision.reason.value,
        "detail": decision.detail,
        "entry": id_,
        "title": title,
    }


def _say_json(event: Event) -> None:
    sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")


def _say(event: Event) -> None:
    """Print what a person wants to see: alerts and updates, then the sums."""
    if event["event"] == "summary":
        click.echo(
            f"{event['entries']} entries, {event['matched']} matched, {event['stories']} stories: "
            f"{event['alert']} alerts, {event['update']} updates, {event['held']} held, "
            f"{event['suppressed']} suppressed, in {event['seconds']} s"
        )
    elif verdict := _SHOWN.get(str(event["event"])):
        at = str(event["at"])[:16].replace("T", " ")
        click.echo(clean(f"{at}  {verdict:6}  {event['rule']}: {event['title']} ({event['reason']})"))
