"""`news-monitor rules preview`: what rules match among the articles of the last hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import click

from monitor.cli.common import AGE, configured, counted, json_option, minute, now, print_json
from monitor.cli.database import opened, run_async
from monitor.cli.guard import clean
from monitor.cli.rulebook.places import loaded, rule_named, rules_option
from monitor.cli.rulebook.retrial import only
from monitor.cli.tables import print_table
from monitor.config.compiling import compiled
from monitor.config.settings import Loaded
from monitor.core.document import shown
from monitor.core.rules.tree import Rule, RuleSet
from monitor.pipeline.lookback import Previewed, in_hours, previewed

_USUAL = timedelta(hours=24)


@click.command(name="preview")
@click.argument("names", metavar="[RULE]...", nargs=-1)
@click.option(
    "--since",
    type=AGE,
    help="How far to look back, e.g. 12h, 7d; by default the rule's `rematch`, else 24h.",
)
@rules_option
@json_option
def command(
    *,
    names: tuple[str, ...],
    since: timedelta | None,
    paths: tuple[Path, ...],
    as_json: bool,
    config: Path,
) -> None:
    r"""Say what rules match among the articles of the last hours: before a new or edited rule goes live.

    Without RULE, every rule that has `rematch` is tried, or every rule if none has. Articles marked + are
    news to the rule: it did not match them when they came. Nothing is alerted or stored; `rules backtest`
    says which of them would have been alerts.

    Exit codes: 0 done, 2 the rules cannot be used, 4 there is no database.

    \b
    Examples:
      news-monitor rules preview raids
      news-monitor rules preview raids --since 7d --rules draft.yaml
    """
    ruleset = loaded(paths, config).ruleset
    for name in names:
        rule_named(name, ruleset)
    asking = names or [rule.id for rule in ruleset.rules if rule.rematch]
    chosen = only(ruleset, asking)
    lengths = {rule.id: since or rule.rematch or _USUAL for rule in chosen.rules}
    found = run_async(_found(configured(config), chosen, lengths)) if lengths else []
    if as_json:
        print_json({"rules": [_fields(rule, lengths[rule.id], found) for rule in chosen.rules]})
    else:
        _say(found, chosen.rules, lengths)


async def _found(settings: Loaded, ruleset: RuleSet, lengths: Mapping[str, timedelta]) -> list[Previewed]:
    moment = now()
    since = {name: moment - length for name, length in lengths.items()}
    async with opened(settings) as store:
        return [one async for one in previewed(store, compiled(ruleset), since)]


def _say(found: Sequence[Previewed], rules: Sequence[Rule], lengths: Mapping[str, timedelta]) -> None:
    for one in found:
        proof = ", ".join(dict.fromkeys(shown(hit.text) for hit in one.match.hits))
        line = f"{minute(one.entry.fetched)}  {one.rule}: {one.entry.title} ({one.entry.outlet})"
        click.echo(clean(f"{' ' if one.known else '+'} {line}: {proof}"))
    rows = []
    for rule in rules:
        own = [one for one in found if one.rule == rule.id]
        new = sum(not one.known for one in own)
        stories = len({one.story for one in own})
        rows.append((rule.id, str(len(own)), str(new), str(stories), in_hours(lengths[rule.id])))
    print_table(("rule", "entries", "new", "stories", "since"), rows, empty="there is no rule")
    if found:
        click.echo(f"{counted(len(found), 'match', 'matches')}; nothing is alerted")


def _fields(rule: Rule, length: timedelta, found: Sequence[Previewed]) -> dict[str, object]:
    own = [one for one in found if one.rule == rule.id]
    return {
        "rule": rule.id,
        "since": length,
        "entries": len(own),
        "new": sum(not one.known for one in own),
        "stories": len({one.story for one in own}),
        "matches": [
            {
                "entry": one.entry.id,
                "at": one.entry.fetched,
                "title": one.entry.title,
                "outlet": one.entry.outlet,
                "link": one.entry.link,
                "story": one.story,
                "new": not one.known,
                "hits": [hit.text for hit in one.match.hits],
            }
            for one in own
        ],
    }
