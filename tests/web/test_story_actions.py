"""What the buttons of a story do, with the same acts as Slack's buttons and the command line's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitor.core.models import EditKind, Verdict
from monitor.core.stories import StoryBook
from monitor.store import Store
from tests.store.samples import NOW, an_entry, poll
from tests.store.test_stories_edited_by_hand import placed
from tests.web.conftest import Desk, read
from tests.web.keeping import kept

A, B, C = "a" * 32, "b" * 32, "c" * 32


async def sent(desk: Desk, address: str, *, status: int = 303, **fields: str) -> str:
    """Send a form as a browser does; return where it leads, or the page that says why not."""
    own = {"Origin": f"http://127.0.0.1:{desk.port}", "Sec-Fetch-Site": "same-origin"}
    answer = await desk.post(address, data=fields, headers=own, allow_redirects=False)
    assert answer.status == status, await answer.text()
    return answer.headers.get("Location") or await answer.text()


async def text_of(desk: Desk, address: str) -> str:
    """The text of a page, in one line."""
    answer = await desk.get(address)
    assert answer.status == 200
    return " ".join(read(await answer.text()).text_content().split())


def forms_of(page: str) -> set[str]:
    """Where the forms and buttons of a page send."""
    tree: Any = read(page)
    return set(tree.xpath("//form[@method='post']/@action | //button/@formaction"))


async def two_stories(store: Store) -> None:
    """Keep two stories as the keeper of stories makes them."""
    titles = {A: "Glacier lake above Karst drained within an hour", B: "Orchestra strike ends in Orla"}
    await poll(store, *(an_entry(name, title=title) for name, title in titles.items()))
    book = StoryBook()
    placing = [placed(book, one, Verdict.SUPPRESSED) for one in await store.pending_entries(limit=10)]
    await store.commit_assembled(placing, edits_known=0)


async def of_two_articles(desk: Desk, store: Store) -> None:
    """Keep one story of two articles, put together by hand."""
    await two_stories(store)
    await sent(desk, f"/stories/{A}/merge", other=B)


async def test_acknowledging_is_signed_and_shown(desk: Desk, store: Store) -> None:
    """By the name that the browser remembers; the button is gone then."""
    await kept(store, A)
    assert await sent(desk, "/name", name="Ånna\n", back=f"/stories/{A}") == f"/stories/{A}"
    assert await sent(desk, f"/stories/{A}/alerts/{A}/acknowledge") == f"/stories/{A}"
    page = await (await desk.get(f"/stories/{A}")).text()
    assert "acknowledged by Ånna (desk)" in read(page).text_content()
    assert f"/stories/{A}/alerts/{A}/acknowledge" in forms_of(page)  # the form of the other two buttons
    assert "Acknowledge" not in read(page).xpath("//button/text()")
    [alert] = await store.alerts_of_story(A)
    assert alert.record.acknowledged_by == "Ånna (desk)"


@pytest.mark.parametrize("said", ["relevant", "noise"])
async def test_a_judgement_is_stored_and_shown(desk: Desk, store: Store, said: str) -> None:
    """Without a name it is the desk's."""
    await kept(store, A)
    await sent(desk, f"/stories/{A}/alerts/{A}/{said}")
    handling = await store.handling(A, NOW)
    assert handling is not None
    assert handling.feedback is not None
    assert (handling.feedback.judgement.value, handling.feedback.author) == (said, "desk")
    assert f"{said}, says desk" in await text_of(desk, f"/stories/{A}")


async def test_a_press_on_an_alert_that_is_gone_says_so(desk: Desk, store: Store) -> None:
    """And leads back."""
    await kept(store, A)
    page = await sent(desk, f"/stories/{A}/alerts/{B}/noise", status=409)
    assert "not known here" in page
    assert read(page).xpath("//main//a/@href") == [f"/stories/{A}"]


