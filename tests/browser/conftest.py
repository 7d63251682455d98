"""The browser and the embedded system with demo data: each is started once for this folder."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from deploy.embedded.demo.people import PASSWORD
from tests.browser.browsers import NO_CHROMIUM, chromium, find_chromium
from tests.browser.reader import Doors
from tests.e2e.scenario import Scenario
from tests.e2e.systems import System, embedded, given
from tests.support.mail import MailReader

GIVEN = given()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip(NO_CHROMIUM)
    async with chromium(path) as running:
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def system(browser: Browser) -> AsyncIterator[System]:
    """The given system, else `make run` with the demo data; only if there is a browser."""
    if GIVEN:
        yield GIVEN
        return
    async with embedded(demo=True) as running:
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def http(system: System) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=system.url, timeout=30, trust_env=False) as client:
        yield client


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def has_demo(http: httpx.AsyncClient) -> bool:
    """Whether the accounts of the demonstration exist, which a given system may lack."""
    answer = await http.get("/essai")
    return answer.status_code == httpx.codes.OK and PASSWORD in answer.text


@pytest.fixture
def demo(has_demo: bool) -> None:
    """For tests of pages that need the demo data."""
    if not has_demo:
        pytest.skip("the given system has no demo data")


@pytest_asyncio.fixture(loop_scope="session")
async def doors(browser: Browser, system: System) -> AsyncIterator[Doors]:
    """Lets people in; after the test none of their pages may have shown an error in the console."""
    opened = Doors(browser, system)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def scenario(system: System, http: httpx.AsyncClient, has_demo: bool) -> AsyncIterator[Scenario]:
    """People with new names and addresses; the agency's own account is signed in."""
    mails = MailReader(system.mail_url)
    made = Scenario(system, http, mails)
    if has_demo:
        made.staff.password = PASSWORD
    else:
        await made.staff.reset_password()
    await made.staff.sign_in()
    yield made
    await mails.close()
