"""Templates: what they may say, what is refused when they are loaded, and what becomes of one that fails."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.settings import load_settings
from monitor.config.templates import load_templates
from monitor.core.models import AlertRecord, DeliveryKind, Message, Verdict
from monitor.core.posting import Destination, deliveries_of
from monitor.core.render import Look, Templates, render
from monitor.core.render.rich import literal, rich_blocks
from monitor.core.render.samples import NOW, sample_card, sample_facts
from tests.channels.cards import INJECTIONS, LINKS, card, hostile
from tests.channels.slack_double import wrong

SLACK = """
{{ light }} *<{{ link }}|{{ title }}>*
_{{ outlet }}_ · {{ told_by }} · `{{ rule_id }}`
{% for excerpt in excerpts %}
> {{ excerpt }}
{% endfor %}
{% for source in sources %}
- <{{ source.link }}|{{ source.title }}> ({{ source.outlet }})
{% endfor %}
---
{% if severity == "critical" %}<!here> {% endif %}:newspaper: {{ why }}
"""
HTML = '<p><a href="{{ link }}" title="{{ title }}">{{ title_marked }}</a> {{ outlet }}</p>'
TEXT = "{{ title_marked }}\n{{ link }}\n{% for excerpt in excerpts %}{{ excerpt }}\n{% endfor %}"
ALL = Templates({"short.slack.j2": SLACK, "short.html.j2": HTML, "short.txt.j2": TEXT})


def shown(message: Message) -> str:
    """Return every text in the blocks, in order."""
    return json.dumps(message.blocks, ensure_ascii=False)


def test_a_template_says_it_in_its_own_words() -> None:
    """In each form that it has; the subject stays ours, since mails thread by it."""
    message = render(sample_card(outlets=3), now=NOW, look=Look(ALL, "short"))
    assert [block["type"] for block in message.blocks] == ["rich_text", "divider", "rich_text"]
    assert message.html.startswith('<p><a href="https://valley-courier.example/2024/03/21/orla-bridge"')
    assert message.text.startswith("[Bridge] over the [Orla] [collapses]")
    assert message.title == "[sample] Bridge over the Orla collapses near Northern Valley, officials say"


def test_a_form_that_a_template_lacks_is_the_built_in_one() -> None:
    """Write one file, and the others stay as they were."""
    only = Templates({"short.slack.j2": SLACK})
    message = render(sample_card(), now=NOW, look=Look(only, "short"))
    plain = render(sample_card(), now=NOW)
    assert (message.html, message.text) == (plain.html, plain.text)
    assert message.blocks != plain.blocks


def test_slack_mark_up_becomes_block_kit() -> None:
    """Bold, italic, code, emoji, links, mentions, quotes, bullets; each once."""
    [block] = rich_blocks(
        "*b* _i_ ~s~ `c` :tada: <https://a.example/|w> <!here> <@U0123ABC>\n> q\n- one\n- two"
    )
    parts: Any = block["elements"]
    words, quote, bullets = parts
    kinds = [(one["type"], one.get("style")) for one in words["elements"] if one.get("text") != " "]
    assert kinds == [
        ("text", {"bold": True}),
        ("text", {"italic": True}),
        ("text", {"strike": True}),
        ("text", {"code": True}),
        ("emoji", None),
        ("link", None),
        ("broadcast", None),
        ("user", None),
    ]
    assert quote["type"] == "rich_text_quote"
    assert len(bullets["elements"]) == 2


@pytest.mark.parametrize("text", INJECTIONS)
def test_whatever_a_feed_says_stays_text_in_every_form(text: str) -> None:
    """No element of Slack's but text, link, and those the template itself has; no tag of HTML but ours."""
    for link in (LINKS[0], LINKS[6], "https://a.example/<!here>"):
        message = render(hostile(text, link), now=NOW, look=Look(ALL, "short"))
        assert not any(wrong(block) for block in json.loads(json.dumps(message.blocks)))
        assert '"broadcast"' not in shown(message)
        assert '"user"' not in shown(message)
        assert Tags.of(message.html) <= {"p", "a", "mark"}
        assert "\x1b" not in message.text


