"""The side of the store that knows who did what by hand."""

from __future__ import annotations

from datetime import datetime

from monitor.core.models import Act, Deed
from monitor.store import audit
from monitor.store.opened import Opened


class Auditing(Opened):
    """The audit log. What is done through the store itself is noted with it; the rest is told to it."""

    async def note(self, act: Act, what: str = "", detail: str = "") -> None:
        """Write down what whoever acts just now did elsewhere: logins, edits of files."""
        if done := audit.deed(act, what, detail):
            await self._database.write(audit.write, done)

    async def page_of_audit(
        self,
        *,
        before: tuple[datetime, str] | None = None,
        limit: int,
        since: datetime | None = None,
        by: str | None = None,
        act: Act | None = None,
    ) -> list[Deed]:
        """What was done, since a moment, by names that hold `by`; the newest first."""
        return await self._database.read(audit.page, before=before, limit=limit, since=since, by=by, act=act)
