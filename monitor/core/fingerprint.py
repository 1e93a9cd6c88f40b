"""A short name for what rules mean: equal on two machines exactly if they read the same rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import fields, is_dataclass
from hashlib import blake2b

from monitor.core.rules.tree import Place, RuleSet


def fingerprint(rules: RuleSet) -> str:
    """Return twelve hexadecimal digits; where the files lie, and their order, make no difference."""
    seen = blake2b(digest_size=6)
    for rule in sorted(rules.rules, key=lambda rule: rule.id):
        seen.update(_spelled(rule).encode())
    seen.update(_spelled(rules.entities).encode())
    return seen.hexdigest()


def _spelled(value: object) -> str:
    """Spell a value the same in every process: sets and mappings in order, places left out."""
    if is_dataclass(value) and not isinstance(value, type):
        return f"{type(value).__name__}({','.join(_members(value))})"
    if isinstance(value, Mapping):
        return f"{{{','.join(sorted(f'{_spelled(key)}:{_spelled(one)}' for key, one in value.items()))}}}"
    if isinstance(value, Set):
        return f"{{{','.join(sorted(map(_spelled, value)))}}}"
    if isinstance(value, (tuple, list)):
        return f"[{','.join(map(_spelled, value))}]"
    return repr(value)


def _members(value: object) -> Iterator[str]:
    for member in fields(value):  # type: ignore[arg-type]
        one = getattr(value, member.name)
        if not isinstance(one, Place):
            yield f"{member.name}={_spelled(one)}"