class Tags(HTMLParser):
    """Collects the tags of a piece of HTML, and refuses what could do something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take one tag."""
        self.found.add(tag)
        for name, value in attrs:
            assert name in {"href", "title", "style"}
            assert name != "href" or not value or value.startswith(("http://", "https://"))

    @classmethod
    def of(cls, html: str) -> set[str]:
        """Return the tags."""
        parser = cls()
        parser.feed(html)
        return parser.found


@given(
    value=st.text(max_size=60),
    around=st.sampled_from(["{}", "*{}*", "_{}_", "<{}|x>", "> {}", "- {} -", "`{}`"]),
)
def test_a_value_never_becomes_more_than_text_or_a_safe_link(value: str, around: str) -> None:
    """Whatever stands around it in the template, and whatever it says itself."""
    for block in rich_blocks(around.format(literal(value))):
        for part in block["elements"]:  # type: ignore[attr-defined]
            inner = part["elements"] if part["type"] != "rich_text_list" else part["elements"][0]["elements"]
            assert {one["type"] for one in inner} <= {"text", "link"}
            for one in inner:
                assert one["type"] == "text" or one["url"].startswith(("http://", "https://"))


REFUSED = {
    "{{ titel }}": "1: there is no 'titel'",
    "\n{% if %}": "2: Expected an expression",
    "{{ title|safe }}": "1: No filter named 'safe'.",
    "{{ title|nofilter }}": "1: No filter named 'nofilter'.",
    "{{ sources[0].title }}": "1: list object has no element 0",
    "ok\n{% autoescape false %}{{ title }}{% endautoescape %}": "2: escaping cannot be switched off",
    "{{ title.__class__.__mro__ }}": "1: access to attribute '__class__' of 'str' object is unsafe.",
    "{% for i in range(10**9) %}x{% endfor %}": "1: range() goes to 1000 at most",
    "{{ 1/0 }}": "1: ZeroDivisionError",
    "{{ 'x' * 10**5 }}": "1: it makes more than 40,000 characters",
    "{% include 'none.html.j2' %}": "1: there is no template file 'none.html.j2'",
    "{# nothing #}": "1: it makes an empty message",
    "<a href={{ link }}>x</a>": "1: put quotes around the value of href",
    "<a href='{{ title }}'>x</a>": "1: href can only be filled in with link",
    '\n\n<a onclick="{{ title }}">x</a>': "3: onclick cannot be filled in",
    '<p style="color:{{ title }}">x</p>': "1: style cannot be filled in",
    "<p {{ title }}>x</p>": "1: inside a tag only the value of an attribute",
    "<script>{{ title }}</script>": "1: <script> has no place in a message",
    "<img src='https://a.example/pixel.png'>": "1: <img> has no place in a message",
}


@pytest.mark.parametrize(("source", "says"), REFUSED.items())
def test_what_is_wrong_with_a_template_is_known_when_it_is_loaded(
    tmp_path: Path, source: str, says: str
) -> None:
    """With its file and line, before the first alert."""
    (tmp_path / "short.html.j2").write_text(source, encoding="utf-8")
    mistakes = load_templates(tmp_path).mistakes
    line, _, message = says.partition(": ")
    assert message in mistakes[0].message
    assert mistakes[0].line == int(line)


def test_names_of_files_and_texts_that_are_none_are_mistakes(tmp_path: Path) -> None:
    """A folder may hold other files; those that end in .j2 are meant as templates."""
    (tmp_path / "README.md").write_text("{{ nothing }}", encoding="utf-8")
    (tmp_path / "short.j2").write_text("x", encoding="utf-8")
    (tmp_path / "bad.txt.j2").write_bytes(b"\xff")
    (tmp_path / "long.txt.j2").write_text("x" * 70_000, encoding="utf-8")
    said = [str(mistake) for mistake in load_templates(tmp_path).mistakes]
    assert [one for one in said if "README" in one] == []
    assert any("name it NAME.slack.j2" in one for one in said)
    assert any("is no text in UTF-8" in one for one in said)
    assert any("may have 65,536 bytes" in one for one in said)


