"""The rules: what each did lately, one with its text, and a text tried on all of them.

What a text comes to is asked of the matcher in force by the functions that `rules explain` and
`rules why-not` ask, so the page and the command say the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from aiohttp import web

from monitor.core.firing import DEAD, NOISY, History, Rates
from monitor.core.models import RuleBundle, RuleFeedback, RuleStatistics
from monitor.core.proving import run_tests
from monitor.core.query import render
from monitor.core.rules.tree import Rule, RuleSet
from monitor.web.charts import Chart, chart
from monitor.web.ports import Clock, RuleReader, RulesInForce
from monitor.web.rendering import page
from monitor.web.trying import LONGEST, Tried, tried, weighed

DAYS: Final = 30
"""Days that charts go back, today included."""
NEVER: Final = "never fired"
"""What is said of a rule that matched nothing as far back as decisions are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """A rule in the list."""

    rule: Rule
    rates: Rates
    feedback: RuleFeedback
    last_alert_at: datetime | None
    chart: Chart

    @property
    def notes(self) -> Sequence[str]:
        """What wants attention: `noisy`, `dead`, `never fired`."""
        said = [self.rates.note] if self.rates.note in {NOISY, DEAD} else []
        return said if self.rates.last_match_at else [*said, NEVER]


class RulePages:
    """Answers requests for pages of rules."""

    def __init__(self, store: RuleReader, book: Callable[[], RulesInForce], *, clock: Clock) -> None:
        self._store, self._book, self._clock = store, book, clock

    def routes(self) -> list[web.RouteDef]:
        """Where each page is."""
        return [
            web.get("/rules", self.rules),
            web.get("/rules/{rule}", self.rule),
            web.get("/try", self.form),
            web.post("/try", self.answer),
        ]

    async def rules(self, request: web.Request) -> web.Response:
        """Every rule in force in the order of the files; `?only=` those of a note."""
        known = await self._history()
        only = request.query.get("only", "")
        rows = [_row(rule, known) for rule in self._book().rules.values()]
        notes = {note: sum(note in row.notes for row in rows) for note in (NOISY, DEAD, NEVER)}
        shown = [row for row in rows if not only or only in row.notes]
        return page("rules.html", rows=shown, notes=notes, only=only, days=DAYS)

    async def rule(self, request: web.Request) -> web.Response:
        """One rule: what it looks for, where it stands, what it did."""
        rule = self._book().rules.get(request.match_info["rule"])
        if rule is None:
            raise web.HTTPNotFound(text="There is no such rule in force.")
        row = _row(rule, await self._history())
        text = await asyncio.to_thread(text_of, rule, self._book().bundle)
        alone = RuleSet(rules=(rule,))
        trials = await asyncio.to_thread(lambda: tuple(run_tests(alone, self._book().matcher)))
        return page("rule.html", row=row, query=render(rule.condition), text=text, days=DAYS, trials=trials)

    async def form(self, request: web.Request) -> web.Response:
        """The form, empty or with the text of an entry (`?entry=`) and a rule (`?rule=`)."""
        stored = await self._store.entry(request.query.get("entry", ""))
        entry = stored.entry if stored else None
        asked = Tried(
            title=entry.title if entry else "",
            text=(entry.content or entry.summary) if entry else "",
            lang=(entry.lang or "") if entry else "",
            rule=request.query.get("rule", ""),
        )
        return self._page(asked)

    async def answer(self, request: web.Request) -> web.Response:
        """What the rules in force make of a text; nothing is kept of it."""
        said = await request.post()
        title, text, lang, rule = (
            str(said.get(name, ""))[:LONGEST] for name in ("title", "text", "lang", "rule")
        )
        return self._page(
            await asyncio.to_thread(self._answered, Tried(title=title, text=text, lang=lang, rule=rule))
        )

    def _answered(self, asked: Tried) -> Tried:
        book = self._book()
        return weighed(tried(asked, book), book)

    def _page(self, asked: Tried) -> web.Response:
        rules = tuple(self._book().rules)
        return page("try.html", asked=asked, rules=rules, longest=LONGEST)

    async def _history(self) -> History:
        return History(
            at=self._clock(),
            watching_since=await self._store.watching_since(),
            rules={one.rule: one for one in await self._store.rule_statistics()},
            feedback={one.rule: one for one in await self._store.feedback_by_rule()},
        )


def _row(rule: Rule, known: History) -> RuleRow:
    did: RuleStatistics | None = known.rules.get(rule.id)
    return RuleRow(
        rule=rule,
        rates=known.rates(rule.id),
        feedback=known.feedback.get(rule.id, RuleFeedback(rule=rule.id)),
        last_alert_at=did.last_alert_at if did else None,
        chart=chart(
            did.days if did else (), first=(known.at - timedelta(days=DAYS - 1)).date(), days_shown=DAYS
        ),
    )


def text_of(rule: Rule, bundle: RuleBundle | None) -> Sequence[tuple[int, str]]:
    """Return the lines of a rule with their numbers, as its file holds them now; none where it does not."""
    lines = _lines(rule.at.path, bundle)
    first = rule.at.line - 1
    # A file that was edited since the rules were read may hold something else there.
    if not 0 <= first < len(lines) or rule.id not in lines[first]:
        return ()
    indent = _indent(lines[first])
    last = first + 1
    while last < len(lines) and (not lines[last].strip() or _indent(lines[last]) > indent):
        last += 1
    while not lines[last - 1].strip():
        last -= 1
    return [(number + 1, lines[number]) for number in range(first, last)]


def _lines(path: str, bundle: RuleBundle | None) -> Sequence[str]:
    if bundle is not None and (text := bundle.text_at(path)) is not None:
        return text.splitlines()
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return ()


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
