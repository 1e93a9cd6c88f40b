"""A machine whose rules stand in its database, which is SQLite or PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.main import cli
from tests.postgres_server import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
STORMS = "rules:\n  storms: {any: [storm], tests: {match: [A storm]}}\n"
FLOODS = "rules:\n  floods: {any: [flood]}\n"
CONFIG = "database: %s\nrules: database\nsamples: true\nchannels: {out: {type: console}}\nweb: off\n"


@dataclass(frozen=True, slots=True)
class Machine:
    """A folder with a configuration, and rule files beside it that are not read from there."""

    folder: Path

    @property
    def config(self) -> Path:
        """Its configuration."""
        return self.folder / "config.yaml"

    def write(self, name: str, text: str) -> None:
        """Write a rule file."""
        path = self.folder / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, *words: str) -> Result:
        """Run a command."""
        return CliRunner().invoke(cli, [*words, "--config", str(self.config)])

    def push(self, *words: str) -> Result:
        """Push the rule files."""
        return self.run("rules", "push", str(self.folder / "rules"), *words)


def made(folder: Path, url: str) -> Machine:
    """Make the folder of a machine on a database."""
    machine = Machine(folder)
    machine.write("storms.yaml", STORMS)
    machine.config.write_text(CONFIG % url, encoding="utf-8")
    return machine


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'news.db'}"
    address: str = request.getfixturevalue("postgres_url")
    return address


@pytest.fixture
def machine(url: str, tmp_path: Path) -> Machine:
    """One machine with one rule file."""
    return made(tmp_path / "one", url)
