"""The invented outlets and what they publish when, as shipped in outlets.json and timeline.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An invented publisher with one feed."""

    id: str
    name: str
    host: str
    """Under `.example`, which nobody can register (RFC 2606)."""
    language: str
    feed: str
    form: str
    """rss2, rss1, atom or json."""
    encoding: str

    @property
    def path(self) -> str:
        """Where the feed is served."""
        return f"/{self.id}/{self.feed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A text that an outlet publishes `after` so long; the same id again is an update of the article."""

    after: timedelta
    outlet: str
    id: str
    title: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article as it stands at some moment."""

    guid: str
    link: str
    title: str
    summary: str
    published: datetime
    updated: datetime


def outlets() -> tuple[Outlet, ...]:
    """Return the shipped outlets."""
    return tuple(Outlet(**item) for item in _shipped("outlets.json"))


def publications() -> tuple[Publication, ...]:
    """Return the shipped texts, earliest first."""
    texts = (
        Publication(
            after=timedelta(seconds=float(item["after"])),
            outlet=item["outlet"],
            id=item["id"],
            title=item["title"],
            summary=item["summary"],
        )
        for item in _shipped("timeline.json")
    )
    return tuple(sorted(texts, key=lambda text: text.after))


def articles(outlet: Outlet, *, started: datetime, now: datetime) -> tuple[Article, ...]:
    """Return what the outlet shows at `now`, newest first.

    Guids and addresses do not depend on `started`: a second run publishes no new articles.
    """
    shown: dict[str, Article] = {}
    for text in publications():
        moment = started + text.after
        if text.outlet == outlet.id and moment <= now:
            former = shown.get(text.id)
            shown[text.id] = Article(
                guid=f"{outlet.host}/{text.id}",
                link=f"https://{outlet.host}/{outlet.feed}/{text.id}",
                title=text.title,
                summary=text.summary,
                published=former.published if former else moment,
                updated=moment,
            )
    return tuple(sorted(shown.values(), key=lambda article: article.published, reverse=True))


def _shipped(name: str) -> list[dict[str, str]]:
    text = resources.files("monitor.samples").joinpath(name).read_text("utf-8")
    items: list[dict[str, str]] = json.loads(text)
    return items
