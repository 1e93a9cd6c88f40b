"""How much was held back since a rule's last message, in words: `+11 held: 8 duplicates, 3 quiet hours`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from monitor.core.models import Reason

_WORDS: Final[Mapping[Reason, tuple[str, str]]] = {
    Reason.COPY: ("duplicate", "duplicates"),
    Reason.REVISION: ("duplicate", "duplicates"),
    Reason.BEFORE_MATCH: ("duplicate", "duplicates"),
    Reason.ROUND_UP: ("round-up", "round-ups"),
    Reason.QUIET_FOLLOW_UP: ("follow-up", "follow-ups"),
    Reason.QUIET_HOURS: ("quiet hours", "quiet hours"),
    Reason.DIGEST: ("for the digest", "for the digest"),
    Reason.HOURLY_LIMIT: ("over the limit", "over the limit"),
    Reason.SILENCED: ("silenced", "silenced"),
    Reason.COOLDOWN: ("cooldown", "cooldown"),
    Reason.EXPIRED: ("not corroborated", "not corroborated"),
    Reason.NOT_FASTER: ("as usual", "as usual"),
    Reason.SEEN_LATELY: ("as usual", "as usual"),
}
"""What readers want to know of. A backlog, and what the message itself waited for, is not held back."""


def is_told(reason: Reason) -> bool:
    """Tell whether a match held back for this reason is counted in the next message."""
    return reason in _WORDS


def held_in_words(held_back: Mapping[Reason, int]) -> str:
    """Say how much was held back and why, most first; empty if nothing was."""
    counts: Counter[tuple[str, str]] = Counter()
    for reason, number in held_back.items():
        if reason in _WORDS:
            counts[_WORDS[reason]] += number
    found = [(number, words) for words, number in counts.most_common() if number]
    if not found:
        return ""
    parts = ", ".join(f"{number:,} {words[number != 1]}" for number, words in found)
    return f"+{sum(number for number, _ in found):,} held: {parts}"
