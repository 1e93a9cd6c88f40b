"""The query language: both forms of a rule give one tree, and what cannot be read is said with its column."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.document import Node, Reader
from monitor.core.models import TextField
from monitor.core.query import Query, parse_query, render
from monitor.core.rules.conditions import read_condition
from monitor.core.rules.shape import most, near_problem, normal, placeless
from monitor.core.rules.tree import (
    AllOf,
    AnyOf,
    Case,
    Condition,
    FromSource,
    InFields,
    InLanguage,
    Mention,
    Near,
    NoneOf,
    Phrase,
    Place,
    Regex,
    Term,
)
from monitor.yamlfile import compose


def parsed(text: str) -> Query:
    """Parse a query that stands at the beginning of a file."""
    return parse_query(text, place=lambda offset: Place(path="q", line=1, column=offset + 1))


def tree(text: str) -> Condition:
    """Return the tree of a query without mistakes, without places."""
    query = parsed(text)
    assert not query.mistakes
    assert query.condition is not None
    return placeless(query.condition)


def phrase(text: str, *, inflect: bool = True, case: Case = Case.AUTO, lang: str | None = None) -> Phrase:
    """Return a phrase that stands nowhere."""
    return Phrase(term=Term(text=text, inflect=inflect, case=case, lang=lang))


RAID, KURSK, MUSEUM = phrase("raid"), Mention(entities=("kursk",)), phrase("museum")


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("raid", RAID),
        ('"night  raid"', phrase("night raid")),
        ("=raid", phrase("raid", inflect=False)),
        ('="Total War"', phrase("Total War", inflect=False)),
        ("^Raid", phrase("Raid", case=Case.EXACT)),
        ("~RDK", phrase("RDK", case=Case.FOLD)),
        ("raid*", phrase("raid*")),
        ("most@pl", phrase("most", lang="pl")),
        ('"na moście"@pl', phrase("na moście", lang="pl")),
        ("“Total War”", phrase("Total War")),
        ("«Курск»", phrase("Курск")),
        ("raid AND entity:kursk", AllOf(children=(RAID, KURSK))),
        ("raid NOT museum", AllOf(children=(RAID, NoneOf(children=(MUSEUM,))))),
        ("raid AND NOT museum", AllOf(children=(RAID, NoneOf(children=(MUSEUM,))))),
        ("NOT (raid OR museum)", NoneOf(children=(RAID, MUSEUM))),
        ("(raid OR (museum OR entity:kursk))", AnyOf(children=(RAID, MUSEUM, KURSK))),
        (
            "raid AND (museum OR entity:kursk)",
            AllOf(children=(RAID, AnyOf(children=(MUSEUM, KURSK)))),
        ),
        ("raid NEAR/12 entity:kursk", Near(children=(RAID, KURSK), within=12)),
        ("raid ONEAR/3 entity:kursk", Near(children=(RAID, KURSK), within=3, ordered=True)),
        ("raid NEAR/3 museum NEAR/3 entity:kursk", Near(children=(RAID, MUSEUM, KURSK), within=3)),
        (
            "(raid OR museum) NEAR/12 entity:kursk",
            Near(children=(AnyOf(children=(RAID, MUSEUM)), KURSK), within=12),
        ),
        ("title:raid", InFields(fields=(TextField.TITLE,), child=RAID)),
        (
            "title,summary:(raid OR museum)",
            InFields(fields=(TextField.TITLE, TextField.SUMMARY), child=AnyOf(children=(RAID, MUSEUM))),
        ),
        ("entity: kursk", KURSK),
        ("entity:kursk,kyiv", Mention(entities=("kursk", "kyiv"))),
        ("entity:(kursk OR kyiv)", Mention(entities=("kursk", "kyiv"))),
        ("source:tag:satire", FromSource(sources=("tag:satire",))),
        ('source:(bbc.co.uk OR "The Times")', FromSource(sources=("bbc.co.uk", "The Times"))),
        ("source:https://a.example/b?c=d", FromSource(sources=("https://a.example/b?c=d",))),
        ("lang:ru,uk", InLanguage(languages=("ru", "uk"))),
        ("MIN/2 (raid OR museum OR entity:kursk)", AnyOf(children=(RAID, MUSEUM, KURSK), minimum=2)),
        (r'regex:"T-?(72|80)\b"', Regex(pattern=r"T-?(72|80)\b")),
        (r'regex:"\"x\""', Regex(pattern='"x"')),
    ],
)
def test_every_construct_means_what_analysts_expect(query: str, condition: Condition) -> None:
    """One example of each, down to quotation marks that word processors make."""
    assert tree(query) == condition


@pytest.mark.parametrize(
    ("query", "column", "message"),
    [
        ("raid AND (sortie OR", 18, "a term is missing after OR"),
        ("raid AND (sortie", 10, "never closed"),
        ("raid) AND sortie", 5, "closes nothing"),
        ("raid or sortie", 6, "in capitals: OR"),
        ("raid and sortie", 6, "in capitals: AND"),
        ("not raid", 1, "in capitals: NOT"),
        ("Kursk incursion", 7, '"Kursk incursion"'),
        ('"a b" (c OR d)', 7, "an operator is missing"),
        ("raid NEAR sortie", 6, "NEAR/10"),
        ("raid NEAR/0 sortie", 6, "from 1 to 100"),
        ("raid NEAR/3 sortie NEAR/4 museum", 20, "chain"),
        ("raid NEAR/3 NOT sortie", 13, "a term is missing before NOT"),
        ("titel:raid", 1, "did you mean title:"),
        ("colour:red", 1, "no prefix"),
        ("raid AND entity:", 10, "a name is missing"),
        ("entity:(kursk AND kyiv)", 8, "with OR between"),
        ("lang:english", 1, "two-letter"),
        ("raid AND ab*", 10, "too much"),
        ('raid AND "night r*id"', 18, "may only end a word"),
        ("MIN/2 raid", 1, "in parentheses"),
        ("MIN/3 (raid OR sortie)", 1, "never be satisfied"),
        ("()", 1, "empty"),
        ("", 1, "empty"),
        ("regex:", 1, "in quotes"),
        ("raid NEAR/3 (sortie AND museum)", 6, "near each other"),
    ],
)
def test_mistakes_are_said_where_they_stand(query: str, column: int, message: str) -> None:
    """With the column, and what to write instead."""
    (mistake,) = parsed(query).mistakes
    assert (mistake.column, message in mistake.message) == (column, True), mistake


@pytest.mark.parametrize("query", ["a AND b OR c", "a OR b AND c"])
def test_and_beside_or_without_parentheses_is_doubtful(query: str) -> None:
    """AND binds closer, as everywhere; that it was meant is not certain."""
    found = parsed(query)
    assert found.condition is not None
    assert [mistake.weight for mistake in found.mistakes] == ["warning"]


def test_parentheses_may_be_deep_but_not_endless() -> None:
    """Nobody writes a hundred levels; nobody's stack has to bear a million."""
    assert not parsed("(" * 20 + "raid" + ")" * 20).mistakes
    for opening in ("(", "NOT ", "title:"):
        assert parsed(opening * 5_000 + "raid").condition is None


