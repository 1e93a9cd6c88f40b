"""Where alerts can go."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import (
    ConfigDict,
    Field,
    SecretStr,
)

from monitor.core.settings.base import (
    Duration,
    Limit,
    Strict,
)


class Templated(Strict):
    """What every channel may say."""

    template: str | None = None
    """How its messages look: the NAME of NAME.slack.j2, NAME.html.j2 or NAME.txt.j2 among the templates."""


class ConsoleChannel(Templated):
    """Alerts as text on standard output."""

    type: Literal["console"]
    color: Literal["auto", "always", "never"] = "auto"


class SlackChannel(Templated):
    """Slack by bot token (messages are updated and threaded) or by incoming webhook (posted only)."""

    type: Literal["slack"]
    token: SecretStr | None = None
    channel: str | None = None
    app_token: SecretStr | None = None
    """An app-level token (xapp-) with `connections:write`: draws buttons and heeds them, by Socket Mode."""
    webhook: SecretStr | None = None
    on_doubt: Literal["repeat", "hold"] = "repeat"
    settle: Duration = timedelta(seconds=60)
    """How long after an unanswered request the channel's history is asked whether the message arrived."""
    pace: Duration = timedelta(seconds=1)
    """The least time between two messages: Slack takes about one a second in a channel."""
    fold_after: Limit = timedelta(minutes=2)
    """Where the last of those waiting would have to wait longer than this, they become digests."""
    api_url: str = "https://slack.com/api/"
    timeout: Duration = timedelta(seconds=10)


class EmailChannel(Templated):
    """E-mail by SMTP."""

    type: Literal["email"]
    host: str
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    sender: str = Field(alias="from", default="")
    to: tuple[str, ...] = Field(min_length=1)
    unsubscribe: str = Field(
        default="", pattern=r"^(|https://[!-;=?-~]+|[!-;=A-~]+@[!-;=A-~]+)$", max_length=500
    )
    """An address or an https link by which readers ask to be left out: the header `List-Unsubscribe`."""
    settle: Duration = timedelta(minutes=15)
    """How long after a mail whose receipt was never confirmed it is sent once more."""
    pace: Duration = timedelta(seconds=1)
    """The least time between two mails."""
    fold_after: Limit = timedelta(minutes=2)
    """As for Slack."""
    timeout: Duration = timedelta(seconds=60)
    verify: bool = True
    """Whether the server's certificate is checked."""
    ca_file: str | None = None

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class WebhookChannel(Templated):
    """Alerts as JSON by HTTP POST, signed with HMAC-SHA256 when a secret is given."""

    type: Literal["webhook"]
    url: SecretStr
    secret: SecretStr | None = None
    timeout: Duration = timedelta(seconds=10)
    allow_private: bool = False


class AppriseChannel(Templated):
    """Whatever Apprise reaches, by an address in its notation; needs the extra `apprise`."""

    type: Literal["apprise"]
    url: SecretStr
    on_doubt: Literal["repeat", "hold"] = "repeat"
    timeout: Duration = timedelta(seconds=30)


ChannelSettings = Annotated[
    ConsoleChannel | SlackChannel | EmailChannel | WebhookChannel | AppriseChannel,
    Field(discriminator="type"),
]
