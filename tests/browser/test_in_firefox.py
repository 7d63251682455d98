"""The published procedure once in Firefox, which the agency recommends beside Chrome."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error

from tests.browser.browsers import NO_FIREFOX, OLD_FIREFOX, find_firefox, firefox
from tests.browser.reader import Doors
from tests.browser.steps.journey import Journey
from tests.browser.test_the_procedure import perform
from tests.e2e.scenario import Scenario
from tests.e2e.systems import System


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def mozilla() -> AsyncIterator[Browser]:
    """A Firefox that knows the commands of WebDriver BiDi that Playwright needs: older ones lack some."""
    path = find_firefox()
    if path is None:
        pytest.skip(NO_FIREFOX)
    async with firefox(path) as browser:
        try:
            await (await browser.new_context()).close()
        except Error as error:
            if "unknown command" not in error.message:
                raise
            pytest.skip(f"{OLD_FIREFOX}: {error.message.splitlines()[0]} ({browser.version})")
        yield browser


@pytest.mark.asyncio(loop_scope="session")
async def test_the_procedure_in_firefox(mozilla: Browser, system: System, scenario: Scenario) -> None:
    """`mozilla` comes first: without it, no system is started."""
    doors = Doors(mozilla, system)
    await perform(Journey(scenario, doors))
    await doors.close()
