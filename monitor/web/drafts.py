"""A rule edited in the page and tried over the articles kept, beside the one in force.

text -> config.drafts -> pipeline.contrast, for some seconds -> what it would alert on, gains and loses
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from aiohttp import web

from monitor.config.drafts import Drafted, drafted
from monitor.config.settings import load_settings
from monitor.core.models import RuleBundle, TextField
from monitor.core.rules.tree import Rule
from monitor.pipeline.contrast import Contrast, Pair, Side, Told, contrast
from monitor.web.ports import World
from monitor.web.rendering import Piece, page, pieces
from monitor.web.rule_pages import text_of

DAYS: Final = (1, 3, 7, 14, 30)
"""How far back a trial may be asked to look."""
USUAL: Final = 3
LONGEST: Final = 50_000
"""Characters of a rule."""
SECONDS: Final = 8.0
"""For how long a trial runs at most."""
SHOWN: Final = 100
"""Stories shown of each kind."""
_SAMPLE: Final = """\
my-rule:
  title: What it is about
  any: [word, "two words"]
  tests:
    match: ["A headline that it must find"]
    ignore: ["One that it must not"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A story of the trial, with the evidence marked."""

    told: Told
    title: Sequence[Piece]
    words: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a trial."""

    contrast: Contrast
    lines: Mapping[Side, Sequence[Line]]
    numbers: Mapping[Side, int]

    @classmethod
    def of(cls, found: Contrast) -> Result:
        """Lay it out."""
        sides = {side: found.of(side) for side in Side}
        return cls(
            contrast=found,
            lines={side: [_line(one) for one in told[:SHOWN]] for side, told in sides.items()},
            numbers={side: len(told) for side, told in sides.items()},
        )


class Drafts:
    """Answers the page on which a rule is edited and tried."""

    def __init__(self, world: World, *, seconds: float = SECONDS) -> None:
        self._world, self._seconds = world, seconds
        self._trying = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        """Where it is."""
        return [web.get("/try/rule", self.form), web.post("/try/rule", self.answer)]

    async def form(self, request: web.Request) -> web.Response:
        """The editor: with a rule in force (`?rule=`) as its file has it, else with a sample."""
        rule = self._world.in_force.rulebook.rules.get(request.query.get("rule", ""))
        text = await asyncio.to_thread(_text, rule, self._world.in_force.rulebook.bundle) if rule else _SAMPLE
        return _page(text, USUAL, None, None)

    async def answer(self, request: web.Request) -> web.Response:
        """Try it; nothing is kept or sent."""
        said = await request.post()
        text = str(said.get("rule", "")).replace("\r\n", "\n")[:LONGEST]
        days = int(asked) if (asked := str(said.get("days", ""))) in map(str, DAYS) else USUAL
        loaded = await asyncio.to_thread(load_settings, self._world.config)
        book, now = self._world.in_force.rulebook, self._world.clock()
        draft = await asyncio.to_thread(drafted, text, replace(loaded, bundle=book.bundle))
        if draft.rule is None or draft.matcher is None:
            return _page(text, days, draft, None)
        pair = Pair(
            rule=draft.rule.id,
            draft=draft.matcher,
            running=book.matcher if draft.rule.id in book.rules else None,
        )
        async with self._trying:
            found = await contrast(
                self._world.store, pair, since=now - timedelta(days=days), until=now, seconds=self._seconds
            )
        return _page(text, days, draft, Result.of(found), known=pair.running is not None)


def _page(
    text: str, days: int, draft: Drafted | None, result: Result | None, *, known: bool = False
) -> web.Response:
    return page(
        "draft.html",
        text=text,
        days=days,
        choices=DAYS,
        draft=draft,
        result=result,
        known=known,
        sides=tuple(Side),
        longest=LONGEST,
    )


def _text(rule: Rule, bundle: RuleBundle | None) -> str:
    return "".join(f"{line}\n" for _, line in text_of(rule, bundle)) or _SAMPLE.replace("my-rule", rule.id)


def _line(told: Told) -> Line:
    return Line(
        told=told,
        title=list(pieces(told.entry.title, told.match.hits, TextField.TITLE)),
        words=list(dict.fromkeys(hit.text for hit in told.match.hits)),
    )
