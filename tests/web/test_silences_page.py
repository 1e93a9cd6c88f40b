"""Silences at the desk: made, shown with what they hold, extended, ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.models import Reason, Silence, Verdict
from monitor.store import Store
from tests.store.samples import NOW, an_entry, assembled, poll
from tests.web.conftest import Around, Desk, read
from tests.web.keeping import kept
from tests.web.test_story_actions import sent, text_of

A = "a" * 32
HOUR = timedelta(hours=1)


def a_silence(name: str = A, *, ends_at: timedelta = HOUR) -> Silence:
    """Return a silence that began an hour ago."""
    return Silence(
        id=name,
        matchers={"rule": "raids"},
        starts_at=NOW - HOUR,
        ends_at=NOW + ends_at,
        author="alice",
        comment="drill",
    )


async def made(desk: Desk, *pairs: tuple[str, str], status: int = 303, **fields: str) -> str:
    """Send the form for a silence; return where it leads, or the page."""
    form = [("name", name) for name, _ in pairs] + [("value", value) for _, value in pairs]
    form += list({"length": "4h", **fields}.items())
    answer = await desk.post("/silences", data=form, allow_redirects=False)
    assert answer.status == status, await answer.text()
    return answer.headers.get("Location") or await answer.text()


async def test_without_silences_the_page_says_so(desk: Desk) -> None:
    """And has the form."""
    page = await text_of(desk, "/silences")
    assert "Nothing is silenced." in page
    assert "None has ended yet." in page


async def test_a_silence_is_made_with_what_is_filled_in(desk: Desk, store: Store) -> None:
    """Empty rows count for nothing; the same form sent twice makes one."""
    for _ in range(2):
        pairs = (("rule", "raids"), ("tag", ""), ("outlet", "bbc.example"))
        assert await made(desk, *pairs, token="t", comment="drill", release="yes") == "/silences"
    [silence] = await store.silences(NOW)
    assert silence.matchers == {"rule": "raids", "outlet": "bbc.example"}
    assert (silence.ends_at - NOW, silence.author, silence.comment) == (4 * HOUR, "desk", "drill")
    assert silence.release
    assert "rule=raids outlet=bbc.example until" in await text_of(desk, "/silences")


async def test_a_story_is_named_by_the_start_of_its_id(desk: Desk, store: Store) -> None:
    """And kept by all of it."""
    await kept(store, A)
    await made(desk, ("story", A[:6]))
    [silence] = await store.silences(NOW)
    assert silence.matchers == {"story": A}


@pytest.mark.parametrize(
    ("pairs", "length", "reason"),
    [
        ([], "4h", "Say what to silence"),
        ([("rule", "raids")], "soon", "Write how long"),
        ([("rule", "raids")], "0s", "Write how long"),
        ([("rule", "raids")], "9999d", "Write how long"),
        ([("rule", "a"), ("rule", "b")], "4h", "is given twice"),
        ([("severity", "loud")], "4h", "There is no severity 'loud'"),
        ([("colour", "red")], "4h", "An alert has no 'colour'"),
        ([("story", "ffff")], "4h", "No story, or more than one"),
    ],
)
async def test_a_form_with_a_mistake_comes_back_filled_in(
    desk: Desk, store: Store, pairs: list[tuple[str, str]], length: str, reason: str
) -> None:
    """With the mistake in a sentence; nothing is silenced."""
    tree = read(await made(desk, *pairs, status=200, comment="kept", length=length))
    assert reason in tree.xpath("string(//*[@role='alert'])")
    assert tree.xpath("//input[@name='comment']/@value") == ["kept"]
    assert tree.xpath("//input[@name='value']/@value")[: len(pairs)] == [value for _, value in pairs]
    assert not await store.silences(NOW)


async def test_a_silence_is_extended_and_ended(desk: Desk, store: Store, around: Around) -> None:
    """From now on; once ended it is past, and cannot be extended."""
    await store.add_silence(a_silence())
    assert await sent(desk, f"/silences/{A}/extend", length="8h") == "/silences"
    [silence] = await store.silences(NOW)
    assert silence.ends_at == NOW + 8 * HOUR
    assert await sent(desk, f"/silences/{A}/end") == "/silences"
    around.now += timedelta(minutes=1)
    assert "Nothing is silenced." in await text_of(desk, "/silences")
    assert "had ended already" in await sent(desk, f"/silences/{A}/end", status=409)
    assert "make it anew" in await sent(desk, f"/silences/{A}/extend", status=409, length="1h")


async def test_what_a_silence_held_is_shown(desk: Desk, store: Store) -> None:
    """Each match with its article, which leads to its story."""
    silence = a_silence()
    await store.add_silence(silence)
    await poll(store, an_entry(A))
    [waiting] = await store.pending_entries(limit=10)
    done = assembled(waiting, verdict=Verdict.SUPPRESSED)
    decision = replace(done.decisions[0], reason=Reason.SILENCED, detail=silence.label)
    await store.commit_assembled([replace(done, decisions=(decision,))])
    assert "held 1 match in 1 story" in await text_of(desk, "/silences")
    tree = read(await (await desk.get(f"/silences/{A}")).text())
    assert tree.xpath("//li/a/@href") == [f"/stories/{A}"]
    assert "because: drill" in tree.text_content()


async def test_a_silence_that_is_not_there_is_said(desk: Desk) -> None:
    """For its page and its forms."""
    for answer in (await desk.get(f"/silences/{A}"), await desk.post(f"/silences/{A}/end")):
        assert answer.status == 404
        assert "There is no such silence" in await answer.text()
