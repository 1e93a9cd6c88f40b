"""What is built of this checkout installs into an empty environment, and watches and alerts there."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from zipfile import ZipFile

import pytest

from monitor.store import open_store, schema
from tests.packaging.test_container import ROOT, copied
from tests.postgres_server import free_port
from tests.store.older import take_back
from tests.store.samples import a_delivery, alerted

pytestmark = pytest.mark.slow
PATIENCE = 120
NO_PACKAGES = "packages cannot be had here"


def _run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that knows nothing of this checkout."""
    ours = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "NEWS_MONITOR_DATA"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment | {"XDG_CACHE_HOME": str(cwd), "UV_CACHE_DIR": _uv_cache()},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def _uv_cache() -> str:
    return os.environ.get("UV_CACHE_DIR") or str(Path.home() / ".cache" / "uv")


def _install(python: Path, *what: str | Path) -> tuple[str | Path, ...]:
    """Give the command that installs into another environment: by uv, which is quick, or by pip."""
    if find_spec("uv"):
        return (sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", python, *what)
    return (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", *what)


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What builds packages, in a folder of its own."""
    place = tmp_path_factory.mktemp("tools")
    had = _run(*_install(Path(sys.executable), "--target", place, "setuptools>=77"), cwd=place)
    if had.returncode:
        pytest.skip(f"{NO_PACKAGES}: {had.stderr.strip().splitlines()[-1]}")
    return place


def _built(source: Path, tools: Path, what: str) -> Path:
    """Build a `wheel` or an `sdist` of a folder with nothing but the tools."""
    build = f"from setuptools.build_meta import build_{what}; print(build_{what}('dist'))"
    built = _run(sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tools)!r}); {build}", cwd=source)
    assert built.returncode == 0, built.stderr
    return source / "dist" / built.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="module")
def wheel(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel, built of nothing but what the Containerfile copies."""
    place = tmp_path_factory.mktemp("source")
    for name in copied():
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, place / name)
    return _built(place, tools, "wheel")


@pytest.fixture(scope="module")
def sdist(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source as it is packed, of what is tracked."""
    place = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place / name)
    return _built(place, tools, "sdist")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an environment that holds the wheel and what it needs, and nothing else."""
    place = tmp_path_factory.mktemp("empty") / "venv"
    made = _run(sys.executable, "-m", "venv", "--without-pip", place, cwd=place.parent)
    assert made.returncode == 0, made.stderr
    python = place / "bin" / "python"
    alone = _run(*_install(python, "--no-deps", wheel), cwd=place.parent)
    assert alone.returncode == 0, alone.stderr
    whole = _run(*_install(python, "-c", ROOT / "constraints.txt", wheel), cwd=place.parent)
    if whole.returncode:
        pytest.skip(f"{NO_PACKAGES}: {whole.stderr.strip().splitlines()[-1]}")
    return place


def test_the_source_package_holds_all_that_is_needed_and_gives_the_same_wheel(
    sdist: Path, wheel: Path, tools: Path, tmp_path: Path
) -> None:
    """Documentation, units, tests, pinned versions; a wheel built of it has the files of the other one."""
    with tarfile.open(sdist) as packed:
        packed.extractall(tmp_path, filter="data")
    [source] = tmp_path.iterdir()
    for name in ("docs/rules.md", "systemd/news-monitor.service", "tests/test_house.py", "constraints.txt"):
        assert (source / name).is_file(), name
    with ZipFile(_built(source, tools, "wheel")) as ours, ZipFile(wheel) as other:
        assert sorted(ours.namelist()) == sorted(other.namelist())


def test_every_file_of_the_program_is_in_the_wheel(wheel: Path) -> None:
    """Pages, scripts, samples, schemas, migrations: what is tracked under monitor/, and nothing else."""
    tracked = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "monitor").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    with ZipFile(wheel) as packed:
        assert {name for name in packed.namelist() if name.startswith("monitor/")} == tracked


def test_the_wheel_is_what_answers(installed: Path, tmp_path: Path) -> None:
    """The program comes from the environment, not from this checkout."""
    where = _run(installed / "bin/python", "-c", "import monitor; print(monitor.__file__)", cwd=tmp_path)
    assert Path(where.stdout.strip()).is_relative_to(installed)
    version = _run(installed / "bin/news-monitor", "--version", cwd=tmp_path)
    assert version.returncode == 0, version.stderr
    assert version.stdout.startswith("news-monitor, version ")


def test_the_files_it_brings_are_sound(installed: Path, tmp_path: Path) -> None:
    """config.yaml and the rules under share/, examined by the program beside them."""
    share = installed / "share" / "news-monitor"
    program = installed / "bin" / "news-monitor"
    checked = _run(program, "check", "--config", share / "config.yaml", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    tested = _run(program, "rules", "test", share / "rules", cwd=tmp_path)
    assert tested.returncode == 0
    assert "all passed" in tested.stdout


async def test_an_older_database_is_brought_up_to_date(installed: Path, tmp_path: Path) -> None:
    """By the migrations in the wheel, with every row it has room for."""
    (tmp_path / "config.yaml").write_text("database: sqlite:///news.db\nrules: []\n", encoding="utf-8")
    url = f"sqlite:///{tmp_path}/news.db"
    store = await open_store(url, owner="old", exclusive=True)
    await alerted(store, a_delivery("d"))
    await store.close()
    await take_back(url, "0001")
    program = installed / "bin" / "news-monitor"
    done = _run(program, "db", "migrate", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    status = _run(program, "db", "status", "--json", cwd=tmp_path)
    assert schema.HEAD in status.stdout


def test_it_runs_with_a_configuration_of_ones_own(installed: Path, tmp_path: Path) -> None:
    """One rule, a console, pages: the desk serves its style and scripts, and SIGTERM ends it with 0."""
    port = free_port()
    (tmp_path / "rules.yaml").write_text("rules:\n  floods: {any: [flood]}\n", encoding="utf-8")
    (tmp_path / "config.yaml").write_text(
        f"rules: [rules.yaml]\nchannels: {{here: {{type: console}}}}\nweb: {{listen: '127.0.0.1:{port}'}}\n",
        encoding="utf-8",
    )
    said = tmp_path / "said"
    with said.open("wb") as out, _started(installed, "run", cwd=tmp_path, out=out) as daemon:
        _wait_for(said, "started", daemon)
        for page in ("/", "/rules", "/static/desk.css", "/static/desk.js", "/static/desk.svg", "/readyz"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=PATIENCE) as answer:
                assert answer.status == 200, page
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(PATIENCE) == 0


def test_it_alerts_in_an_empty_environment(installed: Path, tmp_path: Path) -> None:
    """The demo: pages, migrations, parser processes and rules are all in the wheel; SIGTERM ends it."""
    said = tmp_path / "said"
    with said.open("wb") as out, _started(installed, "demo", cwd=tmp_path, out=out) as demo:
        _wait_for(said, "why now", demo)
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(PATIENCE) == 0


@contextmanager
def _started(installed: Path, *words: str, cwd: Path, out: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Start the installed program where nothing else is known; it is gone afterwards."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "XDG_CACHE_HOME": str(cwd)}
    program = subprocess.Popen(
        [str(installed / "bin/news-monitor"), *words],
        cwd=cwd,
        env=environment,
        stdout=out,
        stderr=subprocess.STDOUT,
    )
    try:
        yield program
    finally:
        program.kill()
        program.wait()


def _wait_for(file: Path, words: str, program: subprocess.Popen[bytes]) -> None:
    for _ in range(PATIENCE * 5):
        if words in file.read_text(encoding="utf-8", errors="replace"):
            return
        assert program.poll() is None, file.read_text(encoding="utf-8", errors="replace")
        time.sleep(0.2)
    pytest.fail(f"no alert came: {file.read_text(encoding='utf-8', errors='replace')}")
