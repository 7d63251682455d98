"""`python -m tests.browser.screenshots` (make screenshots): a picture of every page, to be looked at by people.

Each is taken at 1280 and 390 px, light and dark, in the embedded system with its demo data or at PARCOURSPRO_E2E_URL.
`index.html` shows them all.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from html import escape
from pathlib import Path
from typing import Final

import httpx

from tests.browser.browsers import NO_CHROMIUM, chromium, find_chromium
from tests.browser.pages import EXAMPLES, Example
from tests.browser.places import Places, find_places
from tests.browser.reader import Doors, Reader, Readers
from tests.browser.states import STATES, State
from tests.e2e.systems import System, embedded, given

FOLDER: Final = Path(".data/screenshots")
WIDTHS: Final = (1280, 390)
THEMES: Final = ("light", "dark")
Reach = Callable[[Reader, Places], Awaitable[None]]


def pictures() -> list[tuple[str, str | None, Reach]]:
    """The name of each picture, who looks, and how the page is reached."""

    def of_page(example: Example) -> Reach:
        async def reach(reader: Reader, places: Places) -> None:
            await reader.open(example.address.format(**places))

        return reach

    def of_state(state: State) -> Reach:
        return state.reach

    return [
        *((each.name, each.reader, of_page(each)) for each in EXAMPLES),
        *((name, state.reader, of_state(state)) for name, state in STATES.items()),
    ]


async def take(doors: Doors, places: Places, folder: Path) -> list[str]:
    """Take all pictures; return their names."""
    readers, names = Readers(doors), []
    for name, who, reach in pictures():
        reader = await readers.get(who)
        await reach(reader, places)
        names.append(file := re.sub(r"[^a-z0-9]+", "-", name.lower()))
        for width in WIDTHS:
            await reader.page.set_viewport_size({"width": width, "height": 900})
            for theme in THEMES:
                await reader.page.emulate_media(color_scheme=theme)
                await reader.page.screenshot(path=folder / f"{file}-{width}-{theme}.png", full_page=True)
    return names


def write_index(folder: Path, names: list[str]) -> None:
    """One page with all pictures, small."""
    kinds = [f"{width}-{theme}" for width in WIDTHS for theme in THEMES]
    rows = "".join(
        f"<h2>{escape(name)}</h2><p>"
        + "".join(f'<a href="{name}-{kind}.png"><img src="{name}-{kind}.png" alt="{kind}"></a>' for kind in kinds)
        for name in names
    )
    style = "body{font-family:sans-serif} img{height:22rem;border:1px solid #999;margin-right:.5rem;vertical-align:top}"
    head = f'<meta charset="utf-8"><title>Pages</title><style>{style}</style>'
    (folder / "index.html").write_text(f'<!doctype html><html lang="fr">{head}{rows}')


@asynccontextmanager
async def system() -> AsyncIterator[System]:
    """The given system, else a new one."""
    known = given()
    if known:
        yield known
        return
    async with embedded(demo=True) as running:
        yield running


async def main() -> None:
    """Write all pictures into the folder."""
    path = find_chromium()
    if path is None:
        sys.exit(NO_CHROMIUM)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    async with AsyncExitStack() as opened:
        running = await opened.enter_async_context(system())
        http = await opened.enter_async_context(httpx.AsyncClient(base_url=running.url, timeout=30, trust_env=False))
        doors = Doors(await opened.enter_async_context(chromium(path)), running)
        write_index(FOLDER, await take(doors, await find_places(http), FOLDER))
        await doors.close()
    print(FOLDER / "index.html")  # noqa: T201 - a program


if __name__ == "__main__":
    asyncio.run(main())
