"""A story in another language, likely one alerted before: it is told, and not as if it were new."""

from __future__ import annotations

from pathlib import Path

from monitor.config.rules import load_rules
from monitor.core.matcher import Matcher
from monitor.core.models import Reason, Verdict
from monitor.pipeline.in_force import Rulebook
from tests.pipeline.rig import Rig

RULES = """
entities:
  orla: {name: Orla, aliases: [Орла]}
rules:
  crossings: {title: Crossings, all: [{entity: orla}]}
  trains: {title: Trains, any: [поезд]}
"""
ENGLISH = ("orla", "Collapsed bridge over the river Orla traps a coal train")
LIKELY = ("ru", "Мост через Орлу рухнул, погибли рыбаки")
OTHER = ("fest", "Фестиваль песни на реке Орле открыли дети")


async def rules_of_the_river(rig: Rig, folder: Path) -> None:
    """Put rules in force that know the river in both alphabets."""
    (folder / "river.yaml").write_text(RULES, encoding="utf-8")
    ruleset = load_rules([folder / "river.yaml"]).accepted()
    rig.in_force.rulebook = Rulebook.of(ruleset, Matcher(ruleset))


async def test_what_is_likely_told_already_says_so_and_how_to_make_it_one(rig: Rig, tmp_path: Path) -> None:
    """The second message names the first story and the command that merges the two."""
    await rules_of_the_river(rig, tmp_path)
    await rig.serve("one", ENGLISH)
    await rig.through()
    await rig.serve("two", LIKELY)
    await rig.through()
    first, second = rig.channel.got
    reasons = [one.reason for one in await rig.store.store.decisions() if one.verdict is Verdict.ALERT]
    assert reasons == [Reason.NEW_STORY, Reason.POSSIBLY_TOLD]
    assert f"possibly the same story as “{ENGLISH[1]}” (one.example)" in second.message.text
    merge = f"news-monitor stories merge {first.story[:12]} {second.story[:12]}"
    assert f"if so: {merge}" in second.message.text
    assert merge in second.message.html
    assert merge in str(second.message.blocks)


async def test_what_only_shares_a_name_is_told_as_new(rig: Rig, tmp_path: Path) -> None:
    """A river is in many stories."""
    await rules_of_the_river(rig, tmp_path)
    await rig.serve("one", ENGLISH)
    await rig.through()
    await rig.serve("two", OTHER)
    await rig.through()
    assert [one.reason for one in await rig.store.store.decisions()] == [Reason.NEW_STORY] * 2
    assert "possibly" not in rig.channel.got[1].message.text


async def test_a_rule_that_has_not_alerted_on_the_other_story_says_nothing_of_it(
    rig: Rig, tmp_path: Path
) -> None:
    """Its reader was told nothing yet."""
    await rules_of_the_river(rig, tmp_path)
    await rig.serve("one", ENGLISH)
    await rig.through()
    await rig.serve("two", ("ru", "Мост через Орлу рухнул, под ним поезд"))
    await rig.through()
    by_rule = {one.rule: one.reason for one in await rig.store.store.decisions()}
    assert by_rule["trains"] is Reason.NEW_STORY
