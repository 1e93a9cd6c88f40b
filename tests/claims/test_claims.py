"""Who claims, denies and confirms: right or silent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.claims import claims_of
from monitor.core.models import Entry, Hit, TextField

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def entry(title: str, summary: str = "", content: str = "") -> Entry:
    """Return an entry of these texts."""
    return Entry(
        id="e",
        feed="f",
        outlet="o.example",
        title=title,
        summary=summary,
        content=content,
        fetched=NOW,
        first_seen=NOW,
    )


def read(text: str) -> list[str]:
    """Return the claims in a summary as short lines."""
    return [f"{claim.stance.value} by {claim.speaker}" for claim in claims_of(entry("", text))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The Russian Volunteer Corps claimed control of the village.", "claimed by Russian Volunteer Corps"),
        ("Three drones fell on the depot, the FSB said on Monday.", "said by FSB"),
        ("Russia denies involvement in the blast.", "denied by Russia"),
        (
            "“Nobody crossed the border,” said Belgorod governor Vyacheslav Gladkov.",
            "said by Belgorod governor Vyacheslav Gladkov",
        ),
        ("Kremlin spokesman Dmitry Peskov later denied it.", "denied by Kremlin spokesman Dmitry Peskov"),
        ("Ukraine’s navy has confirmed the raid.", "confirmed by Ukraine’s navy"),
        ("The attack was claimed by the Freedom of Russia Legion.", "claimed by Freedom of Russia Legion"),
        ("The losses were confirmed by Kyiv on Tuesday.", "confirmed by Kyiv"),
        ("В ФСБ опровергли сообщения о прорыве границы.", "denied by ФСБ"),
        ("Минобороны РФ заявило о 44 сбитых дронах.", "claimed by Минобороны РФ"),
        ("Взрыв прогремел ночью, сообщил губернатор Белгородской области Вячеслав Гладков.",
         "said by губернатор Белгородской области Вячеслав Гладков"),
        ("«Никакого прорыва не было», — заявил Песков.", "claimed by Песков"),
        ("Об этом сообщили в СБУ.", "said by СБУ"),
        ("Генштаб ВСУ отрицает взятие города.", "denied by Генштаб ВСУ"),
        ("Зеленський підтвердив переговори у Швейцарії.", "confirmed by Зеленський"),
        ("У МЗС заявили про порушення кордону.", "claimed by МЗС"),
        ("Речник ГУР Андрій Юсов спростував загибель командира.", "denied by Речник ГУР Андрій Юсов"),
    ],
)  # fmt: skip
def test_a_clear_sentence_gives_its_speaker(text: str, wanted: str) -> None:
    """Subject before the verb, behind a quotation, in the passive; three languages."""
    assert read(text) == [wanted]


def test_who_denies_and_whose_claim_it_is_are_told_apart() -> None:
    """Each verb has its own speaker."""
    text = "Ukraine denies a breakthrough claimed by Russia."
    assert read(text) == ["denied by Ukraine", "claimed by Russia"]


@pytest.mark.parametrize(
    "text",
    [
        "Kyiv did not confirm the raid.",
        "Russia has neither confirmed nor denied the losses.",
        "The ministry declined to confirm the report.",
        "Officials say the bridge is closed.",
        "Farmers claim they were not told.",
        "He said the village was quiet.",
        "Did Russia claim the village?",
        "If Ukraine confirms the strike, prices will rise.",
        "Ukraine could deny the claim.",
        "The Kremlin rejected Ukraine's claims of a breakthrough.",
        "The storm claimed 12 lives in Texas.",
        "Smith was denied bail by the court.",
        "Putin was said to be furious.",
        "Kahl was narrowly confirmed by the Senate.",
        "Песков не подтвердил встречу.",
        "Если Киев подтвердит удар, ответ последует.",
        "Чиновники заявили о закрытии моста.",
        "Задержание Иванова подтвердили в региональном правительстве.",
        "Семья автора песни «На заре» Олега Парастаева заявила о нарушении прав.",
        "Об этом сообщил ТАСС источник в полиции.",
        "Лавров не спростував і не підтвердив зустріч.",
        "Risk, one of the protestors, a student at Oxford University, said of Altman.",
        "Чи заявила Росія про це?",
        "claims claimed denied said",
        "",
    ],
)
def test_nothing_is_said_where_a_sentence_leaves_doubt(text: str) -> None:
    """Negation, questions, conditions, plain nouns, pronouns, other senses of the verb."""
    assert read(text) == []


def test_a_speaker_known_to_the_rule_files_has_their_id() -> None:
    """A name under any of its aliases; the office before it is part of what is shown."""
    text = "Kremlin spokesman Dmitry Peskov denied the raid, while the RVC claimed a village."
    hits = [
        Hit(field=TextField.SUMMARY, start=text.index(name), end=text.index(name) + len(name), text=name,
            term=name, entity=entity)
        for name, entity in (("Dmitry Peskov", "peskov"), ("RVC", "volunteers"))
    ]  # fmt: skip
    found = claims_of(entry("", text), lambda: hits)
    assert [(claim.entity, claim.speaker) for claim in found] == [
        ("peskov", "Kremlin spokesman Dmitry Peskov"),
        ("volunteers", "RVC"),
    ]


def test_the_sentence_is_kept_in_bounds() -> None:
    """At most 240 characters; one line for a speaker however often they speak; four in all."""
    many = " ".join(f"The FSB said that {'very ' * 50}much happened in place {n}." for n in range(50))
    found = claims_of(entry("", many))
    assert len(found) == 1
    assert len(found[0].sentence) <= 240
    speakers = " ".join(f"The {letter * 3} said so." for letter in "ABCDEFGH")
    assert len(claims_of(entry("", speakers))) == 4


def test_a_headline_in_capital_letters_speaks_only_for_names_that_are_certain() -> None:
    """Where every word has a capital, capitals prove nothing."""
    assert not claims_of(entry("Local Farmers Deny Wrongdoing After Long Dispute"))
    [claim] = claims_of(entry("Russia Denies Striking Dam After Long Dispute"))
    assert claim.speaker == "Russia"


def test_five_megabytes_are_read_in_bounds() -> None:
    """Only the beginning counts."""
    assert claims_of(entry("", content="word " * 1_000_000 + "The FSB said so.")) == ()


@given(
    st.text(
        alphabet=st.sampled_from("Russia said, «» “”.?! denied by the В ФСБ заявили \n\x00\x01İß"),
        max_size=80,
    )
)
def test_no_text_breaks_the_reading(text: str) -> None:
    """Whatever stands there, claims hold no control characters and quote the text."""
    for claim in claims_of(entry(text, f"said {text} said", f"{text}")):
        assert claim.speaker
        assert not set(claim.speaker + claim.sentence) & {"\x00", "\x01", "\n"}
