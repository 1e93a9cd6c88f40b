"""The full text of articles: which pages are asked for, when again, and whether what came is the article.

entry, feed -> page_of -> asked -> refusal? -> with_article -> the entry once more, with the page's text
                             ^--- again_after

An entry is matched at once on what its feed says; its page only adds to that. So nothing here delays an
alert, and whatever is not certainly the article leaves the feed's own text as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.core.headline import one_line, shortened, visible
from monitor.core.identity import folded, telling_words
from monitor.core.languages import guess, language_of
from monitor.core.models import Article, Entry, Page, PageState
from monitor.core.normalise import CONTENT_LIMIT
from monitor.core.units import spoken
from monitor.core.urls import canonical_url, is_home

WITHIN = timedelta(minutes=15)
"""After an entry was first seen its page is asked for no longer: what it brings would be no news."""
MOST_TIMES = 3
"""Texts of a feed for which the page of one article is asked: one edited for hours is let be."""
_AGAIN = (timedelta(seconds=20), timedelta(minutes=1), timedelta(minutes=4))
"""Between two attempts at a page that did not come."""
LEAST = 280
"""Characters of an article: less is a caption, a teaser or an error page."""
_TEASER = 1500
"""Characters up to which the text of a page for subscribers is what others are shown of it."""
_NOTICE = 900
"""Characters up to which a page that asks for consent or a login has nothing else to say."""
_OPENING = 5000
"""Characters of an article in which a word of its headline occurs."""
_SAMPLE = 2000
_WORDS = 2
"""Telling words of a headline, from which a page without any of them is another one."""
# fmt: off
_CONSENT = re.compile(
    r"before you continue|we (?:value|respect|care about) your privacy|your privacy (?:choices|matters)"
    r"|manage (?:your )?(?:cookies|consent)|accept (?:all )?cookies|consent to (?:the use of )?cookies"
    r"|cookie (?:consent|settings)|zustimmung|mit werbung|datenschutzeinstellungen|cookies akzeptieren"
    r"|accepter (?:et continuer|les cookies)|gestion des cookies|votre consentement|aceptar (?:las )?cookies"
    r"|accetta (?:i )?cookie|zgod[aęy] na|akceptuj|toestemming|согласие на обработку|файлов cookie"
    r"|згод[ау] на обробку|файлів cookie", re.IGNORECASE)
_SUBSCRIBE = re.compile(
    r"subscribe (?:now|today|to (?:read|continue|unlock))|already a (?:subscriber|member)"
    r"|(?:for|to) subscribers only|subscriber[- ]only|(?:sign|log) in to (?:read|continue)"
    r"|continue reading (?:with|by)|register to (?:read|continue)|unlock this article"
    r"|(?:um|jetzt) weiter ?(?:zu )?lesen|bereits abonnent|nur für abonnenten|jetzt (?:abonnieren|testen)"
    r"|réservé aux abonnés|déjà abonné|abonnez-vous|para suscriptores|suscríbete|hazte suscriptor"
    r"|riservat\w+ agli abbonati|abbonati (?:ora|per)|dla subskrybentów|kup dostęp|alleen voor abonnees"
    r"|по подписке|оформите подписку|для подписчиков|за передплатою|оформіть передплату", re.IGNORECASE)
# fmt: on
_CONSENT_HOST = re.compile(r"^(?:consent|guce|cmp|privacy|myprivacy|login|accounts|auth|sso)\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """How old an article may be to alert: of those that cannot, no page is asked for."""

    usual: timedelta
    first_read: timedelta
    """With the first read of its feed."""


def page_of(entry: Entry, *, now: datetime, ages: Ages) -> Page | None:
    """Return what is to become of the page of an entry that is new or revised; None if it has no link."""
    if entry.link is None:
        return None
    page = Page(
        entry=entry.id,
        feed=entry.feed,
        address=entry.link,
        revision=entry.revision,
        wanted_at=now,
        due_at=now,
    )
    if not (why := _too_old(entry, now, ages)):
        return page
    return replace(page, state=PageState.LEFT, done_at=now, said=why)


def _too_old(entry: Entry, now: datetime, ages: Ages) -> str:
    most = min(ages.usual, ages.first_read) if entry.first_read else ages.usual
    if entry.published is None:
        return "it came with the first read of its feed and has no date" if entry.first_read else ""
    if now - entry.published <= most:
        return ""
    return f"it was older than {spoken(most)} when it was seen, and can alert no more"


def again_after(page: Page, *, now: datetime, wait: timedelta | None = None) -> datetime | None:
    """Return when to ask again for a page that did not come; None if that is no use.

    `wait` is how long its server wants to be left alone.
    """
    if page.attempts > len(_AGAIN):
        return None
    moment = now + max(_AGAIN[page.attempts - 1], wait or timedelta(0))
    return moment if moment - page.wanted_at <= WITHIN else None


def refusal(entry: Entry, article: Article) -> str:
    """Say in a sentence why what a page holds is not to be taken for the entry's text; empty if it is."""
    for judged in (_other_place, _notice, _other_language, _other_subject, _no_fuller):
        if why := judged(entry, article):
            return why
    return ""


