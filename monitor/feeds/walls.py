"""Bot checks, known by what they sign: a header, or words of the page that comes instead of a feed."""

from __future__ import annotations

from collections.abc import Mapping

MAY_BE_WALLS = frozenset({401, 403, 405, 406, 409, 418, 429, 503})
"""Statuses with which bot checks refuse."""
_HEADERS = (
    ("cf-mitigated", "", "Cloudflare"),
    ("x-datadome", "", "DataDome"),
    ("x-dd-b", "", "DataDome"),
    ("x-amzn-waf-action", "", "AWS WAF"),
    ("x-sucuri-block", "", "Sucuri"),
    ("x-iinfo", "", "Imperva"),
    ("x-px-blocked", "", "HUMAN (PerimeterX)"),
    ("x-kpsdk-ct", "", "Kasada"),
    ("x-vercel-mitigated", "", "Vercel"),
    ("server", "ddos-guard", "DDoS-Guard"),
    ("server", "qrator", "Qrator"),
    ("server", "akamaighost", "Akamai"),
)
_PAGES = (
    (b"cf-chl", "Cloudflare"),
    (b"challenges.cloudflare.com", "Cloudflare"),
    (b"/cdn-cgi/challenge-platform", "Cloudflare"),
    (b"attention required! | cloudflare", "Cloudflare"),
    (b"just a moment...", "Cloudflare"),
    (b"captcha-delivery.com", "DataDome"),
    (b"_incapsula_resource", "Imperva"),
    (b"px-captcha", "HUMAN (PerimeterX)"),
    (b"ddos-guard", "DDoS-Guard"),
    (b"awswaf", "AWS WAF"),
    (b"errors.edgesuite.net", "Akamai"),
    (b"pardon our interruption", "Imperva"),
    (b"qrator", "Qrator"),
    (b"/.within.website/", "Anubis"),
    (b"sucuri website firewall", "Sucuri"),
)
_CAPTCHAS = (b"captcha", b"checking your browser", b"are you a robot", b"verify you are human")
UNNAMED = "a bot check"


def signed(headers: Mapping[str, str]) -> str:
    """Name the maker of the bot check that signed a refusal in its headers; empty if none did."""
    return next((name for key, mark, name in _HEADERS if key in headers and mark in headers[key].lower()), "")


def on_page(page: bytes) -> str:
    """Name the maker of the bot check that a page is; `a bot check` where only that is plain, else empty."""
    lower = page.lower()
    found = next((name for mark, name in _PAGES if mark in lower), "")
    return found or (UNNAMED if any(mark in lower for mark in _CAPTCHAS) else "")


def named(wall: str) -> str:
    """Write it within a sentence: `a bot check by Cloudflare`."""
    return wall if wall == UNNAMED else f"a bot check by {wall}"
