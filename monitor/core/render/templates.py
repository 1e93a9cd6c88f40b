"""Templates of messages: Jinja2 in a sandbox, checked when they are loaded, inert to what feeds say.

    templates/short.slack.j2   Slack's mark-up (see core.render.rich)
    templates/short.html.j2    HTML, escaped by itself
    templates/short.txt.j2     plain text

A template has one or more of these forms under one name; a form it lacks is the built-in one. Whoever writes
templates is trusted with the words, not with the safety of them: nothing switches escaping off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from jinja2 import (
    DictLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    meta,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.core.render.display import clean
from monitor.core.render.plain import ROUND
from monitor.core.render.rich import literal
from monitor.core.render.template_markup import wrong_markup

SUFFIX: Final = ".j2"
LONGEST: Final = 40_000
"""Characters that a template may make."""
_FURTHEST: Final = 1000
_NOT_OURS: Final = ("lipsum", "cycler", "joiner")
_FILTERS: Final = ("safe", "random", "pprint", "urlize", "xmlattr", "tojson", "forceescape", "filesizeformat")
"""Filters that would switch escaping off, roll dice, or make markup of their own."""


class Form(StrEnum):
    """What a template makes, by the middle of its file's name."""

    SLACK = "slack"
    HTML = "html"
    TEXT = "txt"


class Written(str):
    """Text of a form that is marked up already, by us."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a template, and in which of its lines."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class TemplateFailedError(Exception):
    """A template met what it was not written for; the built-in form is shown instead."""


@dataclass(slots=True)
class Templates:
    """Every template there is, compiled."""

    sources: Mapping[str, str] = field(default_factory=dict)
    """File names to what stands in them."""
    _environments: dict[Form, ImmutableSandboxedEnvironment] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make an environment for each form."""
        self._environments = {form: _environment(form, self.sources) for form in Form}

    @property
    def names(self) -> frozenset[str]:
        """The names that channels and rules may use."""
        return frozenset(parts[0] for file in self.sources if (parts := parts_of(file)))

    def has(self, name: str, form: Form) -> bool:
        """Tell whether a template has this form."""
        return file_of(name, form) in self.sources

    def written(self, name: str, form: Form, facts: Mapping[str, object]) -> str:
        """Fill a template in.

        Raises:
            TemplateFailedError: it cannot be; the sentence says where and why, in one line.
        """
        file = file_of(name, form)
        try:
            return _filled(self._environments[form], file, facts)
        except Exception as error:
            # Whatever an expression of a template raises in the sandbox, a message must come of it.
            fault = fault_of(error, file)
            raise TemplateFailedError(str(fault)) from error

    def faults(self, samples: Mapping[Form, tuple[Mapping[str, object], ...]]) -> Iterator[Fault]:
        """Give every fault that can be known before the first message: form, names, and what samples meet."""
        for file, source in sorted(self.sources.items()):
            parts = parts_of(file)
            if parts is None:
                message = "name it NAME.slack.j2, NAME.html.j2 or NAME.txt.j2"
                yield Fault(file, 1, message)
                continue
            found = list(_faults(self._environments[parts[1]], file, source, samples[parts[1]]))
            yield from found if parts[1] is not Form.HTML else (*found, *_html_faults(file, source))


def file_of(name: str, form: Form) -> str:
    """Name the file of a template's form."""
    return f"{name}.{form.value}{SUFFIX}"


def parts_of(file: str) -> tuple[str, Form] | None:
    """Take `short.slack.j2` apart; None if it is not named so."""
    found = re.fullmatch(r"([\w-]{1,64})\.(slack|html|txt)\.j2", file)
    return (found[1], Form(found[2])) if found else None


def _environment(form: Form, sources: Mapping[str, str]) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader(dict(sources)),
        undefined=StrictUndefined,
        autoescape=form is Form.HTML,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize={Form.SLACK: _for_slack, Form.HTML: _for_html, Form.TEXT: _for_text}[form],
    )
    for name in _NOT_OURS:
        environment.globals.pop(name, None)
    environment.globals["range"] = _range
    for name in (*_FILTERS, *(() if form is Form.HTML else ("escape", "e"))):
        environment.filters.pop(name, None)
    return environment


