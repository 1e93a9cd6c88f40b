"""The side of the store that keeps the rules which people push."""

from __future__ import annotations

from monitor.core.models import Act, Pushing, RuleBundle, RuleVersion
from monitor.store import audit, bundles
from monitor.store.opened import Opened


class Pushed(Opened):
    """Versions of the rules, on either database."""

    async def newest_rules(self) -> int:
        """Return the number of the version in force; 0 if none was ever pushed."""
        return await self._database.read(bundles.newest)

    async def rule_bundle(self, number: int | None = None) -> RuleBundle | None:
        """A version with its files, by default the newest; None if there is no such version."""
        return await self._database.read(bundles.bundle, number)

    async def rule_versions(self) -> list[RuleVersion]:
        """The versions kept, the newest first; the latest hundred are."""
        return await self._database.read(bundles.listed)

    async def push_rules(self, wanted: Pushing, *, act: Act = Act.PUSH_RULES) -> RuleVersion | None:
        """Make these the rules in force and tell all daemons; None if `wanted.after` is not the newest."""
        done = audit.deed(act, wanted.fingerprint, wanted.note)
        return await self._database.write(bundles.push, wanted, done)
