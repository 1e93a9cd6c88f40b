"""Slack: what is posted, what every kind of answer comes to, and what a look-up finds."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from monitor.channels.slack import Slack
from monitor.channels.slack_hook import SlackHook
from monitor.core.models import (
    Absent,
    Deferred,
    DeliveryKind,
    Outcome,
    Rejected,
    Sent,
    Unknown,
    Unsure,
)
from monitor.core.render import render
from monitor.core.settings import SlackChannel
from tests.channels.cards import INJECTIONS, NOW, card, delivery, hostile, later_card
from tests.channels.slack_double import Fault, SlackDouble

NO_WAIT = timedelta(0)


def settings_for(double: SlackDouble, **fields: Any) -> SlackChannel:
    """Point a channel at the double."""
    given: dict[str, Any] = {
        "type": "slack",
        "token": SecretStr(double.token),
        "channel": double.channel,
        "api_url": double.api_url,
        "timeout": timedelta(seconds=10),
    }
    return SlackChannel(**(given | fields))


@pytest.fixture
def patience(request: pytest.FixtureRequest) -> timedelta:
    """How long to wait for an answer: not long where a test's fault is that none comes."""
    callspec = getattr(request.node, "callspec", None)
    silent = callspec is not None and callspec.params.get("fault") in {Fault.HANG, Fault.ACCEPT_THEN_HANG}
    return timedelta(seconds=0.5 if silent else 10)


@pytest.fixture
async def channel(slack: SlackDouble, patience: timedelta) -> AsyncIterator[Slack]:
    """A channel with a token, that keeps to no rate."""
    built = Slack(
        "osint", settings_for(slack, timeout=patience), post_interval=NO_WAIT, update_interval=NO_WAIT
    )
    yield built
    await built.close()


@pytest.fixture
async def hook(slack: SlackDouble, patience: timedelta) -> AsyncIterator[SlackHook]:
    """A channel with a webhook, that keeps to no rate."""
    given = {"token": None, "channel": None, "webhook": SecretStr(slack.webhook_url), "timeout": patience}
    built = SlackHook("osint", settings_for(slack, **given), post_interval=NO_WAIT)
    yield built
    await built.close()


def follow_up(kind: DeliveryKind, root: Outcome, **fields: Any) -> Any:
    """Make a follow-up to a message that was sent."""
    assert isinstance(root, Sent)
    message = render(later_card(), now=NOW, kind=kind)
    given = {"id": "f" * 32, "kind": kind, "ordinal": 1, "root_remote_id": root.remote_id}
    return delivery(message, **(given | fields))


async def test_a_post_arrives_whole_and_is_named_by_channel_and_ts(
    slack: SlackDouble, channel: Slack
) -> None:
    """Text, blocks and metadata as given; nothing unfurled, nothing parsed."""
    outcome = await channel.send(delivery())
    (posted,) = slack.messages
    assert outcome == Sent(remote_id=f"{slack.channel}:{posted.ts}")
    assert posted.delivery == "d" * 32
    assert posted.text.startswith("HIGH · Cross-border raids into Russia: Anti-Kremlin militias")
    assert posted.blocks == json.loads(json.dumps(render(card(), now=NOW).blocks))
    sent = slack.requests[0][1]
    assert {sent[key] for key in ("unfurl_links", "unfurl_media", "link_names", "mrkdwn")} == {False}
    assert sent["parse"] == "none"
    assert slack.refusals == []


async def test_a_story_lives_in_one_message(slack: SlackDouble, channel: Slack) -> None:
    """An update edits the first message, a thread reply hangs under it."""
    root = await channel.send(delivery())
    assert await channel.send(follow_up(DeliveryKind.UPDATE, root)) == root
    assert isinstance(await channel.send(follow_up(DeliveryKind.THREAD, root)), Sent)
    first, reply = slack.messages
    assert first.edits == 1
    assert "vesti.example" in json.dumps(first.blocks)
    assert reply.thread_ts == first.ts


