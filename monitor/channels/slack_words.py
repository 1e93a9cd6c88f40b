"""What Slack's error words mean to a sender and to a person: which are final, and what to do about each."""

from __future__ import annotations

from typing import Final

RATE_LIMITED: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
"""Certainly not posted; later it may be."""

IN_DOUBT: Final = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})
"""Slack's documents say of the first two that a part of the operation may have succeeded."""

CANNOT_EDIT: Final = frozenset({"edit_window_closed", "cant_update_message", "update_forbidden"})
"""The message is there but may not be changed."""

LOST_ROOT: Final = frozenset({"message_not_found", "thread_not_found"})
"""Somebody deleted the message."""

TO_BE_MENDED: Final = frozenset(
    {
        "access_denied", "account_inactive", "channel_is_archived", "channel_not_found", "ekm_access_denied",
        "invalid_auth", "invalid_token", "is_archived", "missing_scope", "no_active_hooks", "no_permission",
        "no_service", "not_allowed_token_type", "not_authed", "not_in_channel", "org_login_required",
        "restricted_action", "team_access_not_granted", "team_disabled", "token_expired", "token_revoked",
    }
)  # fmt: skip
"""Credentials and membership: no fault of the message, which goes once they are mended."""

NO_HISTORY: Final = frozenset(
    {"missing_scope", "not_in_channel", "channel_not_found", "no_permission", "access_denied"}
)
"""The channel's history cannot be asked with this token."""

REMEDIES: Final = {
    "account_inactive": "the token belongs to a deleted user or workspace; install the app again",
    "channel_is_archived": "the channel is archived; unarchive it or configure another one",
    "channel_not_found": "there is no such channel for this app; write its id (C…) and invite the app to it",
    "invalid_auth": "the token is wrong; copy the Bot User OAuth Token (xoxb-…) again",
    "invalid_blocks": "Slack refused the form of the message; please report it with the alert's id",
    "invalid_blocks_format": "Slack refused the form of the message; please report it with the alert's id",
    "invalid_token": "the webhook is wrong or revoked; make a new one",
    "is_archived": "the channel is archived; unarchive it or configure another one",
    "metadata_must_be_sent_from_app": "the token is no app's token; use the Bot User OAuth Token (xoxb-…)",
    "missing_scope": "the token lacks a scope; add chat:write to the app and install it again",
    "msg_blocks_too_long": "the message is too long for Slack; please report it with the alert's id",
    "no_active_hooks": "the webhook was switched off; make a new one",
    "no_permission": "the app may not post there; invite it to the channel",
    "no_service": "the webhook was deleted or its app removed; make a new one",
    "not_allowed_token_type": "this kind of token cannot post; use the Bot User OAuth Token (xoxb-…)",
    "not_authed": "no token was sent; set the channel's token",
    "not_in_channel": "the app is not in the channel; invite it there with /invite",
    "restricted_action": "an administrator restricted posting in this channel",
    "team_disabled": "the workspace was disabled",
    "token_expired": "the token has expired; install the app again and use its new token",
    "token_revoked": "the token was revoked; install the app again and use its new token",
}

_MAKE_ONE: Final = "make one under Basic Information, App-Level Tokens, with the scope connections:write"
APP_REMEDIES: Final = {
    "invalid_auth": f"the app token is wrong; {_MAKE_ONE}",
    "missing_scope": f"the app token lacks connections:write; {_MAKE_ONE}",
    "not_allowed_token_type": f"`app_token` holds another kind of token; {_MAKE_ONE}",
    "not_authed": f"no app token was sent; {_MAKE_ONE}",
    "token_revoked": f"the app token was revoked; {_MAKE_ONE}",
}


def app_remedy(error: str) -> str:
    """The same as `remedy`, for an app-level token."""
    known = APP_REMEDIES.get(error)
    return f"Slack says {error}: {known}" if known else remedy(error)


def remedy(error: str) -> str:
    """Give Slack's word for an error and what to do about it, in one sentence."""
    known = REMEDIES.get(error)
    word = "".join(letter for letter in error[:60] if letter.isalnum() or letter in "_-")
    return (
        f"Slack says {word or 'no'}: {known}"
        if known
        else f"Slack refused the message: {word or 'no reason given'}"
    )
