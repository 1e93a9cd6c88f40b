"""Who publishes at an address, by its host name alone: a small rule, no list of the whole internet.

Wrong at the margin (a country's unusual second level) by one label; `outlet:` of a feed overrules it.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

# Second levels under which countries register names, as in bbc.co.uk or ukrinform.com.ua.
# fmt: off
_SECOND_LEVELS = frozenset({
    "ac", "asso", "co", "com", "edu", "go", "gob", "gouv", "gov", "govt", "id", "info", "ltd", "mil",
    "ne", "net", "nic", "or", "org", "plc", "press", "pp", "sch", "web",
})
# fmt: on
# Places where each customer has a host of their own: the customer publishes, not the place.
_PLATFORMS = frozenset(
    {
        "blogspot.com",
        "github.io",
        "gitlab.io",
        "livejournal.com",
        "medium.com",
        "netlify.app",
        "substack.com",
        "tumblr.com",
        "vercel.app",
        "wordpress.com",
    }
)
_LABELS_OF_A_COUNTRY_CODE = 2


def host_of(url: str) -> str:
    """Return the host name of an address in lower case, without `www.`; empty if it has none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.rstrip(".").removeprefix("www.")


def outlet_of(url: str) -> str:
    """Return the registrable part of the host: feeds.bbci.co.uk gives bbci.co.uk; an address stays whole."""
    host = host_of(url)
    labels = host.split(".")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return ".".join(labels[-_labels_kept(labels) :])
    return host


def _labels_kept(labels: list[str]) -> int:
    second_level = len(labels[-1]) == _LABELS_OF_A_COUNTRY_CODE and labels[-2:][0] in _SECOND_LEVELS
    return 3 if second_level or ".".join(labels[-2:]) in _PLATFORMS else 2
