"""Every page as every kind of person: accessible in both themes, on every width, without an error of a script."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.looks import faults, unlinked
from tests.browser.pages import EXAMPLES, NO_PAGES, PAGES, Example
from tests.browser.places import Places, find_places
from tests.browser.reader import Doors, Readers
from tests.browser.states import STATES
from tests.e2e.systems import System
from tests.web.routes import paths


def test_every_page_has_an_example() -> None:
    assert sorted(paths("GET")) == sorted([*PAGES, *NO_PAGES])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def readers(browser: Browser, system: System) -> AsyncIterator[Readers]:
    doors = Doors(browser, system)
    yield Readers(doors)
    doors.wrong.clear()  # each test has looked at its own
    await doors.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def places(http: httpx.AsyncClient) -> Places:
    return await find_places(http)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
async def test_a_page_is_well_made(readers: Readers, places: Places, example: Example) -> None:
    reader = await readers.get(example.reader)
    readers.doors.wrong.clear()
    answer = await reader.page.goto(example.address.format(**places))
    assert answer is not None
    assert answer.status == example.status
    assert await faults(reader.page) == []
    assert readers.doors.wrong == []


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("name", STATES)
async def test_a_state_of_a_page_is_well_made(readers: Readers, places: Places, name: str) -> None:
    state = STATES[name]
    reader = await readers.get(state.reader)
    readers.doors.wrong.clear()
    await state.reach(reader, places)
    if state.errors:
        assert await reader.page.evaluate("() => document.activeElement.id") == "errors"
    assert await unlinked(reader.page, state.errors) == []
    assert await faults(reader.page) == []
    assert readers.doors.wrong == []
