"""Every block of YAML in every document is right: a rule file, or a part of config.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from monitor.config.rules import load_rules
from monitor.config.settings import load_settings
from monitor.core.matcher import Matcher
from monitor.core.proving import run_tests
from monitor.core.settings import Settings

ROOT = Path(__file__).parents[2]
FILES = (*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md")
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
SECRET = re.compile(r"credential:([\w-]+)|file:/[\w/-]+/([\w-]+)|\$\{(\w+)\}")
FOREIGN = {"display_information", "scrape_configs"}
"""The first keys of Slack's manifest and of Prometheus' configuration."""
OURS = set(Settings.model_fields)
NEEDED = {
    "feeds": "feeds: [https://www.theguardian.com/world/rss]\n",
    "channels": "channels: {console: {type: console}, mail-desk: {type: console}}\n",
}


def _examples() -> Iterator[tuple[str, str]]:
    for file in FILES:
        for number, block in enumerate(BLOCK.findall(file.read_text(encoding="utf-8")), 1):
            yield f"{file.name} {number}", block


EXAMPLES = dict(_examples())

HASH = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaGhhc2g"
"""As `news-monitor users password` writes one."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_can_be_used(name: str, tmp_path: Path) -> None:
    """As it stands; what a part of config.yaml leaves out is added."""
    block = EXAMPLES[name]
    read = yaml.safe_load(block)
    if read is None:
        assert block.startswith("# yaml-language-server: $schema=../docs/rules.schema.json")
        return
    keys = set(read)
    if keys <= {"rules", "entities"}:
        _is_a_rule_file(block, tmp_path)
    elif not keys & FOREIGN:
        assert keys <= OURS
        _is_a_configuration(block, keys, tmp_path)


def _is_a_rule_file(block: str, folder: Path) -> None:
    file = folder / "example.yaml"
    file.write_text(block, encoding="utf-8")
    loaded = load_rules([file])
    assert [str(mistake) for mistake in loaded.mistakes] == []
    trials = run_tests(loaded.ruleset, Matcher(loaded.ruleset))
    assert [str(trial.mistake()) for trial in trials if not trial.passed] == []


def _is_a_configuration(block: str, keys: set[str], folder: Path) -> None:
    environment = {"CREDENTIALS_DIRECTORY": str(folder)}
    for credential, path, variable in SECRET.findall(block):
        name = credential or path
        if name:
            is_hash = f"password_hash: credential:{name}" in block
            (folder / name).write_text(HASH if is_hash else f"at-hand-for-this-test-{name}")
            (folder / name).chmod(0o600)
        else:
            environment[variable] = f"{'xapp-' * ('APP_TOKEN' in variable)}at-hand-for-this-test"
    for name in ("rules", "templates"):
        (folder / name).mkdir()
    for form in ("slack", "html", "txt"):
        (folder / "templates" / f"short.{form}.j2").write_text("{{ title }}")
    (folder / "more-feeds.opml").write_text(
        '<opml><body><outline xmlUrl="https://o.example/"/></body></opml>'
    )
    for key, line in NEEDED.items():
        if key not in keys and not (key == "feeds" and "samples" in keys):
            block += line
    block = re.sub(r"file:/[\w/-]+/([\w-]+)", rf"file:{folder}/\1", block)
    block = block.replace("ops: [mail-desk]", "ops: [slack-osint]") if "mail-desk:" not in block else block
    file = folder / "config.yaml"
    file.write_text(block, encoding="utf-8")
    assert [str(mistake) for mistake in load_settings(file, environment=environment).mistakes] == []


def test_there_are_examples_of_each_kind() -> None:
    """Else the test above would prove little."""
    first = [next(iter(yaml.safe_load(block) or {"": 0})) for block in EXAMPLES.values()]
    assert len(first) > 40
    assert {"rules", "entities", "channels", "feeds", "web"} <= set(first)
