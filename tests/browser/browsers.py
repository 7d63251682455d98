"""The system's browsers, as the tests start them: Playwright's own are not downloaded."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from playwright.async_api import Browser, async_playwright

CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
FIREFOX: Final = ("firefox-esr", "firefox")
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
NO_CHROMIUM: Final = (
    "there is no Chromium. Install the package chromium (as root on Debian, `make test` does it), or set "
    "PARCOURSPRO_TEST_CHROMIUM to the path of a Chromium or Chrome."
)
NO_FIREFOX: Final = "there is no Firefox. Install the package firefox-esr, or set PARCOURSPRO_TEST_FIREFOX to its path."

OLD_FIREFOX: Final = "this Firefox is too old for Playwright"


def find_chromium() -> str | None:
    """The path of Chromium, or None."""
    return _find("PARCOURSPRO_TEST_CHROMIUM", CHROMIUM)


def find_firefox() -> str | None:
    """The path of Firefox, or None."""
    return _find("PARCOURSPRO_TEST_FIREFOX", FIREFOX)


def _find(setting: str, names: tuple[str, ...]) -> str | None:
    return os.environ.get(setting) or next((path for name in names if (path := shutil.which(name))), None)


@asynccontextmanager
async def chromium(path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def firefox(path: str) -> AsyncIterator[Browser]:
    """A Firefox as it is published: Playwright drives it with WebDriver BiDi."""
    async with async_playwright() as playwright:
        browser = await playwright.firefox.launch(executable_path=path, channel="moz-firefox")
        yield browser
        await browser.close()
