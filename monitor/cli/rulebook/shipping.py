"""What the commands about pushed rules share: proved against everything here, then stored; said in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import unified_diff

from monitor.cli.author import author
from monitor.cli.common import counted, now, say_mistakes
from monitor.cli.guard import NothingFoundError
from monitor.config.compiling import compiled
from monitor.config.naming import held_against
from monitor.config.pushed import bundle_rules
from monitor.config.reloaded import Reload, compared
from monitor.config.rules import LoadedRules
from monitor.config.settings import Loaded
from monitor.core.document import suggestion
from monitor.core.errors import ConfigurationError, Mistake, Weight
from monitor.core.fingerprint import fingerprint
from monitor.core.matcher import Matcher
from monitor.core.models import Pushing, RuleBundle, RuleSource
from monitor.core.proving import failing_tests
from monitor.core.rules.tree import RuleSet
from monitor.store import Store


def proved(rules: LoadedRules, loaded: Loaded) -> Matcher:
    """Compile rules that a daemon with this configuration would take; warnings go to standard error.

    Raises:
        ConfigurationError: it would not: with every mistake, failing test and unknown name in a route.
    """
    ruleset = rules.accepted()
    matcher = compiled(ruleset)
    if failing := failing_tests(ruleset, matcher):
        raise ConfigurationError(failing)
    of_routes = set(held_against(loaded, rules).mistakes) - set(loaded.mistakes)
    if errors := [one for one in of_routes if one.weight is Weight.ERROR]:
        raise ConfigurationError(errors)
    say_mistakes(sorted({*rules.mistakes, *of_routes}))
    return matcher


def pushing(rules: LoadedRules, sources: Sequence[RuleSource], *, note: str, after: int | None) -> Pushing:
    """Put together what is to be stored."""
    return Pushing(
        at=now(),
        author=author(),
        note=note,
        fingerprint=fingerprint(rules.ruleset),
        rules=len(rules.ruleset.rules),
        sources=tuple(sources),
        after=after,
    )


def told(before: RuleBundle | None, rules: LoadedRules, matcher: Matcher) -> str:
    """Say in one sentence which rules and entities come, change and go."""
    earlier = _ruleset(before)
    return str(compared(Reload(rules=earlier, matcher=matcher), rules, matcher))


def _ruleset(bundle: RuleBundle | None) -> LoadedRules:
    if bundle is None:
        return LoadedRules(ruleset=RuleSet())
    return bundle_rules(bundle, channels=None, templates=None)


def in_numbers(rules: LoadedRules) -> str:
    """Count rules, tests and files."""
    tests = sum(len(rule.tests.match) + len(rule.tests.ignore) for rule in rules.ruleset.rules)
    rules_and_tests = f"{counted(len(rules.ruleset.rules), 'rule')}, {counted(tests, 'test')}"
    return f"{rules_and_tests}, {counted(len(rules.files), 'file')}"


def difference(before: RuleBundle | None, after: RuleBundle) -> Iterator[str]:
    """Give the lines of a unified diff of all files."""
    old = {one.name: one.text for one in before.sources} if before else {}
    new = {one.name: one.text for one in after.sources}
    number = before.version.number if before else 0
    for name in sorted(old.keys() | new.keys()):
        lines = old.get(name, "").splitlines(), new.get(name, "").splitlines()
        ends = f"{number}/{name}", f"{after.version.number}/{name}"
        yield from unified_diff(*lines, *ends, lineterm="")


async def bundle_of(store: Store, number: int | None) -> RuleBundle:
    """Return a version, by default the newest.

    Raises:
        NothingFoundError: there is none of that number.
    """
    if (found := await store.rule_bundle(number)) is not None:
        return found
    kept = [str(one.number) for one in await store.rule_versions()]
    if not kept:
        raise NothingFoundError("no rules were pushed yet: `news-monitor rules push FOLDER` does it")
    otherwise = "`news-monitor rules versions` lists those kept"
    message = f"there is no version {number} of the rules{suggestion(str(number), kept, otherwise=otherwise)}"
    raise NothingFoundError(message)


def stale(after: int | None, newest: int) -> ConfigurationError:
    """Say that somebody else was faster."""
    said = f"version {newest} was pushed meanwhile, and not version {after}"
    remedy = "look at it with `news-monitor rules versions`, take it into your files and push again"
    return ConfigurationError([Mistake(path="rules", message=f"{said}; {remedy}")])


def unlike_mine(loaded: Loaded) -> str:
    """Say what else must be done where a daemon with this configuration would not take the rules."""
    return "" if loaded.pushed else f"; {loaded.path} does not say `rules: database`: write it there"


def with_channels(bundle: RuleBundle, loaded: Loaded) -> LoadedRules:
    """Read a version against the channels and templates of a configuration."""
    return bundle_rules(bundle, channels=loaded.channels, templates=loaded.templates.names)
