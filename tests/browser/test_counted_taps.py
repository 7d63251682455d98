"""How many taps a whole attendance sheet takes on a phone."""

import pytest
from playwright.async_api import expect

from tests.browser.reader import Doors
from tests.e2e.people import siret
from tests.e2e.scenario import Scenario
from tests.e2e.steps import accounts, attendance, catalogue

NAMES = ("Alix", "Basile", "Carole", "Denise", "Elsa", "Fanny", "Gilles", "Hakim", "Iris", "Jeanne", "Karine", "Louis")
PEOPLE = len(NAMES)
MOST_TAPS = 26


@pytest.mark.asyncio(loop_scope="session")
async def test_twelve_people_over_two_slots_take_26_taps(doors: Doors, scenario: Scenario) -> None:
    session = await _session_of_yesterday(scenario)
    theo = scenario["theo"]
    reader = await doors.signed_in(theo.email, theo.password, viewport={"width": 390, "height": 800}, has_touch=True)
    await reader.open(f"/formateur/sessions/{session}/emargement")
    cells = reader.page.get_by_role("radiogroup")
    await expect(cells).to_have_count(2 * PEOPLE)
    for number in range(2 * PEOPLE):
        await cells.nth(number).locator("label", has_text="Présent·e").first.tap()
        reader.acts += 1
    await reader.sees("Tout est enregistré.")
    await reader.page.reload()
    await expect(reader.page.locator("[data-there]")).to_have_text([str(PEOPLE)] * 2)
    await reader.follow("Clore l'émargement")
    await reader.press("Clore l'émargement")
    await reader.sees("La feuille est close")
    assert reader.acts <= MOST_TAPS


async def _session_of_yesterday(scenario: Scenario) -> str:
    """A session with people who came without a request, which takes no decision of an employer."""
    await catalogue.staff_create_the_account_of_a_trainer_without_a_structure(scenario)
    await catalogue.staff_publish_trainings_with_their_sessions(scenario)
    await attendance.move_to_yesterday(scenario, "entretien")
    body = {"name": f"Régie {scenario.run}", "siret": siret(), "town": "Limoges", "is_member": True}
    scenario.structures["regie"] = await scenario.staff.call("POST", "identity/v1/structures", body, expect=201)
    session = str(scenario.sessions["entretien"]["id"])
    path = f"enrollment/v1/sessions/{session}/attendance"
    await scenario["theo"].get_until(path, lambda sheet: bool(sheet["session"]["slots"]))
    for number, name in enumerate(NAMES):
        person = scenario.add_person(name.lower(), name, "Morel")
        await accounts.register(scenario, person, "regie")
        await person.verify_address()
        await person.sign_in()
        [attachment] = (await person.get_json("identity/v1/me"))["attachments"]
        if number == 0:  # the first user is the referent
            person.attachment_id = attachment["id"]
            await accounts.set_statuses(person, person, ["referent", "beneficiary"])
        else:
            confirmation = f"identity/v1/attachments/{attachment['id']}/confirmation"
            await scenario.staff.call("POST", confirmation, {"statuses": ["beneficiary"]})
        added = {"account_id": person.id, "structure_id": scenario.structures["regie"]["id"]}
        await scenario["theo"].call_until("POST", f"{path}/people", added)
    return session
