"""`news-monitor alerts mark`: say whether an alert was worth its reader's time."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from monitor.cli.common import config_option, configured, now
from monitor.cli.database import opened, run_async
from monitor.cli.guard import clean, the_one
from monitor.core.models import Feedback, Judgement, ListedAlert, RuleFeedback


@click.command(name="mark")
@click.argument("alert")
@click.argument("judgement", type=click.Choice([kind.value for kind in Judgement]))
@config_option
def command(*, alert: str, judgement: str, config: Path) -> None:
    r"""Mark ALERT, named by the start of its id, as relevant or noise.

    The same as the buttons under an alert in Slack; the latest mark of an alert counts. `news-monitor rules
    list` shows how many alerts of each rule were relevant, `rules tune` learns from them.

    \b
    Example:
      news-monitor alerts mark 4f2a91c0 noise
    """
    loaded = configured(config)

    async def work() -> tuple[ListedAlert, RuleFeedback]:
        async with opened(loaded) as store:
            found = the_one(
                await store.alerts_like(alert, limit=2),
                alert,
                noun="alert",
                id_of=lambda one: one.record.id,
                listed_by="news-monitor alerts list",
            )
            record = found.record
            given = Feedback(
                alert=record.id,
                rule=record.rule,
                story=record.story,
                author=getpass.getuser(),
                judgement=Judgement(judgement),
                at=now(),
            )
            await store.judge(given)
            known = {one.rule: one for one in await store.feedback_by_rule()}
            return found, known[record.rule]

    marked, rule = run_async(work())
    click.echo(f"{judgement}: {clean(marked.title)}")
    click.echo(f"{rule.rule}: {in_words(rule)}")


def in_words(rule: RuleFeedback) -> str:
    """Say a rule's precision with the number behind it: `83 % of 12`; empty where nothing was judged."""
    return "" if rule.precision is None else f"{rule.precision:.0%} relevant of {rule.judged} marked"
