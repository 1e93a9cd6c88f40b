"""Packed strings read back as they were put in, wherever they stand and whatever was dropped before them."""

from __future__ import annotations

import random

import pytest

from monitor.core.stories.pages import Pages


def test_packed_strings_read_back_as_a_list_of_them_would() -> None:
    """Added, changed and dropped at random; strings of no length among them."""
    dice = random.Random(1)
    pages, plain, first = Pages(), list[bytes](), 0
    for number in range(6_000):
        plain.append(dice.randbytes(dice.choice((0, 1, 5, 300))))
        pages.append(plain[-1])
        if number % 7 == 0:
            place = dice.randrange(first, number + 1)
            plain[place] = dice.randbytes(3)
            pages.change(place, plain[place])
        if number % 900 == 0:
            first = max(first, number - 1_400)
            pages.drop_before(first)
        for place in (first, number, dice.randrange(first, number + 1)):
            assert pages[place] == plain[place]
    assert len(pages) == len(plain)


@pytest.mark.parametrize("window", [600, 5_000])
def test_dropped_pages_leave_nothing_behind(window: int) -> None:
    """Neither pages nor changed strings grow with what has left."""
    pages = Pages()
    sizes = []
    for number in range(40_000):
        pages.append(b"some text")
        if number % 3 == 0:
            pages.change(number, b"another")
        if number >= 2_000 and number % 3 == 0:
            pages.change(number - min(window, 1_500), b"a third")
        pages.drop_before(number - window)
        if number % 250 == 0:
            sizes.append(pages.length)
    assert max(sizes[120:]) <= max(sizes[40:80]) * 1.1