@given(st.text('ab"()=~^*@:/,\\ ANDORTE“«»', max_size=40) | st.text(max_size=30))
def test_no_text_raises(text: str) -> None:
    """Whatever it holds, a query is a tree or a mistake."""
    query = parsed(text)
    assert query.condition is not None or query.mistakes


TEXTS = st.sampled_from(
    [
        *("raid", "night raid", "raid*", "рейд", "О’Коннор", "AND", "or", "NEAR/5", "12:30", "a:b", "T-72"),
        *(
            'say "x"',
            "back\\slash",
            "(brackets)",
            "x@pl",
            "AT&T",
            "C++",
            "«Курск»",
            "title:raid",
            "日本",
            "a,b",
        ),
    ]
)
NAMES = st.sampled_from(["kursk", "russian-volunteer-corps", "м_1", "x.y"])
SOURCES = st.sampled_from(["bbc.co.uk", "tag:satire", "https://a.example/b?c=d", "The Times", "a,b", 'q"q'])
PATTERNS = st.sampled_from([r"T-?(72|80)", r"\d+ км", r'a\\b"c', "x y"])
FIELDS = st.sampled_from([(TextField.TITLE,), (TextField.TITLE, TextField.CONTENT)])


@st.composite
def phrases(draw: st.DrawFn) -> Condition:
    """A phrase with any marks."""
    lang = draw(st.sampled_from([None, None, "pl", "uk"]))
    case = draw(st.sampled_from(Case))
    return phrase(draw(TEXTS), inflect=draw(st.booleans()), case=case, lang=lang)


@st.composite
def placed(draw: st.DrawFn) -> Condition:
    """A condition with places in the text: what may be near something."""
    if draw(st.booleans()):
        return draw(phrases())
    return Mention(entities=tuple(draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))))


