"""The boolean query language of media analysts: text -> condition tree -> text."""

from monitor.core.query.parser import Query, parse_query
from monitor.core.query.render import render

__all__ = ["Query", "parse_query", "render"]