async def test_a_story_is_muted_once_however_often_the_form_is_sent(desk: Desk, store: Store) -> None:
    """For seven days, and the page says so."""
    await kept(store, A)
    for _ in range(2):
        await sent(desk, f"/stories/{A}/mute", token="one")
    [silence] = await store.silences(NOW)
    assert (silence.matchers, silence.author) == ({"story": A}, "desk")
    assert silence.ends_at - silence.starts_at == timedelta(days=7)
    assert "Muted by desk until" in await text_of(desk, f"/stories/{A}")


@pytest.mark.parametrize("named", [B[:8], f"http://localhost:8800/stories/{B}"])
async def test_a_merge_is_logged_and_taken_back(desk: Desk, store: Store, named: str) -> None:
    """The other story's page leads to this one until it is."""
    await two_stories(store)
    assert await sent(desk, f"/stories/{A}/merge", other=named, why="same bridge") == f"/stories/{A}"
    assert await store.merged_into(B) == A
    [edit] = await store.story_edits(A)
    assert (edit.kind, edit.author, edit.why) == (EditKind.MERGE, "desk", "same bridge")
    assert "same bridge" in await text_of(desk, f"/stories/{B}")
    assert await sent(desk, f"/stories/{A}/undo", edit=str(edit.number)) == f"/stories/{B}"
    assert await store.merged_into(B) is None
    again = await sent(desk, f"/stories/{A}/undo", edit=str(edit.number), status=409)
    assert "was undone before" in again


async def test_ticked_articles_are_split_off(desk: Desk, store: Store) -> None:
    """Into a story that is shown then; the one that names the story cannot be ticked."""
    await of_two_articles(desk, store)
    tree = read(await (await desk.get(f"/stories/{A}")).text())
    assert tree.xpath("//input[@name='entry']/@value") == [B]
    assert await sent(desk, f"/stories/{A}/split", entry=B) == f"/stories/{B}"
    assert [one.entry.id for one in await store.entries_of_story(B)] == [B]


@pytest.mark.parametrize(
    ("form", "fields", "reason"),
    [
        ("merge", {"other": A}, "one story already"),
        ("merge", {"other": C}, "No story, or more than one"),
        ("merge", {"other": "%"}, "No story, or more than one"),
        ("split", {}, "Choose the articles"),
        ("split", {"entry": A}, "opened the story"),
        ("undo", {"edit": "7"}, "There is no such edit"),
    ],
)
async def test_what_cannot_be_done_says_why_and_changes_nothing(
    desk: Desk, store: Store, form: str, fields: dict[str, str], reason: str
) -> None:
    """With the way back."""
    await of_two_articles(desk, store)
    page = await sent(desk, f"/stories/{A}/{form}", status=409, **fields)
    assert reason in page
    assert len(await store.story_edits()) == 1


async def test_another_site_presses_nothing(desk: Desk, store: Store) -> None:
    """Whatever form it shows."""
    await kept(store, A)
    evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    for form in ("mute", f"alerts/{A}/noise", "merge"):
        assert (await desk.post(f"/stories/{A}/{form}", headers=evil)).status == 403
    assert not await store.silences(NOW)


async def test_browsers_are_told_to_say_where_a_form_of_ours_comes_from(desk: Desk) -> None:
    """With no-referrer they would send `Origin: null`, which is refused; other sites learn nothing."""
    assert (await desk.get("/")).headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
async def test_a_form_leads_to_no_other_site(desk: Desk, back: str) -> None:
    """However it is written."""
    assert await sent(desk, "/name", name="x", back=back) == "/"


async def test_now_reads_the_alerts_of_a_page_at_once(desk: Desk, store: Store) -> None:
    """Each beside its own story."""
    await kept(store, A, B)
    tree = read(await (await desk.get("/")).text())
    assert [len(one.xpath(".//span[@class='tag alert']")) for one in tree.xpath("//ol/li")] == [1, 1]