async def test_what_may_not_be_edited_any_more_goes_on_in_the_thread(
    slack: SlackDouble, channel: Slack
) -> None:
    """Workspaces forbid edits after some time; the news is told all the same."""
    root = await channel.send(delivery())
    slack.faults.append(Fault.EDIT_WINDOW)
    outcome = await channel.send(follow_up(DeliveryKind.UPDATE, root))
    assert isinstance(outcome, Sent)
    assert slack.messages[1].thread_ts == slack.messages[0].ts
    assert slack.messages[0].edits == 0


async def test_an_update_of_a_deleted_message_is_refused_with_a_reason(
    slack: SlackDouble, channel: Slack
) -> None:
    """Whoever deleted it does not want it back."""
    root = await channel.send(delivery())
    slack.messages.clear()
    outcome = await channel.send(follow_up(DeliveryKind.UPDATE, root))
    assert outcome == Rejected(why="osint: somebody deleted the message in Slack that this would update")


async def test_a_follow_up_without_a_root_is_posted_by_itself(slack: SlackDouble, channel: Slack) -> None:
    """The first message was refused for good; the story is told all the same."""
    orphan = delivery(render(later_card(), now=NOW), kind=DeliveryKind.UPDATE, root_remote_id=None)
    assert isinstance(await channel.send(orphan), Sent)
    assert slack.messages[0].thread_ts is None


@pytest.mark.parametrize(
    ("fault", "kind", "word"),
    [
        (Fault.RATE_LIMITED, Deferred, "too many requests"),
        (Fault.RATE_LIMITED_WORD, Deferred, "too many requests"),
        (Fault.SERVER_ERROR, Unsure, "HTTP 500"),
        (Fault.HTML_PAGE, Unsure, "HTTP 503"),
        (Fault.NOT_JSON, Unsure, "says nothing"),
        (Fault.INTERNAL_ERROR, Unsure, "internal_error"),
        (Fault.INTERNAL_ERROR_POSTED, Unsure, "internal_error"),
        (Fault.FATAL_ERROR, Unsure, "fatal_error"),
        (Fault.DROP, Unsure, "closed without an answer"),
        (Fault.ACCEPT_THEN_DROP, Unsure, "closed without an answer"),
        (Fault.ACCEPT_THEN_HANG, Unsure, "no answer in time"),
        (Fault.HANG, Unsure, "no answer in time"),
        (Fault.REVOKED, Deferred, "install the app again"),
        (Fault.ARCHIVED, Deferred, "unarchive it"),
        (Fault.NOT_IN_CHANNEL, Deferred, "/invite"),
        (Fault.INVALID_BLOCKS, Rejected, "please report it"),
    ],
)
async def test_every_answer_comes_to_the_right_outcome(
    slack: SlackDouble, channel: Slack, fault: Fault, kind: type, word: str
) -> None:
    """Certainly not there, certainly refused, or in doubt: and one request only."""
    slack.faults.append(fault)
    outcome = await channel.send(delivery())
    assert isinstance(outcome, kind)
    assert word in getattr(outcome, "why", "")
    assert slack.called("chat.postMessage") == 1


@pytest.mark.parametrize(
    "fault", [Fault.ACCEPT_THEN_DROP, Fault.SERVER_ERROR, Fault.INTERNAL_ERROR, Fault.HANG]
)
async def test_an_update_in_doubt_is_simply_done_again(
    slack: SlackDouble, channel: Slack, fault: Fault
) -> None:
    """Editing twice leaves the same message."""
    root = await channel.send(delivery())
    slack.faults.append(fault)
    assert isinstance(await channel.send(follow_up(DeliveryKind.UPDATE, root)), Deferred)
    assert await channel.send(follow_up(DeliveryKind.UPDATE, root)) == root
    assert len(slack.messages) == 1


