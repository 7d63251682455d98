"""The attendance sheet on a trainer's phone: one tap for each person and slot, kept without a connection, sent once."""

from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import expect

from deploy.embedded.demo.people import PASSWORD
from tests.browser.pages import THIERRY
from tests.browser.places import find_places
from tests.browser.reader import Doors, Reader

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("demo")]
PHONE: Final[dict[str, Any]] = {"viewport": {"width": 320, "height": 640}, "has_touch": True}
LEAST: Final = 44
"""The width and the height of a target, in pixels."""
_SMALL: Final = f"""() => [...document.querySelectorAll(".tap input, .more > summary, .sheet-bar .button")]
    .map(each => each.getBoundingClientRect())
    .filter(box => box.width && (box.width < {LEAST} || box.height < {LEAST})).length"""


class OpenSheet:
    """The sheet of a session of the demonstration, opened again, through the API of its trainer."""

    def __init__(self, http: httpx.AsyncClient, session: str, headers: dict[str, str]) -> None:
        self._http, self._headers = http, headers
        self._path = f"/api/enrollment/v1/sessions/{session}/attendance"
        self.page = f"/formateur/sessions/{session}/emargement"

    async def call(self, method: str, path: str = "", body: Any = None) -> Any:
        answer = await self._http.request(method, self._path + path, json=body, headers=self._headers)
        return answer.raise_for_status().json()

    async def statuses(self) -> list[str]:
        """The statuses of all people in all slots."""
        return [presence["status"] for line in (await self.call("GET"))["lines"] for presence in line["slots"]]


@pytest_asyncio.fixture(loop_scope="session")
async def sheet(http: httpx.AsyncClient) -> AsyncIterator[OpenSheet]:
    secret = {"email": THIERRY, "password": PASSWORD}
    tokens = (await http.post("/api/identity/v1/tokens", json=secret)).raise_for_status().json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    opened = OpenSheet(http, (await find_places(http))["past_session"], headers)
    await opened.call("POST", "/reopening", {"reason": "Les lignes ont été interverties."})
    before = (await opened.call("GET"))["lines"]
    yield opened
    if (await opened.call("GET"))["closed_at"]:
        await opened.call("POST", "/reopening", {"reason": "Fin de l'essai."})
    for line in before:
        for presence in line["slots"]:
            mark = {name: presence[name] for name in ("status", "arrived_at", "remark")}
            body = {"presences": [{"enrollment_id": line["enrollment_id"], **mark}]}
            await opened.call("PUT", f"/slots/{presence['slot_id']}", body)
    await opened.call("POST", "/closure")


async def taps(reader: Reader, status: str) -> int:
    """Tap every person in every slot; return the number of taps."""
    for slot in await reader.page.locator("details.slot:not([open]) > summary").all():
        await slot.click()
    boxes = await reader.page.locator(f".mark[data-request] .taps > .tap.{status} input").all()
    for box in boxes:
        await box.tap()
    return len(boxes)


async def test_taps_without_a_connection_are_kept_and_sent_once(doors: Doors, sheet: OpenSheet) -> None:
    reader = await doors.signed_in(THIERRY, **PHONE)
    await reader.open(sheet.page)
    sending = reader.page.locator("#sending")
    await expect(sending).to_have_text("Tout est enregistré.")
    assert await reader.page.evaluate(_SMALL) == 0
    before = await sheet.statuses()

    await reader.page.context.set_offline(True)
    number = await taps(reader, "unexcused")
    await expect(sending).to_contain_text(f"{number} non envoyées")
    kept = await reader.page.evaluate("() => JSON.stringify(localStorage)")
    for line in (await sheet.call("GET"))["lines"]:
        assert line["enrollment_id"] in kept
        assert line["person"]["last_name"] not in kept
    assert await sheet.statuses() == before

    await reader.page.context.set_offline(False)
    await expect(sending).to_have_text("Tout est enregistré.")
    assert set(await sheet.statuses()) == {"unexcused"}
    assert await reader.page.evaluate("() => localStorage.length") == 0


async def test_a_sheet_takes_one_tap_for_each_cell_and_two_for_the_closing(doors: Doors, sheet: OpenSheet) -> None:
    reader = await doors.signed_in(THIERRY, **PHONE)
    await reader.open(sheet.page)
    cells = len(await sheet.statuses())
    assert await taps(reader, "present") == cells
    await expect(reader.page.locator("#sending")).to_have_text("Tout est enregistré.")
    await reader.follow("Clore l'émargement")
    await reader.press("Clore l'émargement", within=reader.page.locator("main"))
    await reader.sees("La feuille est close")
    assert reader.acts == 2
    assert set(await sheet.statuses()) == {"present"}


async def test_what_somebody_else_noted_meanwhile_is_shown_and_decided(doors: Doors, sheet: OpenSheet) -> None:
    reader, other = await doors.signed_in(THIERRY, **PHONE), await doors.signed_in("agence@cap-exemple.example")
    await reader.open(sheet.page)
    await reader.page.context.set_offline(True)
    await taps(reader, "unexcused")
    await other.open(sheet.page)
    await other.type("Pourquoi l’agence remplit cette feuille", "Appel reçu")
    for slot in await other.page.locator("details.slot:not([open]) > summary").all():
        await slot.click()
    more = other.page.locator("details.more").first
    if await more.get_attribute("open") is None:
        await more.locator("summary").click()
    await more.locator(".tap.excused input").check()
    await other.press("Enregistrer les présences")
    await other.sees("Les présences sont enregistrées")

    await reader.page.context.set_offline(False)
    await expect(reader.page.locator("#conflicts")).to_contain_text("vous aviez noté")
    assert "excused" in await sheet.statuses()
    await reader.press("Garder le mien")
    await expect(reader.page.locator("#sending")).to_have_text("Tout est enregistré.")
    await expect(reader.page.locator("#conflicts")).to_be_hidden()
    assert set(await sheet.statuses()) == {"unexcused"}
