"""A desk as a team would find it: thirty stories, sick feeds, rules of every kind, letters gone astray."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import blake2b
from itertools import cycle, islice
from typing import Final

from monitor.core.models import (
    AlertRecord,
    Assembled,
    Assignment,
    Attributed,
    Claim,
    Decision,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Entry,
    Feed,
    Feedback,
    FeedHealth,
    FeedState,
    FeedStatus,
    Health,
    Judgement,
    NewEntry,
    Noted,
    PendingEntry,
    Placement,
    PollRecord,
    Reason,
    Silence,
    Source,
    Stance,
    Story,
    Verdict,
)
from monitor.core.rhythm import heard
from monitor.store import Store
from monitor.web.ports import World
from tests.store.samples import NOW, a_message, an_entry, claim

MINUTE: Final = timedelta(minutes=1)
OUTLETS: Final = tuple(
    f"{name}.example" for name in ["bbc", "reuters", "ukrinform", "tass", "lemonde", "spiegel", "aljazeera"]
)
MANY: Final = tuple(f"outlet-{number:02}.example" for number in range(40))
RULES: Final = """
entities:
  belgorod: {name: Belgorod, aliases: [Belgorod, Бєлгород, Белгород, Белгородская]}
rules:
  raids:
    title: Raids over the border
    severity: critical
    owner: night desk
    tags: [war]
    any: [рейд, raid, обстрел, غارة]
    none: ["video game"]
    tests:
      match: ["A raid on the border", "Ночной рейд"]
      ignore: ["The raid in a video game"]
  floods:
    title: Floods and dams
    severity: high
    tags: [nature]
    any: ["=flood", наводнение, dam]
  markets:
    title: Markets that fall by more than a tenth within one day, on any exchange, in any currency
    severity: low
    any: ["stock market"]
  quakes:
    title: Earthquakes
    severity: medium
    tags: [nature]
    any: [earthquake, 地震]
"""
LONG_WORD: Final = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
RUSSIAN: Final = (
    "В Белгородской области после ночного обстрела восстанавливают электроснабжение: без света остаются "
    "жители двенадцати населённых пунктов, губернатор сообщил о ходе работ и о помощи пострадавшим семьям"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story to be kept."""

    title: str
    outlets: Sequence[str] = OUTLETS[:1]
    lang: str = "en"
    minutes: int = 30
    """From its first article to its last."""
    stances: Sequence[Stance] = ()
    verdict: Verdict = Verdict.ALERT


TOLD: Final = (
    Told(title="Parliament debates the budget until midnight"),
    Told(title="Earthquake of magnitude 5.8 shakes the coast of Chile", outlets=OUTLETS[:4], minutes=400),
    Told(title="地震で東北新幹線が一時運転見合わせ", lang="ja", outlets=OUTLETS[1:3]),
    Told(title=f"Raid on {LONG_WORD}", lang="de"),
    Told(
        title="غارة جوية على أطراف المدينة، والدفاع المدني ينفي سقوط ضحايا",
        lang="ar",
        stances=(Stance.DENIAL,),
    ),
    Told(title="", outlets=OUTLETS[2:3]),
    Told(title="Dam holds, engineers say after a night of rain", outlets=OUTLETS[:3], verdict=Verdict.HELD),
    Told(
        title=RUSSIAN,
        lang="ru",
        outlets=OUTLETS[2:6],
        minutes=300,
        stances=(Stance.CLAIM, Stance.STATEMENT, Stance.DENIAL),
    ),
    Told(
        title="Raid across the border near Belgorod: what is known so far",
        outlets=MANY,
        minutes=1300,
        stances=(Stance.CLAIM, Stance.CONFIRMATION),
    ),
)
FEEDS: Final = (
    Feed(url="https://bbc.example/feed", name="BBC World", outlet="bbc.example", tags=("world",)),
    Feed(url="https://tass.example/rss", name="ТАСС: лента новостей", outlet="tass.example"),
    Feed(url="https://sick.example/feed", name="Börsenblatt für Handel und Wandel", outlet="sick.example"),
    Feed(url="https://gone.example/feed", name="The Daily That Was", outlet="gone.example"),
    Feed(url="https://slow.example/feed", name="وكالة الأنباء", outlet="slow.example"),
)
_SICK: Final = {
    "https://sick.example/feed": (Health.BLOCKED, "a bot check of Cloudflare stands before it"),
    "https://gone.example/feed": (Health.GONE, "status 410: it says that it is gone for good"),
}


