"""`news-monitor alerts preview`: how a rule's messages look, on a real stored story or an invented one."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import click

from monitor.cli.common import config_option, configured, counted, now
from monitor.cli.database import opened, run_async
from monitor.cli.guard import clean
from monitor.cli.rulebook.places import rule_named
from monitor.config.pushed import rules_of
from monitor.config.settings import Loaded
from monitor.core.document import suggestion
from monitor.core.errors import ConfigurationError, DatabaseUnusableError, Mistake
from monitor.core.models import Card, DeliveryKind, Handling, Message, Reason, Verdict
from monitor.core.render import Look, render
from monitor.core.render.handling import buttons
from monitor.core.render.page import page
from monitor.core.render.samples import sample_card
from monitor.core.rules.tree import Rule, RuleSet
from monitor.core.settings import SlackChannel
from monitor.sources.pushed import with_bundle
from monitor.store import Store


@click.command(name="preview")
@click.argument("rule")
@click.option("--channel", metavar="NAME", help="As this channel shows it, by its template.")
@click.option("--sample", is_flag=True, help="On the invented story, even if there is a real one.")
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a page with every form here.",
)
@click.option(
    "--blocks",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Write Slack's Block Kit JSON here; - for standard output, instead of the text.",
)
@config_option
def command(
    *, rule: str, channel: str | None, sample: bool, html: Path | None, blocks: Path | None, config: Path
) -> None:
    r"""Show what a message of RULE looks like: on its latest alert, else on an invented story.

    Templates are read anew, so that an edit shows at once. Nothing is stored or sent.

    \b
    Examples:
      news-monitor alerts preview cross-border-raids
      news-monitor alerts preview cross-border-raids --channel slack-osint --html preview.html
      news-monitor alerts preview cross-border-raids --blocks - | jq .blocks
    """
    loaded = configured(config)
    look = Look(loaded.templates, _template_of(loaded, channel, config))
    ruleset = rules_of(run_async(with_bundle(loaded)), templates=loaded.templates.names).accepted()
    found = rule_named(rule, ruleset)
    shown = _sample(found) if sample else run_async(_latest(loaded, found, ruleset)) or _sample(found)
    name = found.template or look.name
    message = render(shown.card, now=now(), kind=shown.kind, look=replace(look, name=name))
    if blocks is not None and str(blocks) == "-":
        click.echo(_block_kit(message))
    else:
        click.echo("\n".join(map(clean, message.text.splitlines())))
    said = [f"{shown.about}; {f'template {name}' if name else 'built-in form'}"]
    if blocks is not None and str(blocks) != "-":
        blocks.write_text(_block_kit(message) + "\n", encoding="utf-8")
        said.append(f"Block Kit JSON: {blocks}")
    if html is not None:
        row = (buttons(_nobody(shown.card)),) if _has_buttons(loaded, channel) else ()
        html.write_text(page(message, title=message.title, below=row), encoding="utf-8")
        said.append(f"page: {html}")
    click.echo("\n" + "\n".join(said), err=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What is shown, and where it comes from."""

    card: Card
    kind: DeliveryKind
    about: str


def _template_of(loaded: Loaded, channel: str | None, config: Path) -> str:
    """Return the template of a channel; empty for none.

    Raises:
        ConfigurationError: there is no such channel.
    """
    if channel is None:
        return ""
    channels = loaded.accepted().channels
    if channel not in channels:
        end = suggestion(
            channel, sorted(channels), otherwise=f"the channels are {', '.join(channels) or 'none'}"
        )
        raise ConfigurationError([Mistake(path=str(config), message=f"there is no channel '{channel}'{end}")])
    return channels[channel].template or ""


def _has_buttons(loaded: Loaded, channel: str | None) -> bool:
    settings = loaded.accepted().channels.get(channel or "")
    return isinstance(settings, SlackChannel) and settings.app_token is not None


def _nobody(card: Card) -> Handling:
    return Handling(alert=card.alert, rule=card.rule, story=card.story.id)


def _sample(rule: Rule) -> _Shown:
    card = sample_card(outlets=7, rule=rule.id, title=rule.title)
    card = replace(card, severity=rule.severity, template=rule.template)
    return _Shown(card=card, kind=DeliveryKind.UPDATE, about="an invented story of seven outlets")


async def _latest(loaded: Loaded, rule: Rule, ruleset: RuleSet) -> _Shown | None:
    """Find the rule's latest alert whose articles are kept; None if there is none."""
    try:
        async with opened(loaded) as store:
            return await _stored(store, rule, ruleset)
    except DatabaseUnusableError as error:
        if not str(error).startswith("there is no database"):
            raise
        return None


async def _stored(store: Store, rule: Rule, ruleset: RuleSet) -> _Shown | None:
    for alert in await store.list_alerts(rule=rule.id, limit=10):
        record = alert.record
        root, story = await store.entry(record.entry), await store.story(record.story)
        if root is None or story is None:
            continue
        kind = DeliveryKind.UPDATE if len(story.outlets) > 1 else DeliveryKind.POST
        card = Card(
            alert=record.id,
            rule=rule.id,
            rule_title=rule.title,
            severity=rule.severity,
            verdict=Verdict.UPDATE if kind is DeliveryKind.UPDATE else Verdict.ALERT,
            reason=Reason.ANOTHER_SOURCE if kind is DeliveryKind.UPDATE else Reason.NEW_STORY,
            entry=root.entry,
            hits=record.hits,
            story=story,
            sample=root.entry.sample,
            root=root.entry,
            root_hits=record.hits,
            names={entity.id: entity.name for entity in ruleset.entities.values()},
            template=rule.template,
        )
        about = f"alert {record.id[:12]}, told by {counted(len(story.outlets), 'outlet')}"
        return _Shown(card=card, kind=kind, about=about)
    return None


def _block_kit(message: Message) -> str:
    """Give the JSON that Slack's Block Kit Builder takes."""
    return json.dumps({"blocks": message.blocks}, ensure_ascii=False, indent=2)
