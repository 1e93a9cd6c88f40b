"""`news-monitor rules pull`: the files of a version, to be read or edited."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import click

from monitor.cli.common import config_option, configured, counted
from monitor.cli.database import opened, run_async
from monitor.cli.rulebook.shipping import bundle_of
from monitor.config.settings import Loaded
from monitor.core.errors import ConfigurationError, Mistake
from monitor.core.models import RuleBundle
from monitor.files import Kind, look_at, reason_of, write_whole


@click.command(name="pull")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--version", "number", type=click.IntRange(min=1), help="By default the one in force.")
@config_option
def command(*, folder: Path, number: int | None, config: Path) -> None:
    r"""Write the files of a version into FOLDER, which must be empty or not there.

    Exit codes: 0 done, 1 there is no such version, 2 the folder cannot be written, 4 the database cannot be
    used.

    \b
    Example:
      news-monitor rules pull rules
      news-monitor rules push rules --after 13
    """
    bundle = run_async(_bundle(configured(config), number))
    if mistake := _unfit(folder) or _written(bundle, folder):
        raise ConfigurationError([mistake])
    files = counted(len(bundle.sources), "file")
    click.echo(f"version {bundle.version.number}: {files} written to {folder}")


async def _bundle(loaded: Loaded, number: int | None) -> RuleBundle:
    async with opened(loaded) as store:
        return await bundle_of(store, number)


def _unfit(folder: Path) -> Mistake | None:
    kind = look_at(folder)
    if isinstance(kind, Mistake):
        return kind
    if kind is Kind.NOTHING or (kind is Kind.FOLDER and not any(folder.iterdir())):
        return None
    return Mistake(path=str(folder), message="is not empty; name a folder that is, or is not there")


def _written(bundle: RuleBundle, folder: Path) -> Mistake | None:
    for one in bundle.sources:
        name = PurePosixPath(one.name)
        if name.is_absolute() or ".." in name.parts:
            return Mistake(path=one.name, message="is no name inside the folder; nothing more was written")
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return Mistake(path=str(path.parent), message=f"cannot be made: {reason_of(error)}")
        if mistake := write_whole(path, one.text.encode()):
            return mistake
    return None