async def hang(world: World, store: Store, *, filler: int = 24) -> str:
    """Fill a desk; return the id of its greatest story."""
    world.in_force.feeds = {feed.url: feed for feed in FEEDS}
    filling = [Told(title=f"Council number {number} votes on its roads") for number in range(filler)]
    stories = [*filling, *TOLD]
    states = {state.url: state for state in await claim(store, *FEEDS, now=NOW - timedelta(days=2))}
    gathered = [entries_of(told, number, len(stories)) for number, told in enumerate(stories)]
    found = [
        NewEntry(entry=one, findings=world.in_force.rulebook.matcher.match(one))
        for some in gathered
        for one in some
    ]
    await store.commit_polls([polled(states[feed.url], found if feed is FEEDS[0] else []) for feed in FEEDS])
    waiting = {one.entry.id: one for one in await store.pending_entries(limit=1000)}
    eldest = gathered[-1][0].id
    for told, entries in zip(stories, gathered, strict=True):
        same = (eldest,) if told is TOLD[-2] else ()
        batch = put_together(told, [waiting[one.id] for one in entries], possibly=same)
        await store.commit_assembled(batch)
    last = gathered[-1][0].id
    await _around(store, last)
    return last


def _name(*parts: object) -> str:
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def entries_of(told: Told, number: int, stories: int) -> list[Entry]:
    """Articles spread over the time of the story, ever denser, the last of the last story just now."""
    end = NOW - (stories - number - 1) * 7 * MINUTE
    some = len(told.outlets) + (3 if len(told.outlets) > 1 else 0)
    made = []
    for at, outlet in enumerate(islice(cycle(told.outlets), some)):
        left = 1 - (at / max(some - 1, 1)) ** 0.5 if some > 1 else 0.0
        seen = end - told.minutes * left * MINUTE
        entry = an_entry(_name(number, at), feed=FEEDS[0], title=told.title or " ")
        made.append(
            replace(
                entry,
                title=told.title,
                summary=f"{told.title}. The ministry said that no one was hurt and promised a report.",
                outlet=outlet,
                lang=told.lang,
                first_seen=seen,
                fetched=seen,
                published=seen - 4 * MINUTE,
                first_read=False,
            )
        )
    return made


def put_together(
    told: Told, waiting: Sequence[PendingEntry], *, possibly: tuple[str, ...] = ()
) -> list[Assembled]:
    """Put the articles of a story together one by one; it may be the same as those of `possibly`."""
    first, done = waiting[0], []
    matched = [match.rule for match in first.findings.matches]
    alerts = tuple(_alert(rule, told, first) for rule in matched)
    for number, one in enumerate(waiting):
        placement = Placement.JOINS if number % 3 else Placement.COPY
        verdict = told.verdict if number == 0 else Verdict.UPDATE
        decisions = tuple(
            Decision(
                entry=one.entry.id,
                rule=rule,
                story=first.entry.id,
                verdict=verdict,
                reason=Reason.NEW_STORY if number == 0 else Reason.ANOTHER_SOURCE,
                at=one.entry.first_seen,
                detail="",
            )
            for rule in matched
        )
        done.append(
            Assembled(
                seq=one.seq,
                entry=one.entry,
                findings=one.findings,
                assignment=Assignment(
                    entry=one.entry.id,
                    story=first.entry.id,
                    placement=Placement.OPENS if number == 0 else placement,
                    of=None if number == 0 else first.entry.id,
                    score=0.8,
                    reason="nothing like it" if number == 0 else "the same names and numbers within the hour",
                    trace=b"\x00",
                    partly_of=first.entry.id if number % 3 == 2 else None,
                    possibly=possibly if number == 0 else (),
                ),
                story=_story(told, waiting[: number + 1]),
                decisions=decisions,
                alerts=alerts if number == 0 else (),
                deliveries=tuple(_delivery(alert, DeliveryState.SENT) for alert in alerts if number == 0),
            )
        )
    return done