def _for_slack(value: object) -> str:
    return value if isinstance(value, Written) else literal(clean(_said(value)))


def _for_html(value: object) -> object:
    return value if hasattr(value, "__html__") else clean(_said(value))


def _for_text(value: object) -> str:
    return value if isinstance(value, Written) else clean(_said(value)).translate(ROUND)


def _said(value: object) -> str:
    return "" if value is None else str(value)


def _range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > _FURTHEST:
        message = f"range() goes to {_FURTHEST} at most"
        raise OverflowError(message)
    return found


def _filled(environment: ImmutableSandboxedEnvironment, file: str, facts: Mapping[str, object]) -> str:
    pieces: list[str] = []
    length = 0
    for piece in environment.get_template(file).generate(**facts):
        pieces.append(piece)
        length += len(piece)
        if length > LONGEST:
            message = f"it makes more than {LONGEST:,} characters"
            raise OverflowError(message)
    made = "".join(pieces)
    if not made.strip():
        message = "it makes an empty message"
        raise ValueError(message)
    return made


def fault_of(error: BaseException, file: str) -> Fault:
    """Say what went wrong and in which line of which template; never a text of the feed's."""
    if isinstance(error, TemplateSyntaxError):
        return Fault(error.name or file, error.lineno, error.message or "it cannot be read")
    line, where = 1, file
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.endswith(SUFFIX) or name == "<template>":
            line, where = trace.tb_lineno, name if name.endswith(SUFFIX) else file
        trace = trace.tb_next
    if isinstance(error, TemplateNotFound):
        return Fault(where, line, f"there is no template file '{clean(str(error.name))[:80]}'")
    said = error.message if isinstance(error, TemplateError) else str(error)
    known = isinstance(error, TemplateError | OverflowError | ValueError)
    message = clean(said or "")[:200] if known else type(error).__name__
    return Fault(where, line, message or type(error).__name__)


def _faults(
    environment: ImmutableSandboxedEnvironment,
    file: str,
    source: str,
    samples: tuple[Mapping[str, object], ...],
) -> Iterator[Fault]:
    try:
        tree = environment.parse(source, name=file)
        environment.get_template(file)
    except TemplateError as error:
        yield fault_of(error, file)
        return
    found = [*_unknown_names(tree, file, samples[0]), *_unescaped(tree, file)]
    yield from found
    if not found:
        yield from _met(environment, file, samples)


def _unknown_names(tree: nodes.Template, file: str, known: Mapping[str, object]) -> Iterator[Fault]:
    unknown = meta.find_undeclared_variables(tree) - known.keys()
    for name in tree.find_all(nodes.Name):
        if name.name in unknown and name.ctx == "load":
            unknown.discard(name.name)
            message = f"there is no '{name.name}'; there are {', '.join(sorted(known))}"
            yield Fault(file, name.lineno, message)


def _unescaped(tree: nodes.Template, file: str) -> Iterator[Fault]:
    for node in tree.find_all(nodes.ScopedEvalContextModifier):
        yield Fault(file, node.lineno, "escaping cannot be switched off: what feeds say is not trusted")


def _met(
    environment: ImmutableSandboxedEnvironment, file: str, samples: tuple[Mapping[str, Any], ...]
) -> Iterator[Fault]:
    """Fill the template in with sample facts: a full alert, a bare one, a follow-up."""
    for facts in samples:
        try:
            _filled(environment, file, facts)
        except Exception as error:  # noqa: BLE001 - whatever an expression raises is a fault of the template
            yield fault_of(error, file)
            return


def _html_faults(file: str, source: str) -> Iterator[Fault]:
    for line, message in wrong_markup(source):
        yield Fault(file, line, message)
