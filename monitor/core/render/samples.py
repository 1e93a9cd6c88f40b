"""An invented story to show what messages look like, and to try templates on before the first real one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from monitor.core.models import (
    Card,
    DeliveryKind,
    Entry,
    Hit,
    News,
    Placement,
    Reason,
    Severity,
    Source,
    Story,
    TextField,
    Verdict,
)
from monitor.core.render.templated import facts
from monitor.core.render.templates import Form
from monitor.core.render.view import view

NOW: Final = datetime(2024, 3, 21, 14, 5, tzinfo=UTC)
_MINUTES: Final = (0, 9, 14, 31, 44, 63, 90)
_TOLD: Final = (
    ("valley-courier.example", "en", "Bridge over the Orla collapses near Northern Valley, officials say"),
    ("orla-heute.example", "de", "Brücke über die Orla eingestürzt: Dörfer im Nordtal abgeschnitten"),
    ("world-wire.example", "en", "Northern Valley villages cut off after bridge collapse"),
    ("nachrichten.example", "de", "Behörden bestätigen Einsturz der Orlabrücke"),
    ("vesti.example", "ru", "Мост через Орлу обрушился, деревни отрезаны"),
    ("daily-lower.example", "en", "Army sends engineers to rebuild Orla crossing"),
    ("le-pont.example", "fr", "Effondrement d'un pont sur l'Orla : quatre villages isolés"),
)
_SUMMARY: Final = (
    "The bridge over the Orla at Northern Valley collapsed on Thursday morning, cutting off four villages. "
    "Nobody was hurt, the district said. The claim that an explosion was heard could not be checked."
)


def _entry(number: int) -> Entry:
    outlet, language, title = _TOLD[number]
    at = NOW + timedelta(minutes=_MINUTES[number])
    return Entry(
        id=f"{number + 1:032x}",
        feed=f"https://{outlet}/feed",
        outlet=outlet,
        title=title,
        summary=_SUMMARY if number == 0 else "",
        link=f"https://{outlet}/2024/03/21/orla-bridge",
        lang=language,
        published=at - timedelta(minutes=4),
        fetched=at,
        first_seen=at,
        sample=True,
    )


def _hits(entry: Entry) -> tuple[Hit, ...]:
    found = (("Bridge", None), ("bridge", None), ("Orla", "orla"), ("collapsed", None), ("collapses", None))
    return tuple(
        Hit(field=field, start=at, end=at + len(text), text=text, term=text.lower(), entity=entity)
        for field, where in ((TextField.TITLE, entry.title), (TextField.SUMMARY, entry.summary))
        for text, entity in found
        if (at := where.find(text)) >= 0
    )


def _story(entries: tuple[Entry, ...]) -> Story:
    return Story(
        id=entries[0].id,
        title=entries[0].title,
        opened_at=entries[0].first_seen,
        updated_at=entries[-1].first_seen,
        entries=len(entries),
        outlets=tuple(entry.outlet for entry in entries),
        texts=max(len(entries) - 1, 1),
        languages=tuple(dict.fromkeys(entry.lang or "" for entry in entries)),
        entities=("orla",),
        sources=tuple(
            Source(
                entry=entry.id,
                outlet=entry.outlet,
                title=entry.title,
                link=entry.link,
                lang=entry.lang,
                at=entry.first_seen,
                placement=Placement.JOINS,
            )
            for entry in entries
        ),
    )


def sample_card(*, outlets: int = 1, rule: str = "sample", title: str = "A sample rule") -> Card:
    """Give the card of the invented story as so many outlets tell it, 1 to 7; the first is the alert."""
    entries = tuple(map(_entry, range(outlets)))
    first, last = entries[0], entries[-1]
    card = Card(
        alert="a" * 32,
        rule=rule,
        rule_title=title,
        severity=Severity.HIGH,
        verdict=Verdict.ALERT,
        reason=Reason.NEW_STORY,
        entry=first,
        hits=_hits(first),
        story=_story(entries),
        sample=True,
        names={"orla": "River Orla"},
    )
    if outlets == 1:
        return card
    return replace(
        card,
        verdict=Verdict.UPDATE,
        reason=Reason.ANOTHER_SOURCE,
        entry=last,
        hits=(),
        root=first,
        root_hits=_hits(first),
        news=(News.OUTLET, News.LANGUAGE),
    )


def sample_facts() -> Mapping[Form, tuple[Mapping[str, object], ...]]:
    """Give what templates are tried on: a full first alert, a bare one, an update, a reply in a thread."""
    full, later = sample_card(), sample_card(outlets=7)
    bare = replace(full, entry=replace(full.entry, title="", summary="", link=None, published=None), hits=())
    shown = (
        (full, DeliveryKind.POST),
        (bare, DeliveryKind.POST),
        (later, DeliveryKind.UPDATE),
        (later, DeliveryKind.THREAD),
    )
    return {
        form: tuple(facts(view(card, kind=kind), card, form, now=NOW) for card, kind in shown)
        for form in Form
    }
