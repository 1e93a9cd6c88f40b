"""Rules tried on the archive: the very path of the daemon in virtual time, into a database thrown away."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from monitor.cli.common import AGE, configured, now
from monitor.cli.database import opened, run_async
from monitor.config.compiling import compiled
from monitor.config.settings import Loaded
from monitor.core.models import Assembled, Decision, Entry, Fetched, ParsedFeed, ParseResult, Verdict
from monitor.core.rules.tree import Rule, RuleSet
from monitor.core.settings import Settings
from monitor.pipeline.archive import texts_since
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.lapses import Lapse
from monitor.pipeline.replay import Replay
from monitor.store import Store, open_store

since_option = click.option(
    "--since",
    type=AGE,
    default="30d",
    show_default=True,
    help="How far to look back, e.g. 12h, 30d; at most as far as `retention.entries` keeps articles.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one match of the archive would have come to."""

    at: datetime
    rule: str
    verdict: Verdict
    reason: str
    detail: str
    story: str
    """Id of the story, which is that of the entry that opened it."""
    entry: str
    outlet: str
    title: str
    link: str | None


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a rule would have done."""

    rule: str
    matches: int = 0
    """Articles."""
    verdicts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))

    def count(self, verdict: Verdict) -> None:
        """Take one decision into account."""
        self.verdicts[verdict] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a set of rules would have done since a moment."""

    since: datetime
    until: datetime
    entries: int
    """Articles, and changed texts of articles, that were looked at since then."""
    oldest: datetime | None
    """When the first of them was seen: the archive may not reach as far back as was asked."""
    outcomes: tuple[Outcome, ...]
    tallies: Mapping[str, Tally]
    """Every rule, those that found nothing included."""

    def of(self, verdict: Verdict) -> list[Outcome]:
        """Return what came to this, oldest first."""
        return [outcome for outcome in self.outcomes if outcome.verdict is verdict]


def tried(rulesets: Sequence[RuleSet], config: Path, *, since: timedelta) -> list[Trial]:
    """Try each of several sets of rules on the same stretch of the archive.

    Settings are those of the configuration: routes, ages, the window of stories. Silences are not heeded.

    Raises:
        ConfigurationError: the configuration has mistakes.
        DatabaseUnusableError: there is no database, or it cannot be read.
    """
    loaded = configured(config)
    return run_async(_tried(loaded, rulesets, since))


async def _tried(loaded: Loaded, rulesets: Sequence[RuleSet], since: timedelta) -> list[Trial]:
    until = now()
    async with opened(loaded) as archive:
        with progress(len(rulesets) * since.total_seconds()) as advance:
            return [
                await _trial(archive, loaded.accepted(), ruleset, (until - since, until), advance)
                for ruleset in rulesets
            ]


async def _trial(
    archive: Store,
    settings: Settings,
    ruleset: RuleSet,
    stretch: tuple[datetime, datetime],
    advance: Callable[[timedelta], None],
) -> Trial:
    since, until = stretch
    tallies = {rule.id: Tally(rule=rule.id) for rule in ruleset.rules}
    outcomes: list[Outcome] = []
    seen: list[datetime] = []
    entries = 0
    reached = since
    async for one in _replayed(archive, settings, ruleset, since - warm_up(settings, ruleset.rules)):
        if isinstance(one, Lapse):
            if one.entry is not None and one.decision.at >= since:
                tallies[one.decision.rule].count(one.decision.verdict)
                outcomes.append(_outcome(one.decision, one.entry))
            continue
        if one.entry.fetched < since:
            continue
        entries += 1
        seen = seen or [one.entry.fetched]
        for match in one.findings.matches:
            tallies[match.rule].matches += 1
        for decision in one.decisions:
            tallies[decision.rule].count(decision.verdict)
            outcomes.append(_outcome(decision, one.entry))
        advance(max(one.entry.fetched - reached, timedelta(0)))
        reached = max(reached, one.entry.fetched)
    advance(until - reached)
    return Trial(
        since=since,
        until=until,
        entries=entries,
        oldest=seen[0] if seen else None,
        outcomes=tuple(outcomes),
        tallies=tallies,
    )


def warm_up(settings: Settings, rules: Iterable[Rule]) -> timedelta:
    """Return how much earlier to begin: stories that were under way, and what was usual, must be known."""
    lengths = [settings.stories.window]
    for rule in rules:
        lengths += [rule.spike.baseline] if rule.spike else []
        lengths += [rule.first_seen.quiet] if rule.first_seen else []
    return max(lengths)


async def _replayed(
    archive: Store, settings: Settings, ruleset: RuleSet, begin: datetime
) -> AsyncIterator[Assembled | Lapse]:
    in_force = InForce(settings=settings, rulebook=Rulebook.of(ruleset, compiled(ruleset)))
    with tempfile.TemporaryDirectory(prefix="news-monitor-") as folder:
        store = await open_store(f"sqlite:///{folder}/trial.db", owner="trial", exclusive=False)
        try:
            replay = Replay(store, in_force, parser=_NothingToParse())
            async for batch in replay.archived(texts_since(archive, begin)):
                for replayed in batch:
                    for lapse in replayed.before:
                        yield lapse
                    if replayed.assembled is not None:
                        yield replayed.assembled
            for lapse in await replay.rest():
                yield lapse
        finally:
            await store.close()


class _NothingToParse:
    """An archive holds no documents."""

    async def parse(self, fetched: Fetched, *, known: frozenset[bytes] = frozenset()) -> ParseResult:
        """Find nothing."""
        return ParsedFeed()


def _outcome(decision: Decision, entry: Entry) -> Outcome:
    return Outcome(
        at=decision.at,
        rule=decision.rule,
        verdict=decision.verdict,
        reason=decision.reason.value,
        detail=decision.detail,
        story=decision.story,
        entry=entry.id,
        outlet=entry.outlet,
        title=entry.title,
        link=entry.link,
    )


@contextmanager
def progress(total: float) -> Iterator[Callable[[timedelta], None]]:
    """Show a bar of virtual time on standard error where a terminal watches."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading the archive", total=total)
        yield lambda length: bar.advance(task, length.total_seconds())


def only(ruleset: RuleSet, names: Sequence[str]) -> RuleSet:
    """Keep only the rules of these names; all of them where none is named."""
    if not names:
        return ruleset
    return replace(ruleset, rules=tuple(rule for rule in ruleset.rules if rule.id in names))
