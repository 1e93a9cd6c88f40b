"""The Containerfile and the compose example are sound as far as can be seen without an engine."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from aiohttp import web

from monitor.cli.main import cli

ROOT = Path(__file__).parents[2]
INSTRUCTIONS = {
    *("FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "STOPSIGNAL", "ENTRYPOINT", "CMD", "LABEL"),
    *("ARG", "EXPOSE", "HEALTHCHECK", "SHELL", "ADD", "ONBUILD"),
}
SERVICE_KEYS = {
    *(
        "build",
        "image",
        "restart",
        "init",
        "read_only",
        "tmpfs",
        "cap_drop",
        "security_opt",
        "volumes",
        "secrets",
    ),
    *(
        "stop_grace_period",
        "network_mode",
        "environment",
        "command",
        "depends_on",
        "healthcheck",
        "ports",
        "user",
    ),
}
"""Of the Compose specification, those that a service of ours may use."""


def _instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#")).replace("\\\n", " ")
    found = [line.partition(" ") for line in lines.splitlines() if line.strip()]
    return [(name, rest.strip()) for name, _, rest in found]


def copied() -> list[str]:
    """The files and folders that go from the checkout into the image."""
    sources: list[str] = []
    for name, rest in _instructions():
        if name == "COPY" and "--from" not in rest:
            sources += shlex.split(rest)[:-1]
    return sources


def _compose() -> dict[str, Any]:
    found = yaml.safe_load((ROOT / "compose.example.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def test_every_instruction_is_one() -> None:
    """None is misspelt; the first says what to begin with."""
    names = [name for name, _ in _instructions()]
    assert set(names) <= INSTRUCTIONS
    assert names[0] == "FROM"


def test_what_is_copied_exists() -> None:
    """In the checkout, and past the .dockerignore, which lets nothing else into the context."""
    assert copied()
    assert [name for name in copied() if not (ROOT / name).exists()] == []
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied())


def test_stages_that_are_copied_from_exist() -> None:
    """By the name that an earlier FROM gives."""
    stages = {rest.split()[-1] for name, rest in _instructions() if name == "FROM" and " AS " in rest}
    wanted = {stage for _, rest in _instructions() for stage in re.findall(r"--from=(\S+)", rest)}
    assert wanted == stages


def test_it_runs_a_command_that_exists_and_not_as_root() -> None:
    """As a program of its own, not through a shell, which would keep SIGTERM to itself."""
    said = dict(_instructions())
    assert json.loads(said["ENTRYPOINT"]) == ["news-monitor"]
    name, *options = json.loads(said["CMD"])
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    command.make_parser(click.Context(command)).parse_args(options)
    assert said["USER"] not in {"root", "0"}


def test_extras_that_are_installed_exist() -> None:
    """Those in the brackets after the checkout."""
    known = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    [named] = re.findall(r"'\.\[([\w,]+)\]'", (ROOT / "Containerfile").read_text(encoding="utf-8"))
    assert [extra for extra in named.split(",") if f"\n{extra} = [" not in known] == []


def test_the_compose_example_uses_known_keys() -> None:
    """Of the file and of its service."""
    compose = _compose()
    assert set(compose) == {"services", "volumes", "secrets"}
    for service in compose["services"].values():
        assert set(service) <= SERVICE_KEYS


def test_the_compose_example_is_whole() -> None:
    """What a service names is there: the Containerfile, volumes, secrets."""
    compose = _compose()
    [service] = compose["services"].values()
    assert (ROOT / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    volumes = {volume.partition(":")[0] for volume in service["volumes"]}
    assert {volume for volume in volumes if not volume.startswith(("./", "/"))} == set(compose["volumes"])
    assert set(service["secrets"]) == set(compose["secrets"])


def test_state_and_configuration_are_mounted_where_the_image_expects_them() -> None:
    """Else a container would forget everything at its end."""
    said = dict(_instructions())
    [service] = _compose()["services"].values()
    targets = [volume.split(":")[1] for volume in service["volumes"]]
    assert said["VOLUME"] in targets
    config = Path(json.loads(said["CMD"])[-1])
    assert str(config.parent) in targets


@pytest.mark.parametrize(("status", "fine"), [(200, True), (503, False)])
async def test_the_health_check_heeds_what_the_probe_says(status: int, *, fine: bool) -> None:
    """The very command of the example, asking a server on loopback."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/healthz", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        [service] = _compose()["services"].values()
        kind, program, *words = service["healthcheck"]["test"]
        assert (kind, program) == ("CMD", "python")
        words = [word.replace("127.0.0.1:8800", f"127.0.0.1:{runner.addresses[0][1]}") for word in words]
        asked = await asyncio.create_subprocess_exec(
            sys.executable, *words, stderr=asyncio.subprocess.DEVNULL
        )
        assert (await asked.wait() == 0) is fine
    finally:
        await runner.cleanup()
