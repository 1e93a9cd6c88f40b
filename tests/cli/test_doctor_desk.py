"""The doctor and the desk: who answers there, who is believed, who may read and change its files."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from click.testing import Result
from pydantic import SecretStr

from monitor.cli.checkups import desk, guarding
from monitor.cli.checkups.findings import Standing
from monitor.core.settings import Settings, WebSettings, WebSubSettings
from monitor.core.settings.web import ProxySettings, WebUser

Run = Callable[..., Result]
HASH = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$c29tZWhhc2hvZmFwYXNzd29yZA"


@asynccontextmanager
async def serving(text: str, status: int = 200) -> AsyncIterator[str]:
    """Answer everything on loopback with a text; give host and port."""

    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response(text=text, status=status)

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield "{}:{}".format(*runner.addresses[0][:2])
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("text", "standing"),
    [
        ("ready: keeper, 3 rules in force\n", Standing.OK),
        ("not ready: the database cannot be read\n", Standing.PROBLEM),
        ("<html>It works!", Standing.PROBLEM),
    ],
)
async def test_the_daemon_is_asked_where_the_desk_listens(text: str, standing: Standing) -> None:
    """Ready, not ready, and another program on its port."""
    async with serving(text) as place:
        (finding,) = await desk.answering(Settings(web=WebSettings(listen=place)))
    assert finding.standing is standing
    assert place in finding.sentence


async def test_no_daemon_is_a_note_and_a_desk_that_is_off_is_not_asked() -> None:
    """The doctor is used before the first start as well."""
    async with serving("") as place:
        gone = WebSettings(listen=place)
    (finding,) = await desk.answering(Settings(web=gone))
    assert finding.standing is Standing.NOTE
    assert finding.sentence == f"no daemon answers at {place}"
    assert await desk.answering(Settings(web=WebSettings(enabled=False))) == []


async def test_the_address_for_hubs_is_tried_and_only_hinted_at() -> None:
    """Hubs come from elsewhere: what this machine sees proves little."""

    async def standing(place: str) -> tuple[Standing, str]:
        websub = WebSubSettings(callback=f"http://{place}/websub")
        (finding,) = await desk.hooked(Settings(web=WebSettings(websub=websub)))
        return finding.standing, finding.sentence

    async with serving("We asked for no such thing.\n", 404) as place:
        assert (await standing(place))[0] is Standing.OK
    assert "does not answer" in (await standing(place))[1]
    async with serving("default page") as other:
        found = await standing(other)
    assert found[0] is Standing.NOTE
    assert "leads to something else" in found[1]
    assert await desk.hooked(Settings()) == []


def test_a_wide_network_that_is_believed_is_warned_of() -> None:
    """A single proxy is well; a whole private range can call itself anybody."""

    def believed(*trusted: str, listen: str = "0.0.0.0:8800") -> list[str]:
        proxy = ProxySettings(trusted=trusted)
        return [one.sentence for one in desk.trusted(Settings(web=WebSettings(listen=listen, proxy=proxy)))]

    assert believed("10.0.0.5", "fd00::1") == []
    (wide,) = believed("10.0.0.0/8")
    assert "each of its 16,777,216 addresses" in wide
    assert believed("127.0.0.0/8", listen="127.0.0.1:8800") == []
    (nobody,) = believed("10.0.0.5", listen="127.0.0.1:8800")
    assert "everybody is refused" in nobody


def test_hashes_in_a_file_that_all_can_read_are_warned_of(tmp_path: Path) -> None:
    """Not those that the file only refers to, and never the hash itself."""
    file = tmp_path / "config.yaml"
    settings = Settings(web=WebSettings(users=(WebUser(name="olena", password_hash=SecretStr(HASH)),)))
    file.write_text(f"web: {{users: [{{name: olena, password_hash: '{HASH}'}}]}}\n")
    file.chmod(0o640)
    assert not list(guarding.hashes(file, settings))
    file.chmod(0o644)
    (finding,) = guarding.hashes(file, settings)
    assert finding.standing is Standing.WARNING
    assert HASH not in finding.sentence + finding.remedy
    file.write_text("web: {users: [{name: olena, password_hash: credential:desk-olena}]}\n")
    assert not list(guarding.hashes(file, settings))


def test_rules_that_every_user_can_change_are_a_problem(folder: Path, run: Run) -> None:
    """Who changes a rule decides what nobody is told."""
    rules = folder / "rules" / "a.yaml"
    rules.write_text("rules: {raids: {any: [raid]}}\n")
    rules.chmod(0o666)
    result = run("doctor", "--offline", "--json")
    assert result.exit_code == 1
    first = json.loads(result.stdout)[0]
    assert (first["subject"], first["standing"]) == ("permissions", "problem")
    assert "a.yaml can be changed by every user" in first["sentence"]
    rules.chmod(0o644)
    assert run("doctor", "--offline").exit_code == 0
