"""Debian's Chromium before the desk, driven by Playwright; what breaks the page's policy is kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect

PATIENCE = 60_000.0
"""Milliseconds after which what does not come fails the test."""
WIDE = (1100, 800)
PHONE = (390, 844)


def chromium() -> str:
    """Return the browser's program; without one the test is skipped, with REQUIRE_BROWSER=1 it fails."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        said = "no browser: install Debian's `chromium` for the tests of the pages in one"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(said)
        pytest.skip(said)
    return found


@dataclass(slots=True)
class Reader:
    """A person at a browser."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    """Errors of the console, of scripts, and what the policy refused."""
    asked: list[str] = field(default_factory=list)
    """Every address that was asked for."""

    async def is_within_width(self) -> bool:
        """Tell whether nothing makes the page scroll sideways."""
        return bool(await self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@asynccontextmanager
async def reading(*, size: tuple[int, int] = WIDE, dark: bool = False) -> AsyncIterator[Reader]:
    """Open a browser of a size."""
    program = chromium()
    async with async_playwright() as playwright:
        # A container has no room in /dev/shm, and nothing but the desk is opened: no sandbox is needed.
        browser = await playwright.chromium.launch(
            executable_path=program, args=["--disable-dev-shm-usage", "--disable-gpu"]
        )
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light"
        )
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        try:
            yield await _reader(context)
        finally:
            await browser.close()


async def _reader(context: BrowserContext) -> Reader:
    reader = Reader(await context.new_page())
    page, complaints = reader.page, reader.complaints
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
    page.on("request", lambda request: reader.asked.append(request.url))
    await page.add_init_script(
        "document.addEventListener('securitypolicyviolation', e => console.error(`policy: ${e.blockedURI}`))"
    )
    return reader