def _other_place(entry: Entry, article: Article) -> str:
    here, asked = canonical_url(article.url) or "", canonical_url(entry.link) or ""
    if is_home(here) and not is_home(asked):
        return f"the link leads to the home page of {_host(article.url)}"
    if _CONSENT_HOST.match(_host(article.url)) and not _CONSENT_HOST.match(_host(entry.link or "")):
        return f"the link leads to {_host(article.url)}, which asks for consent or a login"
    return ""


def _notice(entry: Entry, article: Article) -> str:
    del entry
    said = f"{article.title}\n{article.text}"
    if len(article.text) < _NOTICE and _CONSENT.search(said):
        return "the page asks for consent to cookies before it shows the article"
    if len(article.text) < _TEASER and not article.free:
        return "a paywall: the page says that it is for subscribers, and shows its first lines"
    if len(article.text) < _TEASER and _SUBSCRIBE.search(said):
        return "a paywall: the page asks for a subscription or a login, and shows its first lines"
    return ""


def _other_language(entry: Entry, article: Article) -> str:
    found = guess(article.text[:_SAMPLE])
    if found is None or entry.lang in {None, found} or guess(_own_text(entry)) == found:
        return ""
    return f"the page is in another language ({found}) than the feed's text ({entry.lang})"


def _other_subject(entry: Entry, article: Article) -> str:
    """Compare the headline with the page, so that error pages and lists of news are told from articles."""
    wanted = telling_words(entry.title)
    if len(wanted) < _WORDS or wanted & telling_words(f"{article.title} {article.text[:_OPENING]}"):
        return ""
    return f"the page tells of something else: {shortened(one_line(article.title), 80) or 'it has no title'}"


def _no_fuller(entry: Entry, article: Article) -> str:
    length = len(text_of(entry, article))
    if length < LEAST:
        return f"the page holds {length} characters of text, too little for an article"
    if length <= max(len(entry.content), len(entry.summary)):
        return "the page holds no more than the feed gives itself"
    return ""


def text_of(entry: Entry, article: Article) -> str:
    """Return the body of an article in plain text, without the headline that stands above it."""
    lines = visible(article.text).split("\n")
    titles = {folded(entry.title), folded(article.title)} - {""}
    while lines and (not lines[0].strip() or folded(lines[0]) in titles):
        del lines[0]
    return shortened("\n".join(line.strip() for line in lines if line.strip()), CONTENT_LIMIT)


def with_article(entry: Entry, article: Article, *, now: datetime) -> Entry:
    """Return the entry as its next revision, with the text of its page; the hash stays that of the feed's.

    The hash is what the next poll is compared with, so that the same words of the feed are no change. Keys
    stay as well: identity is the feed's word alone.
    """
    text = text_of(entry, article)
    return replace(
        entry,
        content=text,
        url=_address(entry, article),
        lang=entry.lang or language_of(text[:_SAMPLE], article.lang),
        fetched=now,
        revision=entry.revision + 1,
        page_texts=entry.page_texts + 1,
        full_text=True,
    )


def _address(entry: Entry, article: Article) -> str | None:
    """Take the page's word for its own address if that is on its own site, else where it came from.

    So the wrappers that cannot be opened offline, and AMP pages, are known under the article's address.
    """
    here, claimed = canonical_url(article.url), canonical_url(article.canonical)
    if here is None or is_home(here):
        return entry.url
    if claimed is None or is_home(claimed) or not _same_site(_host(claimed), _host(here)):
        return here
    return claimed


def source_of_text(entry: Entry, page: Page) -> str:
    """Say in a few words where the text of an entry comes from, and why not from its page."""
    match page.state:
        case PageState.READ if page.done_at is not None and entry.full_text:
            after = max(page.done_at - entry.first_seen, timedelta(0)).total_seconds()
            return (
                f"its page, {page.characters} characters, {after:.0f} s after it was first seen: {page.url}"
            )
        case PageState.WANTED if page.said:
            return f"its feed; its page is asked for again, since {page.said}"
        case PageState.WANTED:
            return "its feed; its page is to be fetched"
        case _:
            return f"its feed; {page.said}" if page.said else "its feed"


def _same_site(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _own_text(entry: Entry) -> str:
    return f"{entry.title} {entry.summary or entry.content}"[:_SAMPLE]


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
