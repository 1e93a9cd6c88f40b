"""`news-monitor doctor`: everything that can be examined, each with its remedy."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import click

from monitor import looping
from monitor.channels.factory import build_channel
from monitor.cli.check import rules_in_words, started
from monitor.cli.checkups import desk, guarding, machine, network, places, service, storage, versions
from monitor.cli.checkups.findings import Finding, Standing, gravest_first, note, ok, problem, warning
from monitor.cli.common import config_option, counted, json_option, now, print_json
from monitor.cli.guard import Exit, clean
from monitor.config.settings import Loaded, load_settings
from monitor.core.errors import DatabaseUnusableError, Mistake, StoreUnavailableError, Weight
from monitor.files import is_there
from monitor.sources.pushed import with_bundle
from monitor.telemetry import Redactor, set_up_logging

_MARKS = {Standing.OK: "ok", Standing.NOTE: "--", Standing.WARNING: "!", Standing.PROBLEM: "!!"}


@click.command(name="doctor")
@click.option("--offline", is_flag=True, help="Leave out what asks other machines: names, clock, channels.")
@json_option
@config_option
def command(*, offline: bool, as_json: bool, config: Path) -> None:
    r"""Examine configuration, rules, database, channels, network, clock and versions.

    Each thing that is wrong comes with its remedy, the gravest first. Nothing is changed, no alert is sent.
    Exit code 0 if nothing is wrong (warnings may be), 1 if a problem was found, 2 if the configuration cannot
    be used, so that most was left out.

    \b
    Example:
      news-monitor doctor --config /etc/news-monitor/config.yaml
    """
    loaded = load_settings(config)
    redactor = Redactor(loaded.secrets)
    set_up_logging(level="error", style="text", redactor=redactor)
    findings = gravest_first(looping.run(_examine(loaded, offline=offline)))
    if as_json:
        print_json(findings, redactor)
    else:
        for finding in findings:
            click.echo(redactor.for_people(_line(finding)))
        click.echo(_verdict(findings))
    if loaded.settings is None:
        raise SystemExit(Exit.MISTAKES)
    if any(finding.standing is Standing.PROBLEM for finding in findings):
        raise SystemExit(Exit.FOUND)


def _line(finding: Finding) -> str:
    remedy = f"\n                 -> {clean(finding.remedy)}" if finding.remedy else ""
    return f"{_MARKS[finding.standing]:>2} {finding.subject:<13} {clean(finding.sentence)}{remedy}"


def _verdict(findings: Sequence[Finding]) -> str:
    found = Counter(finding.standing for finding in findings)
    return f"{counted(found[Standing.PROBLEM], 'problem')}, {counted(found[Standing.WARNING], 'warning')}"


async def _examine(loaded: Loaded, *, offline: bool) -> list[Finding]:
    findings = [
        *_configuration(loaded),
        *await _rules(loaded),
        *versions.examine(versions.installed()),
        *service.systemd(os.environ),
        *guarding.writable([path for path in (loaded.path, *loaded.rules) if is_there(path)]),
    ]
    if loaded.settings is None:
        return [*findings, note("others", "left out until the configuration can be used")]
    findings += machine.limits(loaded.settings)
    findings += machine.proxies(loaded.settings, os.environ)
    findings += guarding.hashes(loaded.path, loaded.settings)
    findings += desk.trusted(loaded.settings)
    findings += await storage.examine(loaded.settings.database.get_secret_value(), now())
    if not offline:
        findings += [finding async for finding in _network(loaded)]
    return findings


def _configuration(loaded: Loaded) -> Iterator[Finding]:
    if loaded.settings is not None:
        channels = ", ".join(loaded.settings.channels) or "none"
        yield ok(
            "configuration", f"{loaded.path}: {counted(len(loaded.feeds), 'feed')}; channels: {channels}"
        )
    yield from mistakes("configuration", loaded.mistakes)


async def _rules(loaded: Loaded) -> list[Finding]:
    try:
        loaded = await with_bundle(loaded)
    except (DatabaseUnusableError, StoreUnavailableError) as error:
        said = f"stand in the database, which cannot be read: {error}"
        return [warning("rules", said, "bring the database back; the daemon does not start without it")]
    rules = started(loaded)
    found = list(mistakes("rules", rules.mistakes))
    if rules.is_usable and (loaded.rules or loaded.pushed):
        return [ok("rules", rules_in_words(rules)), *found]
    return found


def mistakes(subject: str, found: Sequence[Mistake]) -> Iterator[Finding]:
    """Turn the mistakes of a file into findings."""
    for mistake in found:
        say = problem if mistake.weight is Weight.ERROR else warning
        yield say(subject, str(mistake), _remedy(mistake))


def _remedy(mistake: Mistake) -> str:
    if "permission denied" in mistake.message:
        return "let the daemon's user read it: chmod or chown the file, and each folder above it"
    return "mend the line and run `news-monitor check`"


async def _network(loaded: Loaded) -> AsyncIterator[Finding]:
    hosts = network.hosts_of(loaded.feeds)
    answers = await network.resolved(hosts)
    for finding in network.names(answers):
        yield finding
    proxy = loaded.accepted().polling.proxy
    for finding in await network.proxies_tried(network.proxies_of(loaded.accepted(), loaded.feeds)):
        yield finding
    reachable = [host for host, found in answers.items() if found or proxy]
    there = await network.date_of(reachable, proxy.get_secret_value() if proxy else None)
    for finding in machine.clock(now(), there):
        yield finding
    for finding in [*await desk.answering(loaded.accepted()), *await desk.hooked(loaded.accepted())]:
        yield finding
    for name, settings in loaded.accepted().channels.items():
        for finding in await places.verified(build_channel(name, settings, clock=now)):
            yield finding
