"""The inline tests of rules, run through the matcher; a failing one is a mistake of the rule file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.core.document import shown
from monitor.core.errors import Mistake
from monitor.core.languages import guess
from monitor.core.matcher import Matcher, WhyNot
from monitor.core.models import Entry, Hit, TextField
from monitor.core.rules.tree import Rule, RuleSet, Sample
from monitor.core.text import readable

_WHENEVER = datetime(2000, 1, 1, tzinfo=UTC)
_SHOWN_HITS = 3
_SHOWN_STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One inline test and how it went."""

    rule: str
    sample: Sample
    should_match: bool
    hits: tuple[Hit, ...]
    """Why it matched; empty if it did not."""
    reason: str = ""
    """Why it did not match, if it should have."""

    @property
    def passed(self) -> bool:
        """Whether the rule did what the test says."""
        return bool(self.hits) == self.should_match

    def mistake(self) -> Mistake:
        """Return the failure as a mistake at the test's line."""
        at = self.sample.at
        return Mistake(path=at.path, line=at.line, column=at.column, message=self._sentence())

    def _sentence(self) -> str:
        if self.should_match:
            return f"test failed: rule '{self.rule}' does not match this; {self.reason}"
        found = ", ".join(list(dict.fromkeys(map(_told, self.hits)))[:_SHOWN_HITS])
        return f"test failed: rule '{self.rule}' should ignore this, and finds {found}"


def _told_why(why: WhyNot) -> str:
    failed = why.failed
    place = f" (line {failed.at.line})" if failed.at.line else ""
    verdict = "must not hold and does" if failed.holds else "is not satisfied"
    alternatives = ", ".join(step.says for step in failed.children[:_SHOWN_STEPS])
    more = ", …" if len(failed.children) > _SHOWN_STEPS else ""
    refused = "".join(f"; {shown(one.hit.text)} {one.why}" for one in why.suppressed[:1])
    return f"`{failed.says}{' ' if alternatives else ''}{alternatives}{more}`{place} {verdict}{refused}"


def _told(hit: Hit) -> str:
    source = f" of '{hit.entity}'" if hit.entity else ""
    return f"{shown(hit.text)} (for {shown(hit.term)}{source})"


def run_tests(ruleset: RuleSet, matcher: Matcher) -> Iterator[Trial]:
    """Run every inline test of the rules in force, in the order of the files."""
    for rule in ruleset.rules:
        for sample in rule.tests.match:
            yield _trial(rule, sample, matcher, should_match=True)
        for sample in rule.tests.ignore:
            yield _trial(rule, sample, matcher, should_match=False)


def failing_tests(ruleset: RuleSet, matcher: Matcher) -> tuple[Mistake, ...]:
    """Return a mistake for each inline test that fails."""
    return tuple(trial.mistake() for trial in run_tests(ruleset, matcher) if not trial.passed)


def _trial(rule: Rule, sample: Sample, matcher: Matcher, *, should_match: bool) -> Trial:
    entries = entries_of(rule, sample)
    hits = next(filter(None, (_hits(rule, entry, matcher) for entry in entries)), ())
    reason = ""
    if should_match and not hits:
        why = matcher.why_not(rule.id, entries[0])
        reason = _told_why(why) if why else "nothing is found"
    return Trial(rule=rule.id, sample=sample, should_match=should_match, hits=hits, reason=reason)


def _hits(rule: Rule, entry: Entry, matcher: Matcher) -> tuple[Hit, ...]:
    return next((match.hits for match in matcher.match(entry).matches if match.rule == rule.id), ())


def entries_of(rule: Rule, sample: Sample) -> tuple[Entry, ...]:
    """Return the entries a sample stands for: one, or one for each language the rule accepts.

    What the sample leaves open is filled in so that the rule's `where` accepts it.
    """
    texts = {
        TextField.TITLE: readable(sample.title),
        TextField.SUMMARY: readable(sample.summary),
        TextField.CONTENT: readable(sample.content),
    }
    if sample.text:
        for field in rule.where.fields or tuple(TextField):
            texts[field] = texts[field] or readable(sample.text)
    source = sample.source or next(iter(rule.where.include), "example.org")
    is_tag = source.startswith("tag:")
    return tuple(
        Entry(
            id="0" * 32,
            feed="https://example.org/feed" if is_tag else source,
            outlet="example.org" if is_tag else source,
            tags=(source.removeprefix("tag:"),) if is_tag else (),
            title=texts[TextField.TITLE],
            summary=texts[TextField.SUMMARY],
            content=texts[TextField.CONTENT],
            lang=lang,
            fetched=_WHENEVER,
            first_seen=_WHENEVER,
        )
        for lang in _languages(rule, sample, texts.values())
    )


def _languages(rule: Rule, sample: Sample, texts: Iterable[str]) -> tuple[str | None, ...]:
    if sample.lang:
        return (sample.lang,)
    guessed = guess("\n".join(texts))
    accepted = rule.where.languages
    if not accepted or guessed in accepted:
        return (guessed,)
    return accepted
