"""Settings to channels."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from typing import TextIO

from monitor.channels.console import Console
from monitor.channels.email import Email
from monitor.channels.slack import Slack
from monitor.channels.slack_hook import SlackHook
from monitor.channels.webhook import Webhook
from monitor.core.settings import ChannelSettings, ConsoleChannel, EmailChannel, SlackChannel, WebhookChannel

BuiltChannel = Console | Email | Slack | SlackHook | Webhook


def build_channel(
    name: str, settings: ChannelSettings, *, clock: Callable[[], datetime], stream: TextIO | None = None
) -> BuiltChannel:
    """Make the channel that a part of config.yaml describes; nothing is opened before it is used.

    Args:
        name: the channel's name in config.yaml.
        settings: what stands under the name, checked and with secrets resolved.
        clock: says the time, aware UTC; dates the signatures of webhooks.
        stream: where a console writes; standard output by default.
    """
    match settings:
        case ConsoleChannel():
            return Console(name, stream or sys.stdout, color=settings.color)
        case EmailChannel():
            return Email(name, settings)
        case SlackChannel() if settings.token is None:
            return SlackHook(name, settings, post_interval=settings.pace)
        case SlackChannel():
            return Slack(name, settings, post_interval=settings.pace)
        case WebhookChannel():
            return Webhook(name, settings, clock=clock)
