"""Elements within a feed that have a title and a link of their own: pictures and fields to type into."""

from __future__ import annotations

from monitor.feeds.lean.elements import Attributes
from monitor.feeds.lean.state import State, UnsureError


def image(state: State, _: Attributes) -> None:
    """Begin a picture, whose title and link are its own."""
    context = state.context()
    if not state.inentry:
        context.setdefault("image", {})
    state.inimage = True
    state.title_depth = -1
    state.ignore("image")


def end_image(state: State) -> None:
    """End a picture."""
    state.pop("image")
    state.inimage = False


def textinput(state: State, _: Attributes) -> None:
    """Begin a field to type into, whose title and link are its own."""
    if state.context() is not state.feed:
        raise UnsureError
    state.feed.setdefault("textinput", {})
    state.intextinput = True
    state.title_depth = -1
    state.ignore("textinput")


def end_textinput(state: State) -> None:
    """End a field to type into."""
    state.pop("textinput")
    state.intextinput = False


def artwork(state: State, attributes: Attributes) -> None:
    """Take a picture of a podcast."""
    state.ignore("itunes_image")
    if attributes.get("href") or attributes.get("url"):
        state.context()["image"] = {}
