"""Rules that the daemon follows while it runs, from files or from the database.

every two seconds, or when rules are pushed: look -> in force between two entries -> said, looked back with
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from monitor.app.prepared import clock
from monitor.config.compiling import LongLived
from monitor.config.pushed import PushedRules
from monitor.config.reload import RuleFiles
from monitor.config.reloaded import Reload
from monitor.core.errors import StoreUnavailableError, Weight
from monitor.core.models import RuleBundle
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.lookback import LookBack
from monitor.pipeline.pace import Wakeup, wait_for
from monitor.telemetry import fields

log = logging.getLogger(__name__)

_LOOK = 2.0
"""Seconds between two looks; a push that is heard is looked at at once."""


class Bundles(Protocol):
    """What the store offers of rules that were pushed."""

    async def newest_rules(self) -> int:
        """Return the number of the newest version; 0 if there is none."""

    async def rule_bundle(self, number: int | None = None) -> RuleBundle | None:
        """Return a version with its files."""


def rulebook_of(rules: RuleFiles | PushedRules) -> Rulebook:
    """Put the rules in force side by side with what was compiled of them."""
    in_force = rules.in_force
    return Rulebook.of(in_force.rules.ruleset, in_force.matcher, rules.bundle)


@dataclass(slots=True)
class Following:
    """Looks after the rules of one daemon."""

    rules: RuleFiles | PushedRules
    store: Bundles
    in_force: InForce
    look_back: LookBack
    settle: Callable[[], None] = field(default_factory=lambda: LongLived().settle)
    called: Wakeup = field(default_factory=Wakeup)
    """Set when somebody pushed rules."""
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self) -> None:
        """Follow for ever."""
        while True:
            await wait_for(self.called, at_most=_LOOK)
            await self.look()

    async def look(self) -> None:
        """Take over what is new, if it is good; a database that cannot serve is asked again later."""
        async with self._one:
            try:
                look = await self._looked()
            except StoreUnavailableError as error:  # whoever works with the database says so
                log.debug("rules.not_looked_at", extra=fields(error=str(error)))
                return
            if look is not None and look.is_news:
                self._take(look)
                await asyncio.to_thread(self.settle)

    async def _looked(self) -> Reload | None:
        if isinstance(self.rules, RuleFiles):
            return await asyncio.to_thread(self.rules.look, clock())
        if await self.store.newest_rules() == self.rules.seen:
            return None
        bundle = await self.store.rule_bundle()
        return await asyncio.to_thread(self.rules.take, bundle) if bundle else None

    def _take(self, look: Reload) -> None:
        """Swap the rules between two entries and say what changed."""
        self.in_force.rulebook = rulebook_of(self.rules)
        for mistake in look.rules.mistakes:
            level = logging.ERROR if mistake.weight is Weight.ERROR else logging.WARNING
            log.log(level, "rules.mistake", extra=fields(mistake=str(mistake)))
        log.info("rules.reloaded", extra=fields(said=str(look)))
        self.look_back.want((*look.added, *look.changed), look.entities)
