"""Under a message in Slack: what people did about the alert, and the buttons by which they do it.

Names of people are shown as plain text: nothing in them mentions, formats or links.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from monitor.core.models import Handling, Judgement, Press
from monitor.core.render.display import line
from monitor.core.render.times import dated

Block = Mapping[str, object]
Element = Mapping[str, object]

ACTIONS: Final = "news-monitor"
"""The block_id of the row of buttons."""
SNOOZE_HOURS: Final = 4
_LABELS: Final = {
    Press.ACKNOWLEDGE: "Acknowledge",
    Press.RELEVANT: "Relevant",
    Press.NOISE: "Noise",
    Press.MUTE_STORY: "Mute story",
    Press.SNOOZE_RULE: f"Snooze rule {SNOOZE_HOURS} h",
}
_CONFIRMED: Final = {
    Press.MUTE_STORY: (
        "Mute this story?",
        "Later articles of this story are recorded and sent nowhere, for 7 days. Nothing is lost.",
    ),
    Press.SNOOZE_RULE: (
        f"Snooze the rule for {SNOOZE_HOURS} hours?",
        "Everything this rule finds meanwhile is recorded and sent nowhere. Nothing is lost.",
    ),
}


def remarks(handling: Handling) -> tuple[Block, ...]:
    """Say who did what and when, a line each; nothing where nobody did anything."""
    return tuple(_lines(handling))


def _lines(handling: Handling) -> Iterator[Block]:
    if handling.acknowledged is not None:
        yield _remark(f"✅ Acknowledged by {_name(handling.acknowledged.author)}", handling.acknowledged.at)
    if handling.feedback is not None:
        mark = "👍 Relevant" if handling.feedback.judgement is Judgement.RELEVANT else "👎 Noise"
        yield _remark(f"{mark}, says {_name(handling.feedback.author)}", handling.feedback.at)
    if handling.muted is not None:
        yield _remark(f"🔇 Story muted by {_name(handling.muted.author)} until", handling.muted.ends_at)
    if handling.snoozed is not None:
        yield _remark(f"💤 Rule snoozed by {_name(handling.snoozed.author)} until", handling.snoozed.ends_at)


def _remark(said: str, at: datetime) -> Block:
    """A small grey line; Slack shows the moment in the reader's own time zone."""
    seconds = int(at.astimezone(UTC).timestamp())
    when = f"<!date^{seconds}^{{date_short_pretty}} {{time}}|{dated(at)}>"
    return {
        "type": "context",
        "elements": [
            {"type": "plain_text", "text": said, "emoji": False},
            {"type": "mrkdwn", "text": when, "verbatim": True},
        ],
    }


def _name(author: str) -> str:
    return line(author, 80) or "somebody"


def buttons(handling: Handling) -> Block:
    """Give the row of buttons; what is done already is no longer offered."""
    gone = {
        Press.ACKNOWLEDGE: handling.acknowledged is not None,
        Press.RELEVANT: _judged(handling, Judgement.RELEVANT),
        Press.NOISE: _judged(handling, Judgement.NOISE),
        Press.MUTE_STORY: handling.muted is not None,
        Press.SNOOZE_RULE: handling.snoozed is not None,
    }
    elements = [_button(press, handling.alert) for press in Press if not gone[press]]
    return {"type": "actions", "block_id": ACTIONS, "elements": elements}


def _judged(handling: Handling, judgement: Judgement) -> bool:
    return handling.feedback is not None and handling.feedback.judgement is judgement


def _button(press: Press, alert: str) -> Element:
    button: dict[str, object] = {
        "type": "button",
        "action_id": press.value,
        "value": alert,
        "text": _plain(_LABELS[press]),
    }
    if press in _CONFIRMED:
        title, text = _CONFIRMED[press]
        button["confirm"] = {
            "title": _plain(title),
            "text": _plain(text),
            "confirm": _plain("Yes"),
            "deny": _plain("No"),
        }
    return button


def _plain(text: str) -> Element:
    return {"type": "plain_text", "text": text, "emoji": False}
