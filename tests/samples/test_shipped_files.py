"""config.yaml and rules/ as a newcomer finds them: right, proved by their own tests, true to the samples."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.config.rules import load_rules
from monitor.config.settings import load_settings
from monitor.core.matcher import Matcher
from monitor.core.models import Entry, Feed, Placement, RawEntry
from monitor.core.normalise import normalise
from monitor.core.rules.tree import RuleSet, Sample
from monitor.core.stories.book import StoryBook
from monitor.samples.timeline import outlets, publications

ROOT = Path(__file__).resolve().parent.parent.parent
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
STORIES = {"kyiv-briefing", "fsb-order", "village", "pinpricks"}
NOISE = {
    "kursk-dlc",
    "weather",
    "markets",
    "hockey",
    "bread",
    "cup-final",
    "chess",
    "stadium",
    "evening-markets",
}


@pytest.fixture(scope="module")
def ruleset() -> RuleSet:
    """The shipped rules, without a single mistake."""
    loaded = load_rules([ROOT / "rules"])
    assert loaded.mistakes == ()
    return loaded.accepted()


@pytest.fixture(scope="module")
def matcher(ruleset: RuleSet) -> Matcher:
    """The shipped rules, compiled."""
    return Matcher(ruleset)


def entry_of(
    raw: RawEntry, *, outlet: str = "courier.example", lang: str | None = None, at: datetime = NOW
) -> Entry:
    """An entry as a poll would make it."""
    feed = Feed(url=f"https://{outlet}/rss", name=outlet, outlet=outlet, lang=lang)
    return normalise(raw, feed=feed, feed_lang=None, fetched=at, first_read=False)


def entry_of_sample(sample: Sample) -> Entry:
    """The entry that an inline test describes."""
    title = sample.title or sample.text
    return entry_of(RawEntry(title=title, summary=sample.summary, content=sample.content), lang=sample.lang)


def alphabet(text: str) -> str:
    """Tell the three languages apart by letters, where every text is known to be of one of them."""
    if text.lower().translate(dict.fromkeys(map(ord, "«»—„“’"))).isascii():
        return "en"
    return "uk" if set(text.lower()) & set("іїєґ") else "ru"


def published() -> Iterator[tuple[str, Entry]]:
    """Give story id and entry of every text of the sample outlets."""
    languages = {outlet.id: outlet.language for outlet in outlets()}
    for text in publications():
        host = f"{text.outlet}.example"
        raw = RawEntry(guid=text.id, link=f"https://{host}/{text.id}", title=text.title, summary=text.summary)
        yield text.id, entry_of(raw, outlet=host, lang=languages[text.outlet], at=NOW + text.after)


def test_the_shipped_configuration_has_no_mistake_and_needs_no_secret() -> None:
    """It starts as it is: real newsrooms, the samples, alerts on the console."""
    loaded = load_settings(ROOT / "config.yaml", environment={})
    assert loaded.mistakes == ()
    settings = loaded.accepted()
    assert settings.samples
    assert list(settings.channels) == ["console"]
    assert len(loaded.feeds) >= 20
    assert not loaded.secrets


def test_every_rule_has_tests_in_three_languages_and_they_hold(ruleset: RuleSet, matcher: Matcher) -> None:
    """What must match does, what must not does not."""
    for rule in ruleset.rules:
        wanted = {sample.text: True for sample in rule.tests.match}
        wanted |= {sample.text: False for sample in rule.tests.ignore}
        samples = (*rule.tests.match, *rule.tests.ignore)
        found = {
            sample.text: rule.id in {match.rule for match in matcher.match(entry_of_sample(sample)).matches}
            for sample in samples
        }
        assert found == wanted, rule.id
        for proofs in (rule.tests.match, rule.tests.ignore):
            assert {alphabet(sample.text) for sample in proofs} == {"en", "ru", "uk"}, rule.id


def test_every_text_of_the_four_sample_stories_is_found_and_no_noise_is(matcher: Matcher) -> None:
    """In each language and in everybody's own words."""
    missed, invented = [], []
    for story, entry in published():
        rules = {match.rule for match in matcher.match(entry).matches}
        if story in STORIES and "cross-border-raids" not in rules:
            missed.append(entry.title)
        if story in NOISE and rules:
            invented.append(entry.title)
    assert not missed
    assert not invented


def test_the_four_stories_stay_four_and_copies_join_theirs(matcher: Matcher) -> None:
    """What the English outlets tell within ten seconds: four alerts for one rule, not one, not eight."""
    book = StoryBook()
    told: dict[str, set[str]] = {story: set() for story in STORIES}
    copies = 0
    for story, entry in published():
        assignment, placed = book.assign(entry, matcher.match(entry))
        if entry.lang == "en" and story in STORIES and assignment.placement is not Placement.REVISION:
            told[story].add(placed.id)
            copies += assignment.placement is Placement.COPY
    assert {story: len(ids) for story, ids in told.items()} == dict.fromkeys(STORIES, 1)
    assert len(set().union(*told.values())) == len(STORIES)
    assert copies >= 3


def test_the_samples_show_every_shipped_rule(ruleset: RuleSet, matcher: Matcher) -> None:
    """No rule stays silent in the first three minutes."""
    seen = {match.rule for _, entry in published() for match in matcher.match(entry).matches}
    assert seen == {rule.id for rule in ruleset.rules}