async def test_a_refused_connection_defers(slack: SlackDouble) -> None:
    """Nothing was written: it certainly did not arrive."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}/api/"
        built = Slack("osint", settings_for(slack, api_url=nowhere))
        assert await built.send(delivery()) == Deferred(why="Slack: connection refused", channel_down=True)
        await built.close()


async def test_a_name_that_does_not_resolve_defers(slack: SlackDouble) -> None:
    """No network is no reason to doubt."""
    built = Slack(
        "osint", settings_for(slack, api_url="http://slack.invalid/api/", timeout=timedelta(seconds=5))
    )
    outcome = await built.send(delivery())
    assert isinstance(outcome, Deferred)
    await built.close()


async def test_retry_after_holds_every_task_of_the_channel(slack: SlackDouble, channel: Slack) -> None:
    """After a 429 nobody hammers on: the second sender is told to wait without a request."""
    slack.faults.append(Fault.RATE_LIMITED)
    slack.retry_after = 30
    first = await channel.send(delivery())
    second = await channel.send(delivery(id="e" * 32))
    assert first == Deferred(why="Slack: too many requests", retry_after=timedelta(seconds=30))
    assert isinstance(second, Deferred)
    assert second.retry_after is not None
    assert second.retry_after > timedelta(seconds=29)
    assert slack.called("chat.postMessage") == 1


async def test_concurrent_senders_keep_to_the_rate_of_the_channel(slack: SlackDouble) -> None:
    """Ten tasks at once never break the limit that Slack counts by."""
    slack.interval = 0.01
    built = Slack("osint", settings_for(slack), post_interval=timedelta(seconds=0.06))
    outcomes = await asyncio.gather(*(built.send(delivery(id=f"{n:032x}")) for n in range(10)))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert slack.refusals == []
    await built.close()


@pytest.mark.parametrize(
    "fault", [Fault.ACCEPT_THEN_DROP, Fault.ACCEPT_THEN_HANG, Fault.INTERNAL_ERROR_POSTED]
)
async def test_a_lost_answer_is_found_in_the_history(
    slack: SlackDouble, channel: Slack, fault: Fault
) -> None:
    """The metadata's id tells it from every other message of the channel."""
    await channel.send(delivery(id="1" * 32))
    slack.faults.append(fault)
    doubtful = delivery()
    assert isinstance(await channel.send(doubtful), Unsure)
    await channel.send(delivery(id="2" * 32))
    assert await channel.find(doubtful) == Sent(remote_id=f"{slack.channel}:{slack.messages[1].ts}")


@pytest.mark.parametrize(
    ("at_attempt", "at_look_up"),
    [
        (timedelta(hours=8), timedelta(hours=8)),
        (timedelta(hours=8), timedelta(0)),
        (timedelta(minutes=3), timedelta(minutes=3)),
        (timedelta(days=-365), timedelta(days=-365)),
        (timedelta(0), timedelta(days=365)),
    ],
)
async def test_a_message_is_found_whatever_our_clock_says(
    slack: SlackDouble, at_attempt: timedelta, at_look_up: timedelta
) -> None:
    """Ahead of Slack's by hours, set right since, or behind: what Slack's own clock says is heeded."""
    true = datetime.fromtimestamp(slack.wall(), UTC)
    built = Slack("osint", settings_for(slack), post_interval=NO_WAIT, clock=lambda: true + at_look_up)
    slack.faults.append(Fault.ACCEPT_THEN_DROP)
    doubtful = delivery(started_at=true + at_attempt, doubts=1)
    assert isinstance(await built.send(doubtful), Unsure)
    assert await built.find(doubtful) == Sent(remote_id=f"{slack.channel}:{slack.messages[0].ts}")
    await built.close()


async def test_a_clock_that_agrees_costs_no_second_look(slack: SlackDouble) -> None:
    """What never arrived is looked for once."""
    true = datetime.fromtimestamp(slack.wall(), UTC)
    built = Slack("osint", settings_for(slack), post_interval=NO_WAIT, clock=lambda: true)
    assert await built.find(delivery(started_at=true - timedelta(minutes=2), doubts=1)) == Absent()
    assert slack.called("conversations.history") == 1
    await built.close()


async def test_a_message_that_never_arrived_is_absent(slack: SlackDouble, channel: Slack) -> None:
    """Then, and only then, a repeat is no repeat."""
    slack.faults.append(Fault.DROP)
    doubtful = delivery()
    await channel.send(doubtful)
    await channel.send(delivery(id="1" * 32))
    assert await channel.find(doubtful) == Absent()


async def test_history_that_lags_hides_a_message_until_it_has_settled(
    slack: SlackDouble, channel: Slack
) -> None:
    """Hence the settle time: asking too early would lie."""
    slack.lag = 0.2
    slack.faults.append(Fault.ACCEPT_THEN_DROP)
    doubtful = delivery()
    await channel.send(doubtful)
    assert await channel.find(doubtful) == Absent()
    await asyncio.sleep(0.25)
    assert isinstance(await channel.find(doubtful), Sent)


