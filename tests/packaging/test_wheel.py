"""What is built of this checkout installs into an empty environment, and watches and alerts there."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.packaging.test_container import ROOT, copied

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
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel, built of nothing but what the Containerfile copies."""
    place = tmp_path_factory.mktemp("source")
    for name in copied():
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, place / name)
    tools = place / "tools"
    had = _run(*_install(Path(sys.executable), "--target", tools, "setuptools>=77"), cwd=place)
    if had.returncode:
        pytest.skip(f"{NO_PACKAGES}: {had.stderr.strip().splitlines()[-1]}")
    build = "from setuptools.build_meta import build_wheel; build_wheel('dist')"
    built = _run(sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tools)!r}); {build}", cwd=place)
    assert built.returncode == 0, built.stderr
    [found] = (place / "dist").glob("*.whl")
    return found


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


def test_it_alerts_in_an_empty_environment(installed: Path, tmp_path: Path) -> None:
    """The demo: pages, migrations, parser processes and rules are all in the wheel; SIGTERM ends it."""
    said = tmp_path / "said"
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    with said.open("wb") as out:
        demo = subprocess.Popen(
            [str(installed / "bin/news-monitor"), "demo"],
            cwd=tmp_path,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(said, "why now", demo)
            demo.send_signal(signal.SIGTERM)
            assert demo.wait(PATIENCE) == 0
        finally:
            demo.kill()
            demo.wait()


def _wait_for(file: Path, words: str, program: subprocess.Popen[bytes]) -> None:
    for _ in range(PATIENCE * 5):
        if words in file.read_text(encoding="utf-8", errors="replace"):
            return
        assert program.poll() is None, file.read_text(encoding="utf-8", errors="replace")
        time.sleep(0.2)
    pytest.fail(f"no alert came: {file.read_text(encoding='utf-8', errors='replace')}")
