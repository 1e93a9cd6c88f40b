"""What can be asked: each endpoint once, as a value; routes and OpenAPI document are made of these."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from monitor.core.models import (
    Act,
    Decision,
    Deed,
    Delivery,
    DeliveryState,
    Feed,
    FeedState,
    Health,
    ListedAlert,
    ListedSilence,
    Silence,
    Story,
    Verdict,
)
from monitor.core.rules.tree import Rule
from monitor.web.access import MAY_CHANGE
from monitor.web.api.asking import Asked, Filter, Place
from monitor.web.api.shapes import (
    AlertDetail,
    AlertShape,
    DeedShape,
    DeliveryShape,
    FeedShape,
    RuleShape,
    Shape,
    SilenceDetail,
    SilenceShape,
    StoryShape,
)
from monitor.web.feeds import feed_id

_DIGEST = "digest"
_ANY_RULE = Filter(name="rule", said="id of a rule")
_AUDIT = (
    Filter(name="by", said="part of a name, in any case"),
    Filter(name="act", said="what was done", values=tuple(one.value for one in Act)),
)


class ApiStore(Protocol):
    """All that the API reads."""

    async def page_of_stories(
        self, *, before: tuple[datetime, str] | None = None, limit: int = 50, rule: str | None = None
    ) -> list[Story]:
        """Stories that a rule matched, the last changed first."""

    async def story(self, prefix: str) -> Story | None:
        """The story of that id, or the only one whose id begins so."""

    async def page_of_alerts(
        self,
        *,
        before: tuple[datetime, str] | None = None,
        limit: int,
        rules: Collection[str] | None = None,
        state: Verdict | None = None,
    ) -> list[ListedAlert]:
        """Alerts of any of these rules, in a state; the newest first."""

    async def alerts_of(self, ids: Sequence[str]) -> list[ListedAlert]:
        """Alerts of these ids."""

    async def decisions(
        self, *, entry: str | None = None, story: str | None = None, limit: int = 200
    ) -> list[Decision]:
        """What was decided in a story; the latest last."""

    async def page_of_feeds(
        self, *, after: str = "", limit: int, health: Health | None = None
    ) -> list[FeedState]:
        """Configured feeds of a health, by url."""

    async def feed_state(self, url: str) -> FeedState | None:
        """What is remembered of a configured feed."""

    async def page_of_silences(
        self, *, before: tuple[datetime, str] | None = None, limit: int
    ) -> list[Silence]:
        """Silences, the last to end first."""

    async def silence(self, silence: str) -> ListedSilence | None:
        """A silence of just this id."""

    async def page_of_deliveries(
        self,
        *,
        before: tuple[datetime, str] | None = None,
        limit: int,
        state: DeliveryState | None = None,
        channel: str | None = None,
    ) -> list[Delivery]:
        """Deliveries in a state, on a channel; the newest first."""

    async def page_of_audit(
        self,
        *,
        before: tuple[datetime, str] | None = None,
        limit: int,
        by: str | None = None,
        act: Act | None = None,
    ) -> list[Deed]:
        """What was done by hand, by names that hold `by`; the newest first."""

    async def deliveries_like(
        self, prefix: str, states: Collection[DeliveryState], *, limit: int = 10
    ) -> list[Delivery]:
        """Deliveries in one of these states whose id begins so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InForceNow:
    """What the daemon has in force, looked at anew by each request."""

    rules: Callable[[], Mapping[str, Rule]]
    feeds: Callable[[], Mapping[str, Feed]]
    hide: Callable[[str], str] = str
    """Takes secrets out of errors, and out of addresses of feeds for those who may only look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An item of a list, with its place in it."""

    shape: Shape
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """A list: at most one item more than asked for, which says that there are more."""

    noun: str
    """In the plural; the path."""
    said: str
    shape: type[Shape]
    answer: Callable[[Asked], Awaitable[list[Listed]]]
    filters: tuple[Filter, ...] = ()
    by_time: bool = True
    for_editors: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """A single thing by id."""

    noun: str
    said: str
    shape: type[Shape]
    answer: Callable[[Asked], Awaitable[Shape | None]]


Endpoint = Many | One


