"""Settings to channels."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TextIO

from monitor.channels.apprise_relay import AppriseRelay
from monitor.channels.console import Console
from monitor.channels.email import Email
from monitor.channels.slack import HandlingOf, Slack, nobody_can_say
from monitor.channels.slack_hook import SlackHook
from monitor.channels.slack_listener import Desk, SlackListener
from monitor.channels.webhook import Webhook
from monitor.core.settings import (
    AppriseChannel,
    ChannelSettings,
    ConsoleChannel,
    EmailChannel,
    SlackChannel,
    WebhookChannel,
)

BuiltChannel = AppriseRelay | Console | Email | Slack | SlackHook | Webhook


def build_channel(
    name: str,
    settings: ChannelSettings,
    *,
    clock: Callable[[], datetime],
    stream: TextIO | None = None,
    handling: HandlingOf = nobody_can_say,
) -> BuiltChannel:
    """Make the channel that a part of config.yaml describes; nothing is opened before it is used.

    Args:
        name: the channel's name in config.yaml.
        settings: what stands under the name, checked and with secrets resolved.
        clock: says the time, aware UTC; dates the signatures of webhooks, and is held against Slack's.
        stream: where a console writes; standard output by default.
        handling: says what people did about an alert, where a channel shows that.
    """
    match settings:
        case ConsoleChannel():
            return Console(name, stream or sys.stdout, color=settings.color)
        case EmailChannel():
            return Email(name, settings)
        case SlackChannel() if settings.token is None:
            return SlackHook(name, settings, post_interval=settings.pace)
        case SlackChannel():
            return Slack(name, settings, post_interval=settings.pace, handling=handling, clock=clock)
        case WebhookChannel():
            return Webhook(name, settings, clock=clock)
        case AppriseChannel():
            return AppriseRelay(name, settings)


def build_listeners(
    settings: Mapping[str, ChannelSettings],
    channels: Mapping[str, object],
    desk: Desk,
    *,
    dice: Callable[[], float],
) -> list[SlackListener]:
    """Make one listener for each app: Slack hands a press to any one connection of its app.

    Args:
        settings: the channels of config.yaml.
        channels: the channels built of them; those that nobody can press anything in are passed over.
        desk: carries out what people press and type.
        dice: numbers in [0, 1) that keep many daemons from returning at once.
    """
    apps: dict[tuple[str, str], tuple[SlackChannel, dict[str, Slack]]] = {}
    for name, channel in channels.items():
        found = settings.get(name)
        if isinstance(channel, Slack) and isinstance(found, SlackChannel) and found.app_token:
            app = (found.app_token.get_secret_value(), found.api_url)
            apps.setdefault(app, (found, {}))[1][name] = channel
    return [SlackListener(found, members, desk, dice=dice) for found, members in apps.values()]
