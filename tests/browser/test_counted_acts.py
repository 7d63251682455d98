"""How many acts the most common things take: what is pressed, followed and typed.

The employer's decision is counted in the procedure: see `an_employer_decides_from_the_mail`.
"""

import httpx
import pytest

from deploy.embedded.demo.people import PASSWORD
from tests.browser.reader import Doors

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("demo")]
BENEFICIARY = "sophie.laurent@mission-locale.example"
FIRST, SECOND = "Conduire un entretien d'accompagnement", "Aller à la rencontre des employeurs"
WHY = "Pourquoi cette formation vous serait-elle utile ?"


async def test_two_trainings_are_asked_for_in_eight_acts(doors: Doors, http: httpx.AsyncClient) -> None:
    reader = await doors.signed_in(BENEFICIARY)
    await reader.open("/")
    await reader.follow(FIRST)
    await reader.press("Ajouter à mon panier")
    await reader.follow("Ajouter une autre session")
    await reader.follow(SECOND)
    await reader.press("Ajouter à mon panier")
    for title in (FIRST, SECOND):
        await reader.type(WHY, "J'accueille un nouveau public depuis janvier.", within=reader.part(title))
    await reader.press("Envoyer mes 2 demandes")
    await reader.sees("Vos 2 demandes sont envoyées")
    assert reader.acts <= 8
    await _take_back(http)


async def _take_back(http: httpx.AsyncClient) -> None:
    """Withdraw the requests, so that the test can run again on the same system."""
    tokens = (await http.post("/api/identity/v1/tokens", json={"email": BENEFICIARY, "password": PASSWORD})).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    path = "/api/enrollment/v1/enrollments"
    mine = (await http.get(f"{path}?scope=mine&group=requested", headers=headers)).json()["items"]
    made = [each for each in mine if each["approval"] == "awaiting_employer"]
    assert {each["session"]["title"] for each in made} == {FIRST, SECOND}
    for each in made:
        (await http.post(f"{path}/{each['id']}/withdrawal", headers=headers)).raise_for_status()
