"""`news-monitor rules tune`: what to leave out of a rule, learned from alerts that people marked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click

from monitor.cli.common import configured, counted, json_option, now, print_json
from monitor.cli.database import opened, run_async
from monitor.cli.guard import Exit, clean
from monitor.cli.rulebook.places import loaded, rule_named, rules_option
from monitor.cli.rulebook.retrial import since_option
from monitor.config.settings import Loaded
from monitor.core.models import Entry, Feedback, Judgement
from monitor.core.rules.tree import Rule
from monitor.core.tuning import Exclusion, Judged, Kind, Proposal, propose
from monitor.store import Store

_FEW = 5
"""Confirmed alerts; with fewer the proof is thin, and that is said."""


@click.command(name="tune")
@click.argument("rule")
@since_option
@rules_option
@json_option
def command(*, rule: str, since: timedelta, paths: tuple[Path, ...], as_json: bool, config: Path) -> None:
    r"""Propose what RULE should leave out, from alerts marked as relevant or noise.

    Words, outlets and entities that stand in noise and in no relevant hit are tried with the matcher itself,
    over every article of every marked alert: what would lose a single confirmed one is not proposed. Mark
    alerts with the buttons in Slack or with `news-monitor alerts mark`. Nothing is changed: the lines are
    yours to paste. Exit code 1 if there is nothing to propose.

    \b
    Example:
      news-monitor rules tune cross-border-raids
    """
    ruleset = loaded(paths, config).ruleset
    found = rule_named(rule, ruleset)
    evidence = run_async(_evidence(configured(config), found, now() - since))
    proposal = propose(found, ruleset, evidence.judged, evidence.unjudged)
    if as_json:
        print_json({"proposal": proposal, "yaml": "\n".join(snippet(found, proposal.exclusions))})
    else:
        for line in lines_of(found, proposal):
            click.echo(clean_line(line))
    if not proposal.exclusions:
        raise SystemExit(Exit.FOUND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is kept of the alerts of a rule."""

    judged: Sequence[Judged]
    unjudged: Sequence[Entry]


async def _evidence(settings: Loaded, rule: Rule, since: datetime) -> Evidence:
    async with opened(settings) as store:
        judged = [await _judged(store, rule, one) for one in await store.judgements(rule=rule.id)]
        known = {entry.id for one in judged for entry in one.entries}
        unjudged = [
            one.entry
            async for page in store.entries_since(since)
            for one in page
            if one.entry.id not in known and any(match.rule == rule.id for match in one.findings.matches)
        ]
    return Evidence(judged=judged, unjudged=unjudged)


async def _judged(store: Store, rule: Rule, given: Feedback) -> Judged:
    """Give the articles of an alert's story that the rule matched when they came."""
    entries = await store.entries_of_story(given.story)
    return Judged(
        relevant=given.judgement is Judgement.RELEVANT,
        entries=tuple(
            one.entry for one in entries if any(match.rule == rule.id for match in one.findings.matches)
        ),
    )


def lines_of(rule: Rule, proposal: Proposal) -> Iterator[str]:
    """Say the proposal and its proof."""
    marked = f"{counted(proposal.relevant, 'relevant alert')} and {counted(proposal.noise, 'noise alert')}"
    if not proposal.exclusions:
        yield f"# {rule.id}: nothing to propose from {marked} whose articles are kept."
        yield "# Mark more alerts: by the buttons in Slack, or with `news-monitor alerts mark`."
        return
    yield f"# {rule.id}, from {marked}; add to the rule at {rule.at.path}:{rule.at.line}"
    yield from snippet(rule, proposal.exclusions)
    yield f"# kept    {proposal.relevant_kept} of {proposal.relevant} relevant alerts, every article of them"
    yield f"# spared  {proposal.noise_spared} of {proposal.noise} noise alerts"
    others = counted(proposal.unjudged, "article")
    yield f"# spared  {proposal.unjudged_spared} of {others} that nobody judged"
    if proposal.relevant < _FEW:
        few = counted(proposal.relevant, "confirmed alert")
        yield f"# Only {few} to prove it on: look at what is spared with `news-monitor rules diff` first."


def snippet(rule: Rule, exclusions: Sequence[Exclusion]) -> list[str]:
    """Write exclusions as lines of a rule file; what the rule has of `none` and `exclude` stays."""
    sources = [_quoted(one.value) for one in exclusions if one.kind is Kind.SOURCE]
    others = [one for one in exclusions if one.kind is not Kind.SOURCE]
    lines = ["rules:", f"  {rule.id}:"]
    if others:
        lines += ["    none:", *(f"      - {one.kind.value}: {_quoted(one.value)}" for one in others)]
    if sources:
        all_of_them = [*map(_quoted, rule.where.exclude), *sources]
        lines += ["    where:", f"      sources: {{exclude: [{', '.join(dict.fromkeys(all_of_them))}]}}"]
    return lines


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def clean_line(line: str) -> str:
    """Make a line safe on a terminal, keeping its indentation."""
    return line[: len(line) - len(line.lstrip())] + clean(line)