async def test_a_busy_channel_is_looked_through_page_by_page(slack: SlackDouble, channel: Slack) -> None:
    """The message is on the last page."""
    slack.page = 2
    slack.faults.append(Fault.ACCEPT_THEN_DROP)
    doubtful = delivery()
    await channel.send(doubtful)
    for number in range(9):
        await channel.send(delivery(id=f"{number:032x}"))
    assert isinstance(await channel.find(doubtful), Sent)
    assert slack.called("conversations.history") == 5


async def test_a_channel_too_busy_to_look_through_is_unknown_for_good(
    slack: SlackDouble, channel: Slack
) -> None:
    """Ten pages, then the choice is the user's."""
    slack.page = 1
    for number in range(12):
        await channel.send(delivery(id=f"{number:032x}"))
    lookup = await channel.find(delivery())
    assert isinstance(lookup, Unknown)
    assert lookup.retry_after is None


async def test_a_doubtful_reply_is_looked_up_in_its_thread(slack: SlackDouble, channel: Slack) -> None:
    """History does not show replies."""
    root = await channel.send(delivery())
    slack.faults.append(Fault.ACCEPT_THEN_DROP)
    reply = follow_up(DeliveryKind.THREAD, root)
    assert isinstance(await channel.send(reply), Unsure)
    assert await channel.find(reply) == Sent(remote_id=f"{slack.channel}:{slack.messages[1].ts}")
    assert await channel.find(follow_up(DeliveryKind.THREAD, root, id="9" * 32)) == Absent()


async def test_without_the_history_scope_the_answer_is_unknown_and_says_what_to_add(
    slack: SlackDouble, channel: Slack
) -> None:
    """The pipeline then does as `on_doubt` says."""
    slack.scopes = "chat:write"
    lookup = await channel.find(delivery())
    assert isinstance(lookup, Unknown)
    assert "channels:history" in lookup.why
    assert lookup.retry_after is None
    assert channel.on_doubt == "repeat"


@pytest.mark.parametrize(
    ("fault", "pause", "word"),
    [
        (Fault.RATE_LIMITED, 1, "too many requests"),
        (Fault.SERVER_ERROR, 30, "HTTP 500"),
        (Fault.NOT_JSON, 30, "says nothing"),
        (Fault.REVOKED, 600, "install the app again"),
        (Fault.NOT_IN_CHANNEL, None, "invite the app"),
    ],
)
async def test_a_look_up_that_fails_says_whether_to_ask_again(
    slack: SlackDouble, channel: Slack, fault: Fault, pause: int | None, word: str
) -> None:
    """A passing trouble is waited out; a missing permission is not."""
    slack.asking_faults.append(fault)
    lookup = await channel.find(delivery())
    assert isinstance(lookup, Unknown)
    assert lookup.retry_after == (None if pause is None else timedelta(seconds=pause))
    assert word in lookup.why


@pytest.mark.parametrize("fault", [Fault.REVOKED, Fault.ARCHIVED, Fault.NOT_IN_CHANNEL])
async def test_a_message_is_held_while_token_or_membership_are_wrong(
    slack: SlackDouble, channel: Slack, fault: Fault
) -> None:
    """It is no fault of the message: it goes as soon as a person has mended the channel."""
    slack.faults.append(fault)
    held = await channel.send(delivery())
    assert isinstance(held, Deferred)
    assert held.retry_after == timedelta(minutes=10)
    mended = Slack("osint", settings_for(slack), post_interval=NO_WAIT)
    assert isinstance(await mended.send(delivery()), Sent)
    await mended.close()


async def test_edits_keep_to_their_own_rate(slack: SlackDouble) -> None:
    """chat.update has a limit of its own, in Slack and here."""
    built = Slack("osint", settings_for(slack), post_interval=NO_WAIT, update_interval=timedelta(minutes=1))
    root = await built.send(delivery())
    assert await built.send(follow_up(DeliveryKind.UPDATE, root)) == root
    later = await built.send(follow_up(DeliveryKind.UPDATE, root))
    assert isinstance(later, Deferred)
    assert later.retry_after is not None
    assert isinstance(await built.send(delivery(id="2" * 32)), Sent)
    await built.close()