def test_no_folder_means_no_templates(tmp_path: Path) -> None:
    """And no mistake."""
    found = load_templates(tmp_path / "templates")
    assert (found.mistakes, found.templates.names) == ((), frozenset())


def test_a_template_that_fails_falls_back_and_says_so() -> None:
    """The alert is sent in our words; file, line and reason stand at its end."""
    failing = Templates({f"x.{form}.j2": "a\n{{ sources[9].title }}" for form in ("slack", "html", "txt")})
    plain = render(card(), now=NOW)
    message = render(card(), now=NOW, look=Look(failing, "x"))
    note = "template failed, built-in form shown: x.{}.j2:2: list object has no element 9"
    assert message.text == f"{plain.text}\n\n({note.format('txt')})"
    assert message.html.endswith(f"<small>{note.format('html')}</small></p>")
    assert message.blocks[:-1] == plain.blocks
    assert note.format("slack") in shown(message)


def test_an_error_of_a_template_quotes_no_text_of_a_feed() -> None:
    """It would stand in the message without having been cleaned."""
    failing = Templates({"x.txt.j2": "{{ title|int + title }}"})
    message = render(hostile("<!channel> planted"), now=NOW, look=Look(failing, "x"))
    assert message.text.endswith("x.txt.j2:1: TypeError)")


def test_the_rules_template_wins_over_the_channels() -> None:
    """And each channel has its own where the rule says nothing."""
    templates = Templates({"a.txt.j2": "A {{ title }}", "b.txt.j2": "B {{ title }}", "c.txt.j2": "C"})
    record = AlertRecord(
        id="a" * 32, rule="r", story="s", entry="e", state=Verdict.ALERT, created_at=NOW, updated_at=NOW
    )
    destinations = [
        Destination(channel="one", look=Look(templates, "a")),
        Destination(channel="two", look=Look(templates, "b")),
        Destination(channel="three", look=Look(templates)),
    ]

    def begins(template: str = "") -> list[str]:
        made = deliveries_of(
            record,
            replace(sample_card(), template=template),
            DeliveryKind.POST,
            destinations=destinations,
            now=NOW,
        )
        return [one.message.text[:2] for one in made]

    assert begins() == ["A ", "B ", "HI"]
    assert begins("c") == ["C", "C", "C"]


def test_a_channel_or_rule_that_names_no_template_is_a_mistake_at_its_line(tmp_path: Path) -> None:
    """With the name it may have meant."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "short.txt.j2").write_text("{{ title }}", encoding="utf-8")
    config = tmp_path / "config.yaml"
    config.write_text(
        "feeds: [https://a.example/]\nchannels:\n  desk:\n    type: console\n    template: shrot\n",
        encoding="utf-8",
    )
    errors = [str(one) for one in load_settings(config).mistakes if "template" in one.message]
    assert len(errors) == 1
    assert "config.yaml:5" in errors[0]
    assert "short" in errors[0]


def test_the_samples_that_templates_are_tried_on_have_every_fact() -> None:
    """One that is missing there would be called unknown."""
    for several in sample_facts().values():
        assert len({frozenset(facts) for facts in several}) == 1


def test_the_template_in_the_guide_is_one() -> None:
    """And the names in its table are all that there are."""
    guide = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")
    [source] = re.findall(r"```jinja\n(.*?)```", guide, re.DOTALL)
    assert list(Templates({"short.slack.j2": source}).faults(sample_facts())) == []
    table = guide.partition("| Name | Holds |")[2].partition("\n\n")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split(" | ")[0])}
    [known, *_] = sample_facts().values()
    assert named == set(known[0])
