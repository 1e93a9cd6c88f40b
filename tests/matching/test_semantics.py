"""What rules mean, one fact a test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor.core.models import Hit, TextField
from monitor.core.rules.tree import (
    AllOf,
    AnyOf,
    Case,
    Entity,
    FromSource,
    Guard,
    InFields,
    InLanguage,
    Mention,
    Near,
    NoneOf,
    Phrase,
    Place,
    Regex,
    Term,
    Where,
)
from tests.matching.conftest import MakeEntry, MakeMatcher

Found = Callable[[str, str], list[str]]
Mentions = Callable[..., list[Hit]]


def phrase(text: str) -> Phrase:
    """Return the condition that a phrase be present."""
    return Phrase(term=Term(text=text), at=Place(path="r.yaml", line=3))


def term(
    text: str, *, needs: tuple[str, ...] = (), unless: tuple[str, ...] = (), within: int | None = None
) -> Term:
    """Return an alias with guards."""

    def guard(texts: tuple[str, ...]) -> Guard | None:
        return Guard(any=tuple(Term(text=one) for one in texts), within=within) if texts else None

    return Term(text=text, needs=guard(needs), unless=guard(unless))


KURSK = Entity(id="kursk", name="Kursk", aliases=(Term(text="Kursk"),))
BULGE = Entity(id="bulge", name="Kursk Bulge", aliases=(Term(text="Kursk Bulge"),))


def test_phrase_wants_its_words_in_order(found: Found) -> None:
    """Neither another order nor a word between will do."""
    assert found("Kursk incursion", "Kursk incursion") == ["Kursk incursion"]
    assert found("Kursk incursion", "incursion Kursk") == []
    assert found("Kursk incursion", "Kursk border incursion") == []


def test_phrase_ignores_case(found: Found) -> None:
    """A plain phrase finds itself in any case."""
    assert found("Kursk incursion", "KURSK INCURSION") == ["KURSK INCURSION"]


def test_star_stands_for_any_ending(found: Found) -> None:
    """A star ends a word, and nothing else changes."""
    assert found("raid*", "raiders raided braid") == ["raiders", "raided"]
    assert found("raid* on Kursk", "a raiding on Kursk") == ["raiding on Kursk"]


def test_acronym_wants_its_capitals(found: Found) -> None:
    """Up to five capitals are an acronym: neither folded nor inflected."""
    assert found("FSB", "fsb Fsb FSB") == ["FSB"]


@pytest.mark.parametrize(
    ("name", "text", "finds"),
    [
        ("Apple", "she ate an apple; Apple sells phones", ["Apple"]),
        ("May", "they may ask what May said", ["May"]),
        ("brexit", "brexit, Brexit", ["brexit", "Brexit"]),
        ("Brexit", "Komisja o skutkach brexitu i Brexicie", ["brexitu", "Brexicie"]),
        ("Tehran", "talks in tehran", ["tehran"]),
        ("Tehran Times", "the tehran times", []),
    ],
)
def test_capital_of_a_name_keeps_ordinary_words_out(
    matcher: MakeMatcher, entry: MakeEntry, name: str, text: str, finds: list[str]
) -> None:
    """A name wants its capital in the text, unless no other word looks like it."""
    known = matcher(
        Mention(entities=("e",)), entities=(Entity(id="e", name=name, aliases=(Term(text=name),)),)
    )
    assert [hit.text for match in known.match(entry(text)).matches for hit in match.hits] == finds


@pytest.mark.parametrize(
    ("name", "text", "found", "why"),
    [
        ("Apple", "an apple a day", "apple", "a name wants its capital"),
        ("FSB", "agents of the fsb said", "fsb", "an acronym wants its capitals"),
    ],
)
def test_why_not_tells_that_capitals_are_missing(
    matcher: MakeMatcher, entry: MakeEntry, name: str, text: str, found: str, why: str
) -> None:
    """Offsets and text are those of the entry as it stands."""
    known = matcher(
        Mention(entities=("e",)), entities=(Entity(id="e", name=name, aliases=(Term(text=name),)),)
    )
    answer = known.why_not("r0", entry(text))
    assert answer is not None
    [one] = answer.suppressed
    assert (one.hit.text, text[one.hit.start : one.hit.end], one.why) == (found, found, why)


def test_acronym_counts_as_an_owner(found: Found) -> None:
    """What the FSB owns is said of the FSB."""
    assert found("FSB", "the FSB's men, FSB’s, FSBs") == ["FSB's", "FSB’s"]


def test_distance_to_company_is_within_one_field(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """A summary often repeats the title: the end of one is not beside the beginning of the other."""
    alias = term("Legion", needs=("Russia",), within=3)
    known = matcher(Mention(entities=("e",)), entities=(Entity(id="e", name="Legion", aliases=(alias,)),))
    far = "Legion one two three four Russia"
    assert not known.match(entry(far, far)).matches
    assert known.match(entry(far, "Russia has a Legion")).matches


def test_guard_of_the_entity_holds_beside_the_aliass_own(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """`needs` wants both, `unless` either."""
    own = Term(
        text="Corps",
        needs=Guard(any=(Term(text="army"),), also=Guard(any=(Term(text="border"),))),
        unless=Guard(any=(Term(text="Peace"),), also=Guard(any=(Term(text="toy"),))),
    )
    known = matcher(Mention(entities=("e",)), entities=(Entity(id="e", name="Corps", aliases=(own,)),))
    assert known.match(entry("Corps of the army at the border")).matches
    for text in (
        "Corps of the army",
        "Corps at the border",
        "toy Corps, army, border",
        "Peace Corps army border",
    ):
        assert not known.match(entry(text)).matches


def test_acronym_may_be_folded(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """`exact: false` takes the acronym rule away."""
    folded = matcher(Phrase(term=Term(text="FSB", case=Case.FOLD)))
    assert folded.match(entry("the fsb")).matches


def test_exact_case_counts(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """`case: exact` finds the word only as it is written, inflected all the same."""
    exact = matcher(Phrase(term=Term(text="Apple", case=Case.EXACT)))
    assert exact.match(entry("Apple's profit")).matches
    assert not exact.match(entry("apple pie")).matches
    assert not exact.match(entry("APPLE PIE")).matches


def test_inflection_can_be_switched_off(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """`=word` finds the word itself alone."""
    exact = matcher(Phrase(term=Term(text="raid", inflect=False)))
    assert exact.match(entry("a raid")).matches
    assert not exact.match(entry("raids")).matches


@pytest.mark.parametrize(
    ("alias", "text"),
    [
        ("Курская область", "в Курской области"),
        ("Курськ", "під Курськом"),
        ("raid", "raids"),
        ("Legion", "the Legion's men"),
        ("Русский добровольческий корпус", "Бойцы Русского добровольческого корпуса"),
        ("Російський добровольчий корпус", "Російським добровольчим корпусом"),
        ("Warszawa", "w Warszawie"),
        ("Bílý dům", "v Bílém domě"),
        ("Janez Janša", "z Janezom Janšo"),
        ("Европейски съюз", "на Европейския съюз"),
        ("Зеленський", "Зеленському"),
        ("Київ", "у Києві"),
    ],
)
def test_inflected_forms_count(alias: str, text: str, mentions: Mentions) -> None:
    """A name is found however the sentence bends it."""
    assert len(mentions(text, alias)) == 1


def test_name_wants_a_capital(mentions: Mentions) -> None:
    """A capitalised word of an alias is no ordinary word."""
    assert mentions("The Apple report", "Apple")
    assert mentions("the APPLE report", "Apple")
    assert not mentions("an apple a day", "Apple")


def test_frequent_word_at_sentence_start_is_no_name(mentions: Mentions) -> None:
    """There any word has a capital; elsewhere it does prove something."""
    assert not mentions("Это важно. Это всё.", "Эта")
    assert mentions("ураган Эта", "Эта")


def test_longest_name_wins(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """Kursk inside Kursk Bulge is no mention of Kursk."""
    both = matcher(Mention(entities=("kursk",)), Mention(entities=("bulge",)), entities=(KURSK, BULGE))
    findings = both.match(entry("the Kursk Bulge"))
    assert [match.rule for match in findings.matches] == ["r1"]
    assert findings.entities == ("bulge",)
    assert [match.rule for match in both.match(entry("Kursk, not the Kursk Bulge")).matches] == ["r0", "r1"]


def test_nested_entity_counts_inside_longer_names(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """`nested: true` switches the longest name off for that entity."""
    nested = Entity(id="kursk", name="Kursk", aliases=KURSK.aliases, nested=True)
    both = matcher(Mention(entities=("kursk",)), entities=(nested, BULGE))
    assert both.match(entry("the Kursk Bulge")).matches


def test_phrases_never_suppress(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """A plain phrase counts inside a longer one and inside a name."""
    both = matcher(phrase("Kursk"), phrase("Kursk Bulge"), Mention(entities=("bulge",)), entities=(BULGE,))
    assert [match.rule for match in both.match(entry("the Kursk Bulge")).matches] == ["r0", "r1", "r2"]


def test_alias_of_two_entities_counts_for_both(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """Equal names stand side by side."""
    other = Entity(id="submarine", name="Kursk", aliases=(Term(text="Kursk"),))
    assert matcher(entities=(KURSK, other)).match(entry("Kursk")).entities == ("kursk", "submarine")


def test_needs_wants_company_anywhere_in_the_entry(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """A short form counts only in company, which may stand in another field."""
    rdk = Entity(id="rdk", name="RDK", aliases=(term("RDK", needs=("Belgorod",)),))
    rule = matcher(Mention(entities=("rdk",)), entities=(rdk,))
    assert not rule.match(entry("RDK strikes")).matches
    assert rule.match(entry("RDK strikes", content="in Belgorod")).matches


def test_needs_may_ask_for_nearness(mentions: Mentions) -> None:
    """`within` counts words between."""
    alias = term("RDK", needs=("Belgorod",), within=2)
    assert mentions("RDK is in Belgorod", alias)
    assert not mentions("RDK is far from Belgorod", alias)


def test_unless_refuses_what_stands_inside_or_near(mentions: Mentions) -> None:
    """Other occurrences, far away, count."""
    alias = term("Kursk", unless=("submarine Kursk", "K-141"))
    assert not mentions("the submarine Kursk sank", alias)
    assert not mentions("K-141, the boat Kursk", alias)
    far = mentions("the submarine Kursk " + "and so on " * 20 + "Kursk", alias)
    assert [hit.start for hit in far] == [len("the submarine Kursk " + "and so on " * 20)]


def test_any_all_none(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """The three lists of a rule."""
    rule = matcher(
        AllOf(
            children=(
                AnyOf(children=(phrase("raid"), phrase("strike"))),
                AllOf(children=(phrase("border"),)),
                NoneOf(children=(phrase("video game"),)),
            )
        )
    )
    assert rule.match(entry("raid at the border")).matches
    assert not rule.match(entry("raid")).matches
    assert not rule.match(entry("raid at the border, a video game")).matches


def test_min_asks_for_different_ones(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """The same one twice is one; two entities of one condition are two."""
    two = matcher(AnyOf(children=(phrase("raid"), phrase("strike"), phrase("attack")), minimum=2))
    assert not two.match(entry("raid raid raid")).matches
    assert two.match(entry("raid strike")).matches
    names = matcher(
        AnyOf(children=(Mention(entities=("kursk", "bulge")),), minimum=2), entities=(KURSK, BULGE)
    )
    assert names.match(entry("Kursk and the Kursk Bulge")).matches
    assert not names.match(entry("Kursk and Kursk")).matches


def test_near_counts_words_between(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """NEAR/2 allows two words between, in either order; ONEAR only in order."""
    near = Near(children=(phrase("raid"), phrase("Kursk")), within=2)
    ordered = Near(children=(phrase("raid"), phrase("Kursk")), within=2, ordered=True)
    both = matcher(near, ordered)
    assert [match.rule for match in both.match(entry("raid deep into Kursk")).matches] == ["r0", "r1"]
    assert [match.rule for match in both.match(entry("Kursk hit by raid")).matches] == ["r0"]
    assert not both.match(entry("raid one two three Kursk")).matches


def test_near_stays_in_one_field(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """The end of a title is not near the beginning of a summary."""
    near = matcher(Near(children=(phrase("raid"), phrase("Kursk")), within=5))
    assert not near.match(entry("raid", "Kursk")).matches


def test_near_wants_two_different_places(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """One word cannot be near itself."""
    near = matcher(Near(children=(phrase("Kursk"), phrase("Kursk region")), within=5))
    assert not near.match(entry("Kursk region")).matches
    assert near.match(entry("Kursk region, Kursk")).matches


def test_fields_of_where_and_of_conditions(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """`where` limits the rule, `title:` one condition."""
    titles = matcher(phrase("raid"), where=Where(fields=(TextField.TITLE,)))
    assert titles.match(entry("raid")).matches
    assert not titles.match(entry(summary="raid")).matches
    inside = matcher(InFields(fields=(TextField.TITLE,), child=phrase("raid")))
    assert not inside.match(entry(content="raid")).matches


def test_every_field_is_read_by_default(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """Title, summary and content."""
    rule = matcher(phrase("raid"))
    hits = rule.match(entry("raid", "raid", "raid")).matches[0].hits
    assert [hit.field for hit in hits] == [TextField.TITLE, TextField.SUMMARY, TextField.CONTENT]


def test_languages_and_sources(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """An entry of unknown language satisfies no language."""
    speaks = matcher(phrase("raid"), where=Where(languages=("en", "uk")))
    assert speaks.match(entry("raid", lang="en")).matches
    assert not speaks.match(entry("raid", lang="de")).matches
    assert not speaks.match(entry("raid")).matches
    comes = matcher(phrase("raid"), where=Where(include=("tag:war", "Outlet"), exclude=("tag:satire",)))
    assert comes.match(entry("raid")).matches
    assert not comes.match(entry("raid", tags=("satire",))).matches
    assert not comes.match(entry("raid", outlet="Other")).matches
    assert comes.match(entry("raid", outlet="Other", tags=("war",))).matches


def test_conditions_on_source_and_language(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """They may stand in a query, even alone."""
    rule = matcher(AllOf(children=(FromSource(sources=("Outlet",)), InLanguage(languages=("en",)))))
    assert rule.match(entry("anything", lang="en")).matches
    assert not rule.match(entry("anything", lang="ru")).matches


def test_regex_sees_the_text_as_it_stands(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """Case counts, offsets are code points, a lone surrogate does no harm."""
    rule = matcher(Regex(pattern=r"Су-\d+"))
    hits = rule.match(entry("\ud800 сбит Су-34")).matches[0].hits
    assert [(hit.start, hit.end, hit.text) for hit in hits] == [(7, 12, "Су-34")]
    assert not rule.match(entry("су-34")).matches


def test_hit_names_alias_and_entity(mentions: Mentions) -> None:
    """What a hit stands for is the alias of the rule file."""
    (hit,) = mentions("во время боёв под Курском", "Kursk", "Курск")
    assert (hit.text, hit.term, hit.entity) == ("Курском", "Курск", "it")


def test_entities_are_found_without_a_rule(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """Whoever keeps history needs every entity mentioned."""
    assert matcher(entities=(KURSK, BULGE)).match(entry("Kursk")).entities == ("kursk",)


def test_dangling_names_match_nothing(matcher: MakeMatcher, entry: MakeEntry) -> None:
    """The loader reports them; the matcher survives them."""
    assert not matcher(Mention(entities=("nobody",))).match(entry("nobody")).matches