class Endpoints:
    """Answers what is asked, from the store and from what is in force."""

    def __init__(self, store: ApiStore, in_force: InForceNow) -> None:
        self._store, self._in_force = store, in_force

    def all(self) -> tuple[Endpoint, ...]:
        """Every endpoint."""
        states = tuple(state.value for state in DeliveryState)
        alert_filters = (_ANY_RULE, Filter(name="state", said="of the alert", values=("alert", "held")))
        delivery_filters = (
            Filter(name="state", said="of the delivery", values=states),
            Filter(name="channel", said="name of a channel"),
        )
        health = Filter(name="health", said="of the feed", values=tuple(one.value for one in Health))
        tag = Filter(name="tag", said="a tag of the rule")
        return (
            Many(noun="stories", said="the last changed first", shape=StoryShape, answer=self._stories,
                 filters=(_ANY_RULE,)),
            One(noun="stories", said="a story", shape=StoryShape, answer=self._story),
            Many(noun="alerts", said="the newest first", shape=AlertShape, answer=self._alerts,
                 filters=alert_filters),
            One(noun="alerts", said="an alert with its decisions", shape=AlertDetail, answer=self._alert),
            Many(noun="feeds", said="by address", shape=FeedShape, answer=self._feeds, filters=(health,),
                 by_time=False),
            One(noun="feeds", said="a feed by its address, percent-encoded", shape=FeedShape,
                answer=self._feed),
            Many(noun="rules", said="by id", shape=RuleShape, answer=self._rules, filters=(tag,),
                 by_time=False),
            One(noun="rules", said="a rule", shape=RuleShape, answer=self._rule),
            Many(noun="silences", said="the last to end first", shape=SilenceShape, answer=self._silences),
            One(noun="silences", said="a silence with what it held back", shape=SilenceDetail,
                answer=self._silence),
            Many(noun="deliveries", said="the newest first", shape=DeliveryShape, answer=self._deliveries,
                 filters=delivery_filters),
            One(noun="deliveries", said="a delivery", shape=DeliveryShape, answer=self._delivery),
            Many(noun="audit", said="who did what by hand, the newest first", shape=DeedShape,
                 answer=self._audit, filters=_AUDIT, for_editors=True),
        )  # fmt: skip

    async def _stories(self, asked: Asked) -> list[Listed]:
        found = await self._store.page_of_stories(
            before=asked.before, limit=asked.limit + 1, rule=asked.by.get("rule")
        )
        return [Listed(shape=StoryShape.of(one), place=_at(one.updated_at, one.id)) for one in found]

    async def _story(self, asked: Asked) -> Shape | None:
        found = await self._store.story(asked.name)
        return StoryShape.of(found) if found is not None and found.id == asked.name else None

    async def _alerts(self, asked: Asked) -> list[Listed]:
        rule, state = asked.by.get("rule"), asked.by.get("state")
        found = await self._store.page_of_alerts(
            before=asked.before,
            limit=asked.limit + 1,
            rules=None if rule is None else (rule,),
            state=Verdict(state) if state else None,
        )
        return [
            Listed(shape=AlertShape.of(one), place=_at(one.record.created_at, one.record.id)) for one in found
        ]

    async def _alert(self, asked: Asked) -> Shape | None:
        found = await self._store.alerts_of([asked.name])
        if not found:
            return None
        record = found[0].record
        decided = await self._store.decisions(story=record.story)
        return AlertDetail.with_decisions(found[0], [one for one in decided if one.rule == record.rule])

    async def _feeds(self, asked: Asked) -> list[Listed]:
        health = asked.by.get("health")
        after = asked.after or Place(order="", id="")
        found = await self._store.page_of_feeds(
            after=self._address(after.id) if after.order == _DIGEST else after.id,
            limit=asked.limit + 1,
            health=Health(health) if health else None,
        )
        return [Listed(shape=self._shaped(one), place=self._place(one.url)) for one in found]

    def _shaped(self, state: FeedState) -> FeedShape:
        hide, known = self._in_force.hide, self._in_force.feeds().get(state.url)
        return FeedShape.of(state, known).without(hide, addresses=not MAY_CHANGE.get())

    def _place(self, url: str) -> Place:
        """Where a page of feeds ends, which tells no more of an address than the page does."""
        is_whole = MAY_CHANGE.get() or self._in_force.hide(url) == url
        return Place(order="", id=url) if is_whole else Place(order=_DIGEST, id=feed_id(url))

    def _address(self, digest: str) -> str:
        return next((url for url in self._in_force.feeds() if feed_id(url) == digest), "")

    async def _feed(self, asked: Asked) -> Shape | None:
        found = await self._store.feed_state(asked.name)
        return self._shaped(found) if found else None

    async def _rules(self, asked: Asked) -> list[Listed]:
        after, tag = asked.after.id if asked.after else "", asked.by.get("tag")
        rules = self._in_force.rules()
        wanted = [name for name, one in rules.items() if name > after and (tag is None or tag in one.tags)]
        return [
            Listed(shape=RuleShape.of(rules[name]), place=Place(order="", id=name))
            for name in sorted(wanted)[: asked.limit + 1]
        ]

    async def _rule(self, asked: Asked) -> Shape | None:
        rule = self._in_force.rules().get(asked.name)
        return RuleShape.of(rule) if rule else None

    async def _silences(self, asked: Asked) -> list[Listed]:
        found = await self._store.page_of_silences(before=asked.before, limit=asked.limit + 1)
        return [Listed(shape=SilenceShape.of(one), place=_at(one.ends_at, one.id)) for one in found]

    async def _silence(self, asked: Asked) -> Shape | None:
        found = await self._store.silence(asked.name)
        return SilenceDetail.with_effect(found) if found else None

    async def _deliveries(self, asked: Asked) -> list[Listed]:
        state = asked.by.get("state")
        found = await self._store.page_of_deliveries(
            before=asked.before,
            limit=asked.limit + 1,
            state=DeliveryState(state) if state else None,
            channel=asked.by.get("channel"),
        )
        return [Listed(shape=self._delivered(one), place=_at(one.created_at, one.id)) for one in found]

    def _delivered(self, delivery: Delivery) -> DeliveryShape:
        error = delivery.error and self._in_force.hide(delivery.error)
        return DeliveryShape.of(replace(delivery, error=error))

    async def _audit(self, asked: Asked) -> list[Listed]:
        act = asked.by.get("act")
        found = await self._store.page_of_audit(
            before=asked.before,
            limit=asked.limit + 1,
            by=asked.by.get("by"),
            act=Act(act) if act else None,
        )
        return [Listed(shape=DeedShape.of(one), place=_at(one.at, str(one.number))) for one in found]

    async def _delivery(self, asked: Asked) -> Shape | None:
        found = await self._store.deliveries_like(asked.name, tuple(DeliveryState), limit=1)
        return self._delivered(found[0]) if found and found[0].id == asked.name else None


def _at(moment: datetime, name: str) -> Place:
    return Place(order=moment.isoformat(), id=name)