def _story(told: Told, waiting: Sequence[PendingEntry]) -> Story:
    entries = [one.entry for one in waiting]
    sources = tuple(
        Source(
            entry=one.id,
            outlet=one.outlet,
            title=one.title,
            link=one.link,
            lang=one.lang,
            at=one.first_seen,
            placement=Placement.JOINS,
        )
        for one in entries[:50]
    )
    return Story(
        id=entries[0].id,
        title=told.title,
        opened_at=entries[0].first_seen,
        updated_at=entries[-1].first_seen,
        entries=len(entries),
        outlets=tuple(dict.fromkeys(one.outlet for one in entries)),
        texts=(len(entries) * 2 + 2) // 3,
        partly=len(entries) // 3,
        languages=(told.lang,) if len(entries) < 5 else (told.lang, "uk"),
        entities=("belgorod",),
        sources=sources,
        claims=tuple(
            Attributed(
                claim=Claim(
                    stance=stance,
                    speaker=f"the ministry of {stance.value} matters",
                    sentence=f"The ministry {stance.value} on Sunday evening that the raid had taken place.",
                ),
                entry=entries[0].id,
                outlet=entries[0].outlet,
                at=entries[0].first_seen,
            )
            for stance in told.stances
        ),
    )


def _alert(rule: str, told: Told, first: PendingEntry) -> AlertRecord:
    entry = first.entry
    return AlertRecord(
        id=_name(rule, entry.id),
        rule=rule,
        story=entry.id,
        entry=entry.id,
        state=told.verdict,
        created_at=entry.first_seen,
        updated_at=entry.first_seen,
        deadline=NOW + 30 * MINUTE if told.verdict is Verdict.HELD else None,
        outlets=1,
    )


def _delivery(
    alert: AlertRecord, state: DeliveryState, *, ordinal: int = 0, error: str | None = None
) -> Delivery:
    return Delivery(
        id=_name(alert.id, ordinal),
        alert=alert.id,
        story=alert.story,
        channel="slack-osint",
        kind=DeliveryKind.POST if ordinal == 0 else DeliveryKind.UPDATE,
        ordinal=ordinal,
        message=replace(a_message(), title=RUSSIAN if ordinal else "Raid ⟶ Belgorod"),
        state=state,
        created_at=alert.created_at,
        next_attempt_at=alert.created_at,
        attempts=1 if state is DeliveryState.SENT else 4,
        sent_at=alert.created_at + 20 * MINUTE / 60 if state is DeliveryState.SENT else None,
        error=error,
    )


def polled(state: FeedState, found: Sequence[NewEntry]) -> PollRecord:
    """Let a feed have published for weeks, more by day than by night."""
    published = [
        NOW - number * 97 * MINUTE for number in range(300) if 6 <= (NOW - number * 97 * MINUTE).hour < 22
    ]
    health, reason = _SICK.get(state.url, (Health.OK, ""))
    done = replace(
        state,
        last_polled_at=NOW - 2 * MINUTE,
        next_poll_at=NOW + 3 * MINUTE,
        last_success_at=NOW - 2 * MINUTE,
        last_entry_at=NOW - 9 * MINUTE,
        entries=len(found) or 812,
        status=FeedStatus.OK if health is Health.OK else FeedStatus.FAILING,
        failures=0 if health is Health.OK else 7,
        rhythm=heard(None, published, last_look=None, now=NOW) if "slow" not in state.url else None,
        health=FeedHealth(state=health, since=NOW - timedelta(hours=5), reason=reason),
        noted=Noted(status=403, wall="Cloudflare") if health is Health.BLOCKED else Noted(),
    )
    return PollRecord(state=done, entries=tuple(found), failure=reason)


async def _around(store: Store, story: str) -> None:
    """Judge, silence and fail a little."""
    alerts = await store.list_alerts(limit=50)
    for number, alert in enumerate(alerts):
        judgement = Judgement.RELEVANT if number % 3 else Judgement.NOISE
        record = alert.record
        await store.judge(
            Feedback(
                alert=record.id,
                rule=record.rule,
                story=record.story,
                author="Anna (desk)",
                judgement=judgement,
                at=NOW,
            )
        )
    record = alerts[0].record
    await store.queue(
        [
            _delivery(record, DeliveryState.PARKED, ordinal=1, error="Slack says channel_not_found"),
            _delivery(record, DeliveryState.READY, ordinal=2, error="no answer within 10 s"),
        ]
    )
    silences = {"severity": "low", "story": story, "rule": "markets"}
    for number, (name, value) in enumerate(silences.items()):
        await store.add_silence(
            Silence(
                id=f"{number:032x}",
                matchers={name: value},
                starts_at=NOW - timedelta(hours=3),
                ends_at=NOW + timedelta(hours=5 if number else -1),
                author="Anna (desk)",
                comment="known since this morning; the night desk follows it" if number else "",
            )
        )
