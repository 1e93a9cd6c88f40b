"""Entries for tests: a newsroom that writes them, and helpers that feed a book."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from monitor.core.models import Assignment, Entry, Findings, Remembered, Story
from monitor.core.stories import StoryBook

START = datetime(2026, 7, 1, 8, tzinfo=UTC)

RAID = (
    "Anti-Kremlin militias show captured gear at Kyiv press conference",
    (
        "Commanders of the Russian Volunteer Corps and the Freedom of Russia Legion told reporters in "
        "Kyiv that their fighters had crossed into Belgorod and Kursk oblasts, taken prisoners and "
        "destroyed armour. Moscow's defence ministry published pictures of wrecked vehicles and called "
        "the raids a failure."
    ),
)
HUNT = (
    "Putin tells FSB to hunt down Russians who take up arms for Ukraine",
    (
        "The president ordered the security service to find and punish citizens who fight on the other "
        "side, and spoke of a sanitary zone along the frontier. Officials in Ukraine denied running the "
        "groups."
    ),
)
VILLAGE = (
    "Pro-Ukrainian fighters claim control of village in Kursk region days before vote",
    (
        "The settlement of Tyotkino was under the control of volunteers, a spokesman said, in what "
        "analysts see as an attempt to disturb the presidential election. The regional governor said the "
        "assault was beaten back."
    ),
)
ANALYSIS = (
    "Small bands, big headlines: why sporadic attacks inside Russia tie down troops",
    (
        "Analysts say that pinprick attacks by tiny formations, some with a neo-Nazi past and perhaps "
        "steered by Ukraine's military intelligence, force commanders to move reserves away from the "
        "trenches."
    ),
)


@dataclass(slots=True)
class Newsroom:
    """Writes entries with rising numbers, one a minute unless told otherwise."""

    minutes: float = 1.0
    written: int = 0
    now: datetime = field(default=START)

    def entry(self, title: str, summary: str = "", **changes: object) -> Entry:
        """Write an entry; `outlet`, `url`, `lang`, `content`... may be given, `after` waits first."""
        self.written += 1
        after = changes.pop("after", None)
        self.now += after if isinstance(after, timedelta) else timedelta(minutes=self.minutes)
        outlet = str(changes.pop("outlet", f"outlet{self.written}.example"))
        fields: dict[str, object] = {
            "id": f"{self.written:032x}",
            "feed": f"https://{outlet}/feed",
            "outlet": outlet,
            "url": f"https://{outlet}/news/{self.written}",
            "lang": "en",
            "fetched": self.now,
            "first_seen": self.now,
        }
        return Entry(title=title, summary=summary, **(fields | changes))  # type: ignore[arg-type]


def tell(book: StoryBook, entries: Iterable[Entry], *entities: str) -> list[Assignment]:
    """Assign entries in order, each with these entities."""
    return [book.assign(entry, Findings(entities=entities))[0] for entry in entries]


def row(assignment: Assignment, story: Story) -> Remembered:
    """The row that a store keeps of an assignment."""
    source = next(source for source in reversed(story.sources) if source.entry == assignment.entry)
    return Remembered(source=source, story=assignment.story, of=assignment.of, trace=assignment.trace)
