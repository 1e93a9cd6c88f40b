"""The folder of templates -> Templates, or every mistake in it at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from monitor.core.errors import Mistake
from monitor.core.render.samples import sample_facts
from monitor.core.render.templates import SUFFIX, Templates
from monitor.files import Kind, look_at, refusal, shortened

MAX_BYTES = 64 * 1024
"""Of one template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedTemplates:
    """What a folder holds; the templates are all of those that could be read."""

    templates: Templates = field(default_factory=Templates)
    mistakes: tuple[Mistake, ...] = ()


def load_templates(folder: Path) -> LoadedTemplates:
    """Read every NAME.FORM.j2 in a folder, and try each on sample alerts; no folder means no templates."""
    kind = look_at(folder)
    if kind is Kind.NOTHING:
        return LoadedTemplates()
    if isinstance(kind, Mistake):
        return LoadedTemplates(mistakes=(kind,))
    if kind is not Kind.FOLDER:
        message = "`templates` must name a folder of NAME.slack.j2, NAME.html.j2 and NAME.txt.j2"
        return LoadedTemplates(mistakes=(Mistake(path=shortened(folder), message=message),))
    sources: dict[str, str] = {}
    mistakes: list[Mistake] = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        text = _text(path)
        if isinstance(text, Mistake):
            mistakes.append(text)
        else:
            sources[path.name] = text
    templates = Templates(sources)
    mistakes += [
        Mistake(path=shortened(folder / fault.file), line=fault.line, column=1, message=fault.message)
        for fault in templates.faults(sample_facts())
    ]
    return LoadedTemplates(templates=templates, mistakes=tuple(sorted(mistakes)))


def _text(path: Path) -> str | Mistake:
    try:
        with path.open("rb") as file:
            found = file.read(MAX_BYTES + 1)
        text = found.decode("utf-8")
    except OSError as error:
        return refusal(path, error)
    except UnicodeDecodeError:
        return Mistake(path=shortened(path), line=1, column=1, message="is no text in UTF-8")
    if len(found) > MAX_BYTES:
        return Mistake(path=shortened(path), message=f"a template may have {MAX_BYTES:,} bytes")
    return text