async def test_a_channel_known_by_name_can_be_asked_once_its_id_is_learnt(slack: SlackDouble) -> None:
    """Posting takes a name, history wants an id; the first answer tells it."""
    built = Slack("osint", settings_for(slack, channel="#alerts"), post_interval=NO_WAIT)
    early = await built.find(delivery())
    assert isinstance(early, Unknown)
    assert "id (C" in early.why
    await built.send(delivery())
    assert isinstance(await built.find(delivery()), Sent)
    await built.close()


async def test_a_repeat_says_so_and_names_the_message(slack: SlackDouble, channel: Slack) -> None:
    """A reader who sees it twice knows why."""
    await channel.send(delivery(repeat=True, attempts=2))
    (posted,) = slack.messages
    assert posted.blocks[-1]["elements"][0]["text"] == "possible repeat · dddddddd"
    assert posted.text.startswith("(possible repeat · dddddddd) HIGH")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, None),
        ({"scopes": "chat:write,channels:read"}, "lacks channels:history"),
        ({"scopes": "channels:history,channels:read"}, "lacks chat:write"),
        ({"archived": True}, "the channel is archived"),
        ({"member": False}, "invite it there"),
        ({"channel": "C0MOVEDAWAY"}, "there is no such channel"),
        ({"scopes": "chat:write,channels:history"}, None),
        ({"scopes": ""}, None),
    ],
)
async def test_verify_says_what_is_wrong(
    slack: SlackDouble, channel: Slack, fields: dict[str, Any], sentence: str | None
) -> None:
    """At start and in doctor: one sentence with a remedy."""
    for name, value in fields.items():
        setattr(slack, name, value)
    said = await channel.verify()
    assert (sentence is None and said == []) or (sentence is not None and sentence in " ".join(said))


async def test_verify_names_a_wrong_token_without_showing_it(slack: SlackDouble) -> None:
    """`xoxb-` values stay out of every sentence."""
    built = Slack("osint", settings_for(slack, token=SecretStr("xoxb-planted-and-wrong")))
    (sentence,) = await built.verify()
    assert sentence.startswith("osint: Slack says invalid_auth: the token is wrong")
    assert "planted" not in sentence
    await built.close()


@pytest.mark.parametrize("text", INJECTIONS)
async def test_slack_takes_whatever_a_feed_says_and_pings_nobody(
    slack: SlackDouble, channel: Slack, text: str
) -> None:
    """No invalid_blocks, no mention, no forged link, in blocks or in the fallback text."""
    outcome = await channel.send(delivery(render(hostile(text, "https://example.org/a|b>c"), now=NOW)))
    assert isinstance(outcome, Sent)
    assert "<" not in slack.messages[0].text
    assert slack.refusals == []


async def test_a_webhook_posts_and_never_edits(slack: SlackDouble, hook: SlackHook) -> None:
    """An update is done without a word, a thread reply is a message."""
    assert await hook.send(delivery()) == Sent()
    assert await hook.send(follow_up(DeliveryKind.UPDATE, Sent(), root_remote_id=None)) == Sent()
    assert await hook.send(follow_up(DeliveryKind.THREAD, Sent(), root_remote_id=None)) == Sent()
    assert len(slack.messages) == 2
    assert slack.refusals == []


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.RATE_LIMITED, Deferred),
        (Fault.SERVER_ERROR, Unsure),
        (Fault.HTML_PAGE, Unsure),
        (Fault.INTERNAL_ERROR, Unsure),
        (Fault.ACCEPT_THEN_DROP, Unsure),
        (Fault.ACCEPT_THEN_HANG, Unsure),
        (Fault.ARCHIVED, Deferred),
        (Fault.INVALID_BLOCKS, Rejected),
    ],
)
async def test_a_webhook_tells_the_same_outcomes_apart(
    slack: SlackDouble, hook: SlackHook, fault: Fault, kind: type
) -> None:
    """One request, one outcome."""
    slack.faults.append(fault)
    assert isinstance(await hook.send(delivery()), kind)
    assert slack.called("webhook") == 1
    assert isinstance(await hook.find(delivery()), Unknown)
