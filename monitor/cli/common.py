"""What the commands share: where the configuration is, and how values are written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import TypeVar

import click

from monitor.cli.guard import one_paragraph
from monitor.config.settings import Loaded, load_settings
from monitor.core.errors import Mistake
from monitor.core.models import Findings
from monitor.core.render import times
from monitor.core.units import duration
from monitor.files import is_there
from monitor.telemetry import Redactor, set_up_logging

HERE = Path("config.yaml")
INSTALLED = Path("/etc/news-monitor/config.yaml")

ago, minute = times.ago, times.minute

_Command = TypeVar("_Command", bound=Callable[..., object])


def config_option(command: _Command) -> _Command:
    """Add `--config/-c PATH`, handed to the command as `config`."""
    return click.option(
        "-c",
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        default=lambda: HERE if is_there(HERE) or not is_there(INSTALLED) else INSTALLED,
        show_default=f"./{HERE}, else {INSTALLED}",
        help="The configuration file.",
    )(command)


def json_option(command: _Command) -> _Command:
    """Add `--json`, handed to the command as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)


def say_mistakes(mistakes: Iterable[Mistake]) -> None:
    """Print mistakes on standard error, one a line."""
    for mistake in mistakes:
        click.echo(one_paragraph(str(mistake)), err=True)


def configured(config: Path) -> Loaded:
    """Load the configuration for a command: say the warnings, hide the secrets from every log line.

    Raises:
        ConfigurationError: it has mistakes.
    """
    loaded = load_settings(config)
    loaded.accepted()
    say_mistakes(loaded.mistakes)
    set_up_logging(level="warning", style="text", redactor=Redactor(loaded.secrets))
    return loaded


class Age(click.ParamType[timedelta]):
    """A length of time as config.yaml writes it."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read `30m` or `7d`."""
        try:
            length = duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if not isinstance(length, timedelta) or length > _LONGEST:
            self.fail("that is too long", param, ctx)
        return length


AGE = Age()
_LONGEST = timedelta(days=36500)


def now() -> datetime:
    """Return the wall clock's time; a command that looks once has no other clock."""
    return datetime.now(UTC)  # noqa: TID251


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun: `1 feed`, `20 feeds`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def plain(value: object) -> object:
    """Turn the nouns into what JSON knows; texts stay as they are, so that programs see what is stored."""
    if is_dataclass(value):
        return {known.name: plain(getattr(value, known.name)) for known in fields_of(value) if known.repr}
    match value:
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case _:
            return value.value if isinstance(value, Enum) else value


def fields_of_matches(findings: Findings) -> list[dict[str, object]]:
    """Give matches with their proof as `rules match` and `replay` print them."""
    return [
        {
            "rule": match.rule,
            "hits": [
                {
                    "field": hit.field.value,
                    "start": hit.start,
                    "end": hit.end,
                    "text": hit.text,
                    "entity": hit.entity,
                }
                for hit in match.hits
            ],
        }
        for match in findings.matches
    ]


def print_json(value: object, redactor: Redactor | None = None) -> None:
    """Print a value as indented JSON."""
    text = json.dumps(plain(value), ensure_ascii=False, indent=2)
    click.echo(redactor.for_people(text) if redactor else text)
