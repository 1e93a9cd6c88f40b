"""What titles and addresses say about identity, and where they must not be trusted."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

_PREFIX = re.compile(
    r"""^\s*(?:[\[(]\s*)?(?:
        (?P<correction>correct(?:ed|ion|s)|retract(?:ed|ion)|исправлен[аоы]?|исправление|уточнение|виправлен[аоі]?)
        |update\s*\d*|updated|\d*\s*lead|recasts?|refiles?|wrapup\s*\d*|breaking(?:\s+news)?|urgent|alert
        |обновлен[аоы]?|обновляется|дополнен[аоы]?|срочно|молния|оновлен[аоі]?|оновлюється|доповнен[аоі]?|терміново
    )(?:\s*[\])]\s*[:\-–—|]?|\s*[:\-–—|.!]+)\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_OUTLET_AFTER = re.compile(
    r"\s+\|\s*[^|]{2,45}$"
    r"|\s+[-–—]\s+(?:the\s+)?(?:[^\W\d_a-zа-яіїє][\w.&'’]*|\d+|of|and|the|[\w-]+\.[a-z]{2,4})(?:\s+(?:[^\W\d_a-zа-яіїє][\w.&'’]*|\d+|of|and|&)){0,4}$"
)
_SEPARATOR = re.compile("[|–—-]")
_SECTION_BEFORE = re.compile(r"^[^|:]{2,30}\s\|\s+")
_LEFT_WORDS = 4
_SERIES_WORDS = 2
_DATED = re.compile(
    r"""^\W*(?:[\d.,:/№#-]+(?:st|nd|rd|th)?|day|день|дня
    |(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:jan|febr)uary|march|april|may|june|july|august
    |(?:septem|octo|novem|decem)ber|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?
    |понедельник|вторник|сред[аыу]|четверг|пятниц[аыу]|суббот[аыу]|воскресенье
    |понеділок|вівторок|серед[аиу]|четвер|п'ятниц[яюі]|субот[аиу]|неділ[яюі]
    |(?:янв|февр|апр|июн|июл|сент|окт|ноя|дек)\w*|марта|мая|августа
    |(?:січ|лют|берез|квіт|трав|черв|лип|серп|верес|жовт|листоп|груд)[а-яіїє]{2,4})\W*$""",
    re.VERBOSE,
)
_LIVE = re.compile(
    r"""\blive\s*(?::|updates?\b|blog\b|coverage\b|-)|\bas\s+it\s+happened\b|^\s*live\b
    |^\s*(?:your\s+)?\w+\s+briefing\b
    |текстовая\s+трансляция|онлайн-трансляция|хроника\b.*\bонлайн|наживо\b|онлайн:""",
    re.IGNORECASE | re.VERBOSE,
)
_ROUND_UP = re.compile(
    r"""\bat\s+a\s+glance\b|\bin\s+brief\b|\bkey\s+(?:events|developments)\b|\bwhat\s+we\s+know\s+on\s+day\b
    |\b(?:news|live|morning|midday|afternoon|evening|nightly|daily|weekly)\s+(?:briefing|digest|recap|round-?up)\b
    |\b(?:morning|midday|afternoon|evening|nightly|daily|weekly)\s+update\b|^\s*your\s+\w+\s+briefing\b
    |^\s*the\s+week\s+in\b|\bweek\s+in\s+review\b|^\s*what\s+happened\b.*\bthis\s+week\b
    |главное\s+за\s+(?:день|неделю|ночь|утро)|итоги\s+(?:дня|недели)\b|дайджест
    |головне\s+за\s+(?:день|ніч|добу|тиждень)|підсумки\s+(?:дня|тижня)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_LIVE_PATH = re.compile(r"/(?:live|liveblog|live-?news|live-?updates|online)(?:/|$|-)", re.IGNORECASE)
_DENIAL = re.compile(
    r"\b(?:den(?:y|ies|ied)|refut(?:es|ed)|disput(?:es|ed)|dismiss(?:es|ed))\b|опроверг|опровер[жг]|отрица(?:ет|ют|л)"
    r"|спростува|спростову|запереч(?:ує|ил|ують)",
    re.IGNORECASE,
)
_CONFIRMATION = re.compile(
    r"\bconfirm(?:s|ed)?\b(?!\s+(?:cases?|infections?|deaths?))|подтверд(?:ил|ит|жда)|підтверд(?:ил|ив|жу)",
    re.IGNORECASE,
)

_DENIAL_HINTS = ("den", "refut", "disput", "dismiss", "опров", "отриц", "спрост", "запереч")
_LIVE_HINTS = ("live", "happened", "briefing", "трансляц", "хроник", "наживо", "онлайн:")
_ROUND_UP_HINTS = (
    "glance", "brief", "key", "know", "digest", "recap", "round", "update", "week",
    "главное", "итоги", "дайджест", "головне", "підсумки",
)  # fmt: skip
_LIVE_PATHS = ("live", "online")
_CONFIRMATION_HINTS = ("confirm", "подтверд", "підтверд")


def _hinted(text: str, hints: tuple[str, ...]) -> bool:
    """Whether an expression can match at all: plain words are found many times faster."""
    lowered = text.lower()
    return any(hint in lowered for hint in hints)


def bare_title(title: str) -> tuple[str, bool]:
    """Strip `UPDATE 2-`, `CORRECTED-`, `(LEAD)`, `ОБНОВЛЕНО:` and their like, repeatedly.

    Returns:
        The rest of the title, and whether one of the prefixes announced a correction or retraction.
    """
    correction = False
    while (found := _PREFIX.match(title)) and found.end() < len(title):
        correction = correction or found["correction"] is not None
        title = title[found.end() :]
    return title, correction


def core_title(title: str) -> str:
    """Strip the name of outlet or section that many titles carry: `... | WTOP`, `... - CityNews Toronto`."""
    if not _SEPARATOR.search(title):
        return title
    for pattern in (_OUTLET_AFTER, _OUTLET_AFTER, _SECTION_BEFORE):
        found = pattern.search(title)
        rest = title[: found.start()] + title[found.end() :] if found else title
        if len(rest.split()) >= _LEFT_WORDS:
            title = rest
    return title


def is_live(title: str, url: str | None) -> bool:
    """Whether title or address say that the page is rewritten while things happen, or sums up many."""
    if sums_up(title) or (_hinted(title, _LIVE_HINTS) and _LIVE.search(title)):
        return True
    return bool(url and _hinted(url, _LIVE_PATHS) and _LIVE_PATH.search(url))


def sums_up(title: str) -> bool:
    """Whether a title says that the article sums up what others told: a briefing, a digest, a chronicle."""
    return _hinted(title, _ROUND_UP_HINTS) and bool(_ROUND_UP.search(title))


@lru_cache(maxsize=1024)
def series_of(title: str) -> str:
    """Return what the titles of a series have in common: the title without numbers, months and weekdays.

    Empty for titles that name no number and no day, and where less than two words are left.
    """
    words = title.casefold().replace("’", "'").split()
    left = [word for word in words if not _DATED.match(word)]
    return " ".join(left) if len(words) > len(left) >= _SERIES_WORDS else ""


def names_page(url: str | None) -> bool:
    """Whether an address can stand for one article: a home page cannot."""
    if not url:
        return False
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query)


def denies(text: str) -> bool:
    """Whether somebody is said to deny something."""
    return _hinted(text, _DENIAL_HINTS) and bool(_DENIAL.search(text))


def confirms(text: str) -> bool:
    """Whether somebody is said to confirm something."""
    return _hinted(text, _CONFIRMATION_HINTS) and bool(_CONFIRMATION.search(text))
