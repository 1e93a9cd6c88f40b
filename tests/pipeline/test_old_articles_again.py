"""Articles older than the story window that come again are no news."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.core.models import Placement, Reason
from tests.acceptance.daemon import document
from tests.feeds.zoo import conditional
from tests.pipeline.rig import Rig

ORLA = ("orla", "Collapsed bridge over the river Orla traps a coal train")
EDITED = ("orla", "What to know about the fallen Orla bridge")
OTHER = ("fair", "Autumn fair opens in the market hall")
TITLE = "Ten bridges to see before you die"
EVERGREEN = (
    "From the rope bridge of the gorge to the twin arches of the old port, our correspondents have walked "
    "them all, and tell you where to stand for the best light in the evening, and where not to."
)


async def serve_evergreen(rig: Rig, slug: str) -> None:
    """Let the outlet post its text under another guid, address and date."""
    await rig.serve("one", (slug, TITLE))
    body = document([(slug, TITLE)], host="one.example", age=datetime.now(UTC) - rig.clock())
    body = body.replace(b"</item>", f"<description>{EVERGREEN}</description></item>".encode())
    rig.zoo.answers["/one"] = conditional(body, f'"{slug}"')


async def placements(rig: Rig) -> list[Placement]:
    """Return how each entry of every story is placed."""
    store = rig.store.store
    stories = await store.list_stories()
    items = [item for story in stories for item in await store.entries_of_story(story.id)]
    return [item.assignment.placement for item in items if item.assignment]


async def test_a_headline_changed_after_the_window_is_a_revision_and_not_news(rig: Rig) -> None:
    """Placed anew, an article of last week would be alerted once more."""
    await rig.serve("one", ORLA)
    await rig.through()
    rig.later(hours=80)
    await rig.serve("two", OTHER)
    await rig.through()
    await rig.serve("one", EDITED)
    await rig.through()
    assert rig.channel.titles == [ORLA[1]]
    last = (await rig.store.store.decisions())[-1]
    assert last.reason is Reason.REVISION
    assert "revision 1 of an article already known" in last.detail


async def test_a_text_that_its_outlet_posts_again_after_weeks_is_a_copy_and_not_news(rig: Rig) -> None:
    """Another guid, another address, another date, the same text; another outlet's is its own affair."""
    await serve_evergreen(rig, "first")
    await rig.through()
    rig.later(days=20)
    await serve_evergreen(rig, "second")
    await rig.through()
    assert len(rig.channel.got) == 1
    last = (await rig.store.store.decisions())[-1]
    assert last.reason is Reason.COPY
    assert last.detail.startswith("re-post of the outlet's own text of ")
    rig.assembler = rig.new_assembler()
    await serve_evergreen(rig, "third")
    await rig.through()
    assert len(rig.channel.got) == 1
    assert await placements(rig) == [Placement.OPENS, Placement.COPY, Placement.COPY]


async def test_a_column_of_one_title_is_news_each_time(rig: Rig) -> None:
    """Only its title is the same."""
    for name in ("first", "second"):
        await rig.serve("one", (name, "The bridge to the weekend: what is on"))
        await rig.through()
        rig.later(days=7)
    assert len(rig.channel.got) == 2
