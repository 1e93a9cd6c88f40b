"""Cards and deliveries to render and to send: one story as several outlets tell it, in words of our own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.core.models import (
    Card,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Entry,
    Hit,
    Message,
    News,
    Placement,
    Reason,
    Severity,
    Source,
    Story,
    TextField,
    Verdict,
)
from monitor.core.render import render

NOW = datetime(2024, 3, 21, 14, 5, tzinfo=UTC)

NAMES = {
    "russian-volunteer-corps": "Russian Volunteer Corps",
    "freedom-of-russia-legion": "Freedom of Russia Legion",
    "kursk-oblast": "Kursk Oblast",
}

# What a hostile feed may put into a title, a summary, an outlet's name or a link.
INJECTIONS = (
    "<!channel> <!here> <@U012345> <#C012345> <!subteam^S1|all>",
    "<https://evil.example|https://bank.example> [bank](https://evil.example)",
    "*bold* _italic_ ~strike~ `code` ```block``` > quote :rotating_light: @channel @here",
    "&lt;!channel&gt; &amp;lt;!here&amp;gt; &#60;script&#62;",
    "<script>alert(1)</script><img src=x onerror=alert(1)><style>*{display:none}</style>",
    '" onmouseover="alert(1)" x="\' onfocus=\'alert(1)',
    "=?utf-8?q?x=0d=0aBcc:_victim=40example.org=0d=0a=0d=0aForged?=",
    "=?utf-8?b?eA0KQmNjOiB2aWN0aW1AZXhhbXBsZS5vcmc=?= tail",
    "line\r\nBcc: victim@example.org\r\n\r\nForged body",
    "line\nSubject: another\x0b\x0c\x85\u2028\u2029end",
    "\x1b[2J\x1b]0;owned\x07\x1b[31mred\x9b31m",
    "\u202etxt.exe\u202c \u2066isolate\u2069 \u200bzero\u200dwidth\ufeff\u00ad",
    "\U000e0041\U000e0042tags \ud800lone\udfff \x00nul \ufffe",
    "Z" + "\u0301" * 400 + "algo",
    "A" * 10_000,
    "слово " * 2000,
    "🚨" * 500,
    "[Putin] [FSB]",
    ".\r\n.\r\n..",
    "\u3164\u200b\u00ad",
    "",
)

LINKS = (
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "//evil.example/x",
    "https://bank.example@evil.example/path",
    "https://user:planted-password@example.org/a?b=c",
    "https://example.org/a|b>c<d\"e'f`g h",
    "https://example.org/\r\nBcc: x",
    "https://пример.example/путь?q=да",
    "https://раypal.example/",
    "https://example.org/" + "a" * 5000,
    "https://[::1]:8080/x",
    "https://[::1",
    "https://example.org:99999/",
    "https://",
    "HTTPS://EXAMPLE.ORG/Upper",
    "https://example.org/a%0d%0aX",
    "https://evil.example\\@bank.example/",
    "",
    None,
)


def entry(number: int, **fields: Any) -> Entry:
    """Make an entry; `number` tells it from others and moves it on by as many minutes."""
    at = NOW + timedelta(minutes=number)
    given: dict[str, Any] = {
        "id": f"{number:032x}",
        "feed": f"https://outlet-{number}.example/feed",
        "outlet": f"outlet-{number}.example",
        "title": "Militias show prisoners in Kyiv after raids into Belgorod",
        "summary": "",
        "link": f"https://outlet-{number}.example/article/{number}?id=1",
        "lang": "en",
        "published": at - timedelta(minutes=4),
        "fetched": at,
        "first_seen": at,
    }
    return Entry(**(given | fields))


FIRST = entry(
    1,
    outlet="kyiv-courier.example",
    link="https://kyiv-courier.example/2024/03/21/militias-prisoners?id=4711",
    title="Anti-Kremlin militias show prisoners in Kyiv after raids into Belgorod",
    summary="Fighters of the Russian Volunteer Corps and the Freedom of Russia Legion told reporters on "
    "Thursday that they hold two dozen prisoners. The claim could not be checked. Moscow's Defence Ministry "
    "showed burnt-out vehicles and said the raids had failed in Kursk region as well.",
)
SECOND = entry(
    9,
    outlet="vesti.example",
    link="https://vesti.example/a/17",
    title="Бойцы РДК показали пленных журналистам",
    summary="РДК заявил о двух десятках пленных, взятых в Белгородской области.",
    lang="ru",
)
THIRD = entry(14, outlet="world-wire.example", title="Russians who fight for Ukraine parade their captives")


def hits(found: Entry, *terms: tuple[str, str | None]) -> tuple[Hit, ...]:
    """Point at the first occurrence of each text in each field; the second part names its entity."""
    return tuple(
        Hit(field=field, start=at, end=at + len(text), text=text, term=text, entity=entity)
        for text, entity in terms
        for field, where in (
            (TextField.TITLE, found.title),
            (TextField.SUMMARY, found.summary),
            (TextField.CONTENT, found.content),
        )
        if (at := where.find(text)) >= 0
    )


FIRST_HITS = hits(
    FIRST,
    ("Russian Volunteer Corps", "russian-volunteer-corps"),
    ("Freedom of Russia Legion", "freedom-of-russia-legion"),
    ("Kursk region", "kursk-oblast"),
    ("raids", None),
)


def story(*entries: Entry, **fields: Any) -> Story:
    """Make the story that these entries tell, in this order."""
    given: dict[str, Any] = {
        "id": entries[0].id,
        "title": entries[0].title,
        "opened_at": entries[0].first_seen,
        "updated_at": entries[-1].first_seen,
        "entries": len(entries),
        "outlets": tuple(dict.fromkeys(item.outlet for item in entries)),
        "texts": len(entries),
        "languages": tuple(dict.fromkeys(item.lang or "" for item in entries)),
        "entities": (),
        "sources": tuple(
            Source(
                entry=item.id,
                outlet=item.outlet,
                title=item.title,
                link=item.link,
                lang=item.lang,
                at=item.first_seen,
                placement=Placement.JOINS,
            )
            for item in entries
        ),
    }
    return Story(**(given | fields))


def card(**fields: Any) -> Card:
    """Make the card of a first alert."""
    given: dict[str, Any] = {
        "alert": "a" * 32,
        "rule": "cross-border-raids",
        "rule_title": "Cross-border raids into Russia",
        "severity": Severity.HIGH,
        "verdict": Verdict.ALERT,
        "reason": Reason.NEW_STORY,
        "entry": FIRST,
        "hits": FIRST_HITS,
        "story": story(FIRST),
        "names": NAMES,
    }
    return Card(**(given | fields))


def later_card(**fields: Any) -> Card:
    """Make the card of a follow-up: the third outlet joins."""
    given: dict[str, Any] = {
        "verdict": Verdict.UPDATE,
        "reason": Reason.ANOTHER_SOURCE,
        "entry": THIRD,
        "hits": (),
        "root": FIRST,
        "root_hits": FIRST_HITS,
        "story": story(FIRST, SECOND, THIRD),
        "news": (News.OUTLET, News.LANGUAGE),
        "held_back": {Reason.COPY: 2, Reason.COOLDOWN: 1},
    }
    return card(**(given | fields))


def delivery(message: Message | None = None, **fields: Any) -> Delivery:
    """Make a delivery that is being sent."""
    given: dict[str, Any] = {
        "id": "d" * 32,
        "alert": "a" * 32,
        "story": "5" * 32,
        "channel": "desk",
        "kind": DeliveryKind.POST,
        "message": message or render(card(), now=NOW),
        "state": DeliveryState.SENDING,
        "created_at": NOW,
        "next_attempt_at": NOW,
        "attempts": 1,
        "started_at": datetime.now(UTC),
    }
    return Delivery(**(given | fields))


def hostile(text: str, link: str | None = None) -> Card:
    """Make a card in which every foreign field says `text`."""
    bad = entry(3, title=text, summary=text, content=text, outlet=text, author=text, link=link, lang=text[:8])
    marked = tuple(
        Hit(
            field=field,
            start=0,
            end=min(len(text), 7),
            text=text[:7],
            term=text[:7],
            entity=text[:30] or None,
        )
        for field in TextField
        if text
    )
    other = replace(bad, id="e" * 32, outlet=text + "2")
    return later_card(entry=bad, hits=marked, root=bad, root_hits=marked, story=story(bad, other), names={})
