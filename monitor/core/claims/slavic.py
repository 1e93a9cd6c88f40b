"""Russian and Ukrainian: `ФСБ заявила`, `..., сообщил губернатор Гладков`, `в Кремле опровергли`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.core.claims import vocabulary as known
from monitor.core.claims.sentences import Sentence, Token, clause_before
from monitor.core.claims.speaker import Speaker, last_name, whole_name

_LONGEST: Final = 9
_SURNAMES: Final = (
    "ов",
    "ев",
    "ёв",
    "ин",
    "ын",
    "ский",
    "цкий",
    "ський",
    "цький",
    "ко",
    "ук",
    "юк",
    "ова",
    "ева",
    "ина",
    "ская",
    "ська",
)
_NATIONS: Final = (
    "ский",
    "ская",
    "ское",
    "ские",
    "ський",
    "ська",
    "ське",
    "ські",
    "цкий",
    "цкая",
    "цкое",
    "цкие",
)
_OBLIQUE: Final = ("у", "ю", "ом", "ем", "ой", "ою", "ам", "ям", "ами", "ах", "ях", "ым", "им")
_GENITIVE: Final = ("ого", "его", "ої", "их", "ых")


def slavic_speaker(said: Sentence, at: int) -> Speaker | None:
    """Who speaks at the verb number `at` of a sentence; None if that is not certain."""
    tokens = said.tokens
    earlier = [token.lower for token in clause_before(tokens, at, 2)]
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if any(word in known.REFUSING_SLAVIC for word in earlier) or (
        after and after.lower in {"бы", "б", "би", "ли"}
    ):
        return None
    if at == 0 or tokens[at].before or _tells_where(tokens, at):
        return _behind(said, at)
    return _before(said, at) or (_behind(said, at) if _points(tokens, at) else None)


def _points(tokens: Sequence[Token], at: int) -> bool:
    """Whether only `об этом` and its like stand before the verb."""
    start = at
    while start > 0 and not tokens[start].before:
        start -= 1
    return at - start <= 2 and tokens[at - 1].lower in {"этом", "этому", "это", "цьому", "це"}  # noqa: PLR2004


def _tells_where(tokens: Sequence[Token], at: int) -> bool:
    """Whether a body follows, `подтвердили в ФСБ`: what stands before is then what was confirmed."""
    if not _plural(tokens[at]) or at + 2 >= len(tokens) or tokens[at + 1].lower not in known.PLACES:
        return False
    return tokens[at + 2].capital or tokens[at + 2].lower.endswith(("е", "и", "ом", "ой", "ій"))


def _plural(token: Token) -> bool:
    return token.lower.endswith(("ли", "ют", "ють"))


def _before(said: Sentence, at: int) -> Speaker | None:
    """The name between the beginning of the clause and the verb."""
    tokens = said.tokens
    last = _skipped(tokens, at - 1)
    if last < 0 or any(token.before for token in tokens[last + 1 : at + 1]):
        return None
    first = last
    while first >= 0 and last - first < _LONGEST and tokens[first].lower not in known.STOPS_SLAVIC:
        if tokens[first].before:
            break
        first -= 1
    else:
        first += 1
    while first <= last and tokens[first].lower in known.BETWEEN_SLAVIC:
        first += 1
    name = tokens[first : last + 1]
    if not name:
        return None
    if first > 0 and not name[0].before and tokens[first - 1].lower in known.PLACES:
        return _in_a_body(name) if _plural(tokens[at]) and _opens(tokens, first - 1) else None
    return _judged(said, name) if _opens(tokens, first) and not _of_several(tokens, first) else None


def _of_several(tokens: Sequence[Token], first: int) -> bool:
    """Whether it is but the last of a list, `Россия и Казахстан`."""
    return first > 1 and tokens[first - 1].lower in {"и", "й", "і", "та"} and tokens[first - 2].capital


def _skipped(tokens: Sequence[Token], at: int) -> int:
    while at >= 0:
        word = tokens[at].lower
        if word in known.DAYS_SLAVIC:
            at -= 2 if at > 0 and tokens[at - 1].lower in known.PLACES else 1
        elif word in known.BETWEEN_SLAVIC:
            at -= 1
        else:
            return at
    return at


def _opens(tokens: Sequence[Token], first: int) -> bool:
    if first == 0:
        return True
    if tokens[first].before:
        return tokens[first].before not in {"»", "”"}
    return tokens[first - 1].lower in known.OPENERS_SLAVIC | known.BETWEEN_SLAVIC


def _in_a_body(name: Sequence[Token]) -> Speaker | None:
    """`В Кремле`, `у МЗС`: a name in the locative, believed where its nominative is known."""
    entity = whole_name(name)
    plain = all(token.acronym or token.lower in known.UNDECLINED for token in name)
    if any(token.lower in known.AGENCIES_SLAVIC for token in name):
        return None
    return Speaker(name, entity) if entity or plain else None


def _behind(said: Sentence, at: int) -> Speaker | None:
    """The name right behind the verb: a body in the locative, an office with its name, or a name."""
    tokens = said.tokens
    start = at + 1
    if start >= len(tokens) or tokens[start].before:
        return None
    if tokens[start].lower in known.PLACES:
        body = _run(tokens, start + 1, office=False)
        return (
            _in_a_body(body)
            if body and _plural(tokens[at]) and _ended(tokens, start + 1 + len(body))
            else None
        )
    office = tokens[start].lower in known.ROLES_SLAVIC or _national(tokens, start)
    name = _run(tokens, start, office=office)
    if not name or not _ended(tokens, start + len(name)):
        return None
    if name[-1].lower.endswith(_OBLIQUE) and not name[-1].acronym and (len(name) == 1 or not office):
        return None
    return _judged(said, name)


def _national(tokens: Sequence[Token], at: int) -> bool:
    later = at + 1 < len(tokens) and tokens[at + 1].lower in known.ROLES_SLAVIC
    return later and tokens[at].lower.endswith(_NATIONS)


def _run(tokens: Sequence[Token], start: int, *, office: bool) -> Sequence[Token]:
    """The words that may belong to a name, from `start` on: behind an office, any in lower case as well."""
    end = start
    while end < len(tokens) and end - start < _LONGEST and (end == start or not tokens[end].before):
        token = tokens[end]
        if token.lower in known.STOPS_SLAVIC or not (token.capital or token.name or office):
            break
        end += 1
    return tokens[start:end]


def _ended(tokens: Sequence[Token], at: int) -> bool:
    return at == len(tokens) or bool(tokens[at].before) or tokens[at].lower in known.STOPS_SLAVIC


def _judged(said: Sentence, name: Sequence[Token]) -> Speaker | None:
    """A name that can speak: it begins with an office or a name, and holds a name."""
    if any(token.lower in known.AGENCIES_SLAVIC for token in name) or len(name) > _LONGEST:
        return None
    if len(name) == 1 and name[0].lower in known.NOBODY_SLAVIC:
        return None
    head = name[0]
    opens = head.lower in known.ROLES_SLAVIC or head.lower.endswith(_NATIONS)
    if not opens and not all(token.capital or token.name for token in name):
        return None
    certain = [_names(said, token) for token in name]
    bodies = head.lower.endswith(_NATIONS) and len(name) > 1 and name[1].lower in known.ROLES_SLAVIC
    if not any(certain) and not bodies:
        return None
    if name[-1].lower.endswith(_GENITIVE) and not name[-1].capital:
        return None
    return Speaker(
        name,
        whole_name(name) or (last_name(name) if name[-1].capital and len(name) > 1 and not opens else None),
    )


def _names(said: Sentence, token: Token) -> bool:
    word = token.lower
    if token.name or token.acronym or word in known.LANDS_SLAVIC:
        return True
    if not token.capital:
        return False
    first_of_all = token is said.tokens[0] or (token.before and token.before[-1] not in ",-–—")
    if not first_of_all:
        return True
    return word.endswith(_SURNAMES) and word not in known.ROLES_SLAVIC and len(word) > 4  # noqa: PLR2004
