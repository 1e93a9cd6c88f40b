"""`news-monitor routes`: where alerts go, on which terms, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from monitor.cli.common import config_option, configured, json_option, now, print_json
from monitor.cli.database import run_async
from monitor.cli.guard import clean
from monitor.cli.routing import Told, Wanted, told_of
from monitor.config.pushed import rules_of
from monitor.core.models import EVERY_DAY, UNLIMITED, QuietHours, SendingPolicy, Severity, WhenExpired
from monitor.core.rules.tree import RuleSet
from monitor.core.settings import RouteMatch, Settings
from monitor.core.units import spoken
from monitor.sources.pushed import with_bundle


@click.group(name="routes")
def command() -> None:
    r"""Show where alerts go, and try where one would go; nothing is stored or sent.

    \b
    Examples:
      news-monitor routes show
      news-monitor routes test --rule cross-border-raids --source meduza.io --at 23:30
      news-monitor routes test "Drones over Belgorod" --source https://meduza.io/rss/all
      news-monitor routes test https://www.example.org/2026/11/article
    """


@command.command(name="show")
@json_option
@config_option
def show(*, as_json: bool, config: Path) -> None:
    """Print the routes in the order in which they are asked, each with its terms."""
    loaded = configured(config)
    settings = loaded.accepted()
    if as_json:
        routes = [route.model_dump(mode="json", by_alias=True) for route in settings.routes]
        print_json({"routes": routes, "alerts": settings.alerts.model_dump(mode="json", by_alias=True)})
        return
    for line in _tree(settings, rules_of(run_async(with_bundle(loaded))).ruleset):
        click.echo(clean_line(line))


def clean_line(line: str) -> str:
    """Clean a line for a terminal; its indentation stays."""
    return " " * (len(line) - len(line.lstrip(" "))) + clean(line)


def _tree(settings: Settings, ruleset: RuleSet) -> Iterator[str]:
    for rule in ruleset.rules:
        if rule.alert.channels:
            yield f"rule {rule.id} names its channels itself -> {', '.join(rule.alert.channels)}"
    for number, route in enumerate(settings.routes, 1):
        then = ", and on (continue: true)" if route.go_on else ""
        yield f"route {number}  {_matched(route.match)} -> {', '.join(route.channels)}{then}"
        yield from (f"  {said}" for said in _terms(route.policy()))
    rest = settings.alerts.channels or tuple(settings.channels)
    kind = "alerts.channels" if settings.alerts.channels else "every channel"
    yield f"otherwise -> {', '.join(rest) or 'nowhere'} ({kind})"
    defaults = list(_terms(settings.alerts.policy()))
    if defaults:
        yield f"unless a rule or route says otherwise ({settings.alerts.zone}):"
        yield from (f"  {said}" for said in defaults)


def _matched(match: RouteMatch) -> str:
    said = [f"{key} {' or '.join(values)}" for key, values in match if values]
    return " and ".join(said) or "everything"


def _terms(policy: SendingPolicy) -> Iterator[str]:
    """Say what a policy says, one sentence each."""
    if policy.group_wait is not None:
        yield f"first messages wait {spoken(policy.group_wait)} for other outlets"
    if policy.digest is not None:
        zone = f" {policy.digest.zone}" if policy.digest.zone else ""
        yield f"digest at {policy.digest.at.text}{zone}" if policy.digest.at else "no digest"
    if policy.quiet_hours is not None:
        yield _quiet(policy.quiet_hours)
    if policy.max_per_hour is not None:
        limit = policy.max_per_hour
        yield "no limit an hour" if limit == UNLIMITED else f"at most {limit} messages an hour"
    if policy.escalate is not None:
        one = policy.escalate
        who = f"{', '.join(one.to)} if nobody acknowledges within {spoken(one.after)}"
        yield f"escalates {one.severity.value} and above to {who}" if one.to else "no escalation"
    if policy.expires_after is not None:
        what = "is dropped" if policy.when_expired is WhenExpired.DROP else "says so"
        yield f"a message later than {spoken(policy.expires_after)} {what}"


def _quiet(quiet: QuietHours) -> str:
    if not quiet.days:
        return "no quiet hours"
    said = f"quiet hours {quiet.start:%H:%M} to {quiet.end:%H:%M}"
    said += f" {quiet.zone}" if quiet.zone else ""
    if quiet.days != EVERY_DAY:
        said += f" on {', '.join(_DAYS[day] for day in sorted(quiet.days))}"
    exempt = [one.value for one in Severity if one in quiet.exempt]
    return f"{said}, except {', '.join(exempt)}" if exempt else said


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SEVERITIES = click.Choice([one.value for one in Severity])


@command.command(name="test")
@click.argument("given", required=False, metavar="[TEXT|URL|ID]")
@click.option("--rule", metavar="NAME", help="The rule; without it, every rule that the text matches.")
@click.option("--severity", type=_SEVERITIES, help="Instead of the rule's.")
@click.option("--entity", "entities", multiple=True, metavar="ID", help="An entity mentioned; repeatable.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A tag more; may be repeated.")
@click.option("--source", metavar="OUTLET", help="An outlet, or the address or name of a feed.")
@click.option("--language", metavar="CODE", help="Such as en, ru or uk.")
@click.option("--at", metavar="TIME", help='Such as "23:30" or "2026-03-29 02:30"; now by default.')
@json_option
@config_option
def test(*, as_json: bool, config: Path, at: str | None, **said: object) -> None:
    """Say where an alert would go, route by route, and when each channel would have it.

    Name a rule and what the article is like, or give a TEXT to run the rules on, or an article of the
    archive by its URL or id. Exit code 1 if no rule matches the text.
    """
    loaded = configured(config)
    moment = moment_of(at, loaded.accepted())
    wanted = Wanted(**said)  # type: ignore[arg-type]
    found = told_of(wanted, loaded, moment)
    if as_json:
        print_json(found)
        return
    for number, told in enumerate(found):
        if number:
            click.echo()
        for line in _lines(told):
            click.echo(clean_line(line))


def moment_of(text: str | None, settings: Settings) -> datetime:
    """Read a moment by the clock of `alerts.zone`; a time alone is today's.

    Raises:
        click.BadParameter: it is none.
    """
    present = now()
    if text is None:
        return present
    zone = settings.alerts.clock_zone
    written = text if "-" in text else f"{present.astimezone(zone):%Y-%m-%d} {text}"
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        message = 'write it as "23:30" or "2026-03-29 02:30"'
        raise click.BadParameter(message, param_hint="--at") from None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(present.tzinfo)


def _lines(told: Told) -> Iterator[str]:
    yield told.about
    for look in told.routes:
        yield f"  route {look.route}  {'yes' if look.takes else 'no '}  {look.why}"
    if not told.goes:
        yield "goes nowhere: no channel is configured for it"
        return
    yield "goes to"
    width = max(len(one.channel) for one in told.goes)
    for one in told.goes:
        yield f"  {one.channel.ljust(width)}  {one.when} ({one.taken_by})"
        if one.escalates:
            yield f"  {' ' * width}  {one.escalates}"
