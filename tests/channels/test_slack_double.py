"""The double is as strict as Slack's documents, and catches what an unguarded client does."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.channels.slack_double import Fault, SlackDouble


def section(length: int) -> dict[str, Any]:
    """A block of marked-up text."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}}


TEXT = {"type": "text", "text": "x"}
PLAIN = {"type": "plain_text", "text": "x"}
LINE = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [TEXT]}]}


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({}, "no_text"),
        ({"text": "x", "colour": "red"}, "invalid_arguments"),
        ({"text": "x", "channel": "C0ELSEWHERE"}, "channel_not_found"),
        ({"text": "x", "blocks": [LINE] * 51}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "banner"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "rich_text", "elements": [TEXT]}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "context", "elements": [PLAIN] * 11}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [section(3001)]}, "invalid_blocks"),
        ({"text": "x", "blocks": [section(2900)] * 5}, "msg_blocks_too_long"),
        ({"text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
        ({"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
    ],
)  # fmt: skip
async def test_it_refuses_what_slack_refuses(
    slack: SlackDouble, arguments: dict[str, Any], word: str
) -> None:
    """Otherwise a passing test would prove nothing."""
    client = AsyncWebClient(slack.token, base_url=slack.api_url, retry_handlers=[])
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("chat.postMessage", json={"channel": slack.channel, **arguments})
    assert caught.value.response["error"] == word
    assert slack.messages == []


async def test_the_sdk_left_to_itself_posts_twice_when_an_answer_is_lost(slack: SlackDouble) -> None:
    """Why its retries are switched off here."""
    slack.faults.append(Fault.ACCEPT_THEN_DROP)
    await AsyncWebClient(slack.token, base_url=slack.api_url).chat_postMessage(
        channel=slack.channel, text="x"
    )
    assert len(slack.messages) == 2


async def test_a_client_that_hurries_is_told_to_wait(slack: SlackDouble) -> None:
    """429 with Retry-After, as Slack does."""
    slack.interval, slack.retry_after = 30, 7
    client = AsyncWebClient(slack.token, base_url=slack.api_url, retry_handlers=[])
    await client.chat_postMessage(channel=slack.channel, text="x")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=slack.channel, text="x")
    assert caught.value.response.headers["Retry-After"] == "7"
