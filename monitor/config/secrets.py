"""Secrets: where config.yaml says they are, fetched; and a nose for those written straight into it.

    ${NAME}            an environment variable, anywhere in any text; ${NAME:-otherwise} with a default,
                       $${ for the two characters themselves
    file:/path         the contents of a file, as the whole value of a key that holds a secret
    credential:name    the same from systemd's LoadCredential=, i.e. $CREDENTIALS_DIRECTORY/name

No message of this module contains a value, only the name it was looked for by.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from monitor.files import reason_of, shortened

_VARIABLE = re.compile(r"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_LOOSE = re.compile(r"(?<!\$)\$\{[^}]*\}?")
_USER_PART = re.compile(r"(?<=://)[^/?#]*(?=@)")
_BREAKS_ADDRESS = re.compile(r"[/@:?#\[\]\s]")
_MAX_SECRET = 64 * 2**10
_SLACK_TOKEN = re.compile(r"\b(?:xox[a-z](?:\.xox[a-z])?|xapp)-[A-Za-z0-9-]{6,}")
_SLACK_HOOK = re.compile(r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/\S")
_TELLING_HEADER = re.compile(r"authori[sz]ation|cookie|token|secret|passw|api-?key|^x-auth", re.IGNORECASE)
_ALWAYS_SECRET = frozenset({"password", "token", "secret"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expanded:
    """A text with its references resolved. `secrets` are the values that came from outside the file."""

    text: str = field(default="", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    problem: str | None = None
    """Why it could not be resolved, in a sentence with the remedy."""
    warning: str | None = None


def has_reference(text: str) -> bool:
    """Tell whether there may be anything to resolve in a text."""
    return "${" in text or text.startswith(("file:", "credential:"))


def expand(text: str, *, whole: bool, environment: Mapping[str, str], root: Path) -> Expanded:
    """Resolve the references in one text; `whole` allows `file:` and `credential:`, relative to `root`."""
    if whole and text.startswith("file:"):
        try:
            path = Path(text.removeprefix("file:")).expanduser()
        except RuntimeError:
            return Expanded(problem=f"{text.removeprefix('file:')} begins with the home of nobody known here")
        return _from_file(root / path, strict=True)
    if whole and text.startswith("credential:"):
        return _from_credential(text.removeprefix("credential:"), environment)
    return _from_environment(text, environment)


def _from_environment(text: str, environment: Mapping[str, str]) -> Expanded:
    missing: list[str] = []
    found: list[str] = []

    user_part = _USER_PART.search(text)

    def value(match: re.Match[str]) -> str:
        name, otherwise = match.groups()
        if name is None:
            return "${"
        if known := environment.get(name):
            found.append(known)
            inside = user_part and user_part.start() <= match.start() < user_part.end()
            # A password may hold signs that would end it here; one that is quoted already has none of them.
            return quote(known, safe="") if inside and _BREAKS_ADDRESS.search(known) else known
        if otherwise is None:
            missing.append(name)
        return otherwise or ""

    loose = next((match[0] for match in _LOOSE.finditer(text) if not _VARIABLE.fullmatch(match[0])), None)
    if loose is not None:
        return Expanded(problem=f"`{loose}` is no reference: write ${{NAME}} or ${{NAME:-otherwise}}")
    resolved = _VARIABLE.sub(value, text)
    if missing:
        names = " and ".join(dict.fromkeys(missing))
        return Expanded(problem=f"the environment variable {names} is not set: set it before the start")
    return Expanded(text=resolved, secrets=tuple(found))


def _from_credential(name: str, environment: Mapping[str, str]) -> Expanded:
    folder = environment.get("CREDENTIALS_DIRECTORY")
    if not name or "/" in name or name in {".", ".."}:
        return Expanded(problem="write a credential as credential:name, with a name that holds no slash")
    if not folder:
        return Expanded(
            problem=f"the credential {name} is not there: $CREDENTIALS_DIRECTORY is not set, so this process "
            f"was not started by systemd; add LoadCredential={name}:/path to the unit"
        )
    return _from_file(Path(folder) / name, strict=False)


def _from_file(path: Path, *, strict: bool) -> Expanded:
    """Read a secret; `strict` warns when others may read it (systemd guards credentials by other means)."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a FIFO would block the start for ever
            return Expanded(problem=f"{path} is no regular file")
        with path.open("rb") as file:
            text = file.read(_MAX_SECRET + 1).decode().rstrip("\r\n")
    except (OSError, ValueError) as error:
        return Expanded(problem=f"the secret file {shortened(path)} cannot be read: {reason_of(error)}")
    if not text or len(text) > _MAX_SECRET:
        return Expanded(problem=f"the secret file {path} is {'too large' if text else 'empty'}")
    loose = strict and status.st_mode & 0o077
    return Expanded(
        text=text,
        secrets=(text,),
        warning=f"{path} can be read by others: chmod 600 {path}" if loose else None,
    )


def written_out(path: tuple[str | int, ...], text: str) -> str | None:
    """Say what secret stands in the file itself, in a sentence that never shows it; None if none does.

    `path` is where the text stands, `text` what the file says before references are resolved.
    """
    if path[-3:-2] == ("users",) and path[-1] == "password" and not has_reference(text):
        return "no password stands here: `news-monitor users password` makes a `password_hash` of it"
    what = _token(text) or _value(path, text)
    return f"{what}: write ${{NAME}}, file:/path or credential:name instead, and change it" if what else None


def _token(text: str) -> str | None:
    if _SLACK_TOKEN.search(text):
        return "a Slack token stands in this file"
    if _SLACK_HOOK.search(text):
        return "the address of a Slack webhook, which is a secret, stands in this file"
    return None


def _value(path: tuple[str | int, ...], text: str) -> str | None:
    key = str(path[-1]) if path else ""
    if not text or has_reference(text):
        return None
    if key in _ALWAYS_SECRET:
        return f"the {key} stands in this file"
    if len(path) > 1 and path[-2] == "headers" and _TELLING_HEADER.search(key):
        return f"the value of the header {key} stands in this file"
    return "an address with a password stands in this file" if password_of(text) else None


def password_of(url: str) -> str | None:
    """Return the password in `scheme://user:password@host`; None if the text has none or is no URL."""
    if "@" not in url or "://" not in url:
        return None
    try:
        return urlsplit(url).password or None
    except ValueError:
        return None