@st.composite
def leaves(draw: st.DrawFn) -> Condition:
    """A condition without conditions in it."""
    match draw(st.integers(0, 5)):
        case 0:
            return FromSource(sources=tuple(draw(st.lists(SOURCES, min_size=1, max_size=3, unique=True))))
        case 1:
            return InLanguage(languages=draw(st.sampled_from([("ru",), ("ru", "uk")])))
        case 2:
            return Regex(pattern=draw(PATTERNS))
        case _:
            return draw(placed())


@st.composite
def nears(draw: st.DrawFn) -> Condition:
    """Two or three things near each other."""
    sides: list[Condition] = []
    for _ in range(draw(st.integers(2, 3))):
        some = tuple(draw(st.lists(placed(), min_size=1, max_size=3)))
        sides.append(AnyOf(children=some) if len(some) > 1 else some[0])
    return Near(children=tuple(sides), within=draw(st.integers(1, 100)), ordered=draw(st.booleans()))


@st.composite
def conditions(draw: st.DrawFn, depth: int = 3) -> Condition:
    """Any condition, nested up to a depth."""
    kind = draw(st.integers(0, 7)) if depth else 7
    if kind > 5:
        return draw(leaves())
    if kind == 5:
        return draw(nears())
    if kind == 4:
        return InFields(fields=draw(FIELDS), child=draw(conditions(depth - 1)))
    children = tuple(draw(conditions(depth - 1)) for _ in range(draw(st.integers(1, 3))))
    if kind == 3:
        return AnyOf(children=children, minimum=draw(st.integers(1, most(children))))
    return (AllOf, AnyOf, NoneOf)[kind](children=children)


@settings(max_examples=300)
@given(conditions())
def test_a_tree_written_as_a_query_is_the_same_tree_again(condition: Condition) -> None:
    """Whatever the tree: its query means the same."""
    condition = normal(condition)
    query = parsed(render(condition))
    assert not [mistake for mistake in query.mistakes if mistake.weight == "error"], render(condition)
    assert query.condition is not None
    assert placeless(query.condition) == condition


@settings(max_examples=300)
@given(conditions())
def test_yaml_and_query_give_equal_trees(condition: Condition) -> None:
    """Every construct of one form exists in the other."""
    from_query = parsed(render(normal(condition))).condition
    text = json.dumps(written(condition), ensure_ascii=False)
    composed = compose(f"condition: {text}".encode(), path="x")
    node = composed.root.at(["condition"]) if composed.root else None
    assert isinstance(node, Node)
    reader = Reader()
    from_yaml = read_condition(node, reader)
    assert not reader.mistakes
    assert from_yaml is not None
    assert from_query is not None
    assert placeless(normal(from_yaml)) == placeless(from_query)


def written(condition: Condition) -> object:  # noqa: C901, PLR0911
    """Write a condition as YAML would have it."""
    match condition:
        case Phrase(term=term):
            return _written_term(term)
        case Mention(entities=entities):
            return {"entity": list(entities)}
        case Regex(pattern=pattern):
            return {"regex": pattern}
        case FromSource(sources=sources):
            return {"source": list(sources)}
        case InLanguage(languages=languages):
            return {"language": list(languages)}
        case InFields(fields=fields, child=child):
            return {"fields": [field.value for field in fields], "all": [written(child)]}
        case Near(children=children, within=within, ordered=ordered):
            return {"near": {"within": within, "all": list(map(written, children)), "ordered": ordered}}
        case AllOf(children=children):
            return {"all": list(map(written, children))}
        case AnyOf(children=children, minimum=minimum):
            return {"any": list(map(written, children)), "min": minimum}
        case NoneOf(children=children):
            return {"none": list(map(written, children))}


def _written_term(term: Term) -> object:
    options: dict[str, object] = {} if term.inflect else {"exact": True}
    if term.case is not Case.AUTO:
        options["case"] = term.case.value
    if term.case is Case.FOLD and term.inflect:
        options = {"exact": False}
    if term.lang:
        options["lang"] = term.lang
    return {"phrase": term.text, **options} if options else term.text


@given(conditions())
def test_normal_form_is_final(condition: Condition) -> None:
    """Normalising twice changes nothing more."""
    assert normal(normal(condition)) == normal(condition)


def test_near_wants_two_things_with_places() -> None:
    """A negation or a source has no place in a text."""
    assert near_problem(Near(children=(RAID, KURSK), within=3)) is None
    assert near_problem(Near(children=(RAID,), within=3))
    assert near_problem(Near(children=(RAID, NoneOf(children=(KURSK,))), within=3))
    assert near_problem(Near(children=(RAID, FromSource(sources=("a",))), within=3))
