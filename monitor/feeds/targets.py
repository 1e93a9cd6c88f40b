"""Addresses that may be asked: as configured and as redirects name them."""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Final

from yarl import URL

from monitor.core.models import Failure
from monitor.feeds.failures import RefusedError

_REMEMBERED: Final = 8192
"""Addresses: some ten megabytes."""


@lru_cache(maxsize=_REMEMBERED)
def http_url(text: str) -> URL:
    """Read an address that may be asked; a URL is remembered, with all that it worked out about itself.

    Raises:
        RefusedError: it is not one of http or https.
    """
    try:
        url = URL(text)
    except ValueError:
        raise RefusedError(Failure.MALFORMED, "the address is not a valid http or https address") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise RefusedError(Failure.MALFORMED, "the address is not a valid http or https address")
    return url


def redirect_target(url: URL, location: str) -> URL:
    """Resolve a redirect; user information in it is dropped.

    Raises:
        RefusedError: it leads to something other than http and https.
    """
    try:
        target = url.join(URL(location.strip()))
    except ValueError:
        raise RefusedError(Failure.REDIRECTS, "redirected to an address that cannot be read") from None
    if target.scheme not in {"http", "https"} or not target.host:
        raise RefusedError(
            Failure.REDIRECTS, f"redirected to {target.scheme or 'nothing'}:, not http or https"
        )
    return target.with_user(None).with_fragment(None)


def looks_numeric(host: str) -> bool:
    """Say whether a host is an address, not a name; what is only nearly one counts as well."""
    return ":" in host or host[:1].isdigit()


def basic(user: str, password: str) -> str:
    """Write the header of HTTP basic authentication."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
