"""The kill rig in small: a few kills amid faults of Slack and of the mail server, counted at the readers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.daemon import Desk
from tests.acceptance.kill_rig import Plan, Tally, kill_again_and_again
from tests.channels.slack_double import SlackDouble

FOLDING: dict[str, Any] = {"pace": "0.1s", "fold_after": "0.5s"}


def _promised(tally: Tally) -> None:
    """What holds under every plan: nothing lost; a mail sent twice is the same mail."""
    assert (tally.slack_lost, tally.mail_lost, tally.mail_strangers) == (0, 0, 0)


@pytest.mark.slow
async def test_with_history_slack_has_each_alert_once(desk: Desk, slack: SlackDouble) -> None:
    """Whatever Slack does and whenever the daemon dies; no repeat is even marked."""
    slack.lag = 0.3
    tally = await kill_again_and_again(desk, slack, Plan(kills=5, alerts=30, seed=11, disturbed=0.3))
    _promised(tally)
    assert (tally.slack_doubled, tally.slack_marked) == (0, 0)


@pytest.mark.slow
async def test_without_history_a_repeat_is_marked(desk: Desk, slack: SlackDouble) -> None:
    """Nobody can be asked: what may have arrived comes again, and says so."""
    plan = Plan(kills=4, alerts=24, seed=12, disturbed=0.3, history=False)
    tally = await kill_again_and_again(desk, slack, plan)
    _promised(tally)
    assert tally.slack_doubled == 0


@pytest.mark.slow
async def test_a_burst_that_is_folded_amid_kills_loses_nothing(desk: Desk, slack: SlackDouble) -> None:
    """The members of a digest are told by it, and by nothing else."""
    slack.lag = 0.3
    channels = {"osint": FOLDING, "desk": FOLDING}
    plan = Plan(kills=4, alerts=60, seed=13, disturbed=0.2, channels=channels)
    tally = await kill_again_and_again(desk, slack, plan)
    _promised(tally)
    assert (tally.slack_doubled, tally.slack_marked) == (0, 0)
    assert desk.rows("select count(*) from deliveries where state = 'folded'")[0][0] > 0
    assert tally.slack_messages < 60
