"""The procedure that the agency publishes, by clicking: with scripts, without them, and by keyboard alone.

One step calls the API: it moves a session to yesterday, which nobody could do by hand. It runs at PARCOURSPRO_E2E_URL
too, as tests/e2e does.
"""

from typing import Any, Final

import pytest
from playwright.async_api import Browser

from tests.browser.reader import Doors
from tests.browser.steps import accounts, agency, requests
from tests.browser.steps.journey import Journey, Step
from tests.e2e.scenario import Scenario
from tests.e2e.systems import System

PROCEDURE: Final[tuple[Step, ...]] = (
    accounts.a_structure_that_is_not_listed_is_asked_for,
    agency.staff_add_the_structure,
    accounts.the_first_user_creates_an_account_and_is_the_referent,
    accounts.others_join_and_the_referent_confirms_them,
    accounts.the_referent_refuses_somebody_who_does_not_work_there,
    agency.staff_make_the_account_of_a_trainer,
    accounts.a_trainer_opens_the_account_that_staff_made,
    accounts.a_forgotten_password_is_replaced,
    agency.staff_publish_trainings,
    requests.a_visitor_finds_a_training_and_signs_in_for_the_cart,
    requests.two_trainings_are_asked_for_with_a_motivation_each,
    requests.an_employer_decides_from_the_mail,
    requests.an_employer_refuses_with_a_reason,
    requests.an_employer_takes_a_decision_back,
    requests.the_trainer_asks_and_the_person_answers,
    requests.the_trainer_validates,
    requests.another_person_is_queued_because_the_session_is_full,
    requests.a_person_withdraws_from_one_of_them,
    requests.the_first_of_the_queue_gets_the_place,
    requests.the_session_takes_place,
    requests.the_trainer_fills_in_the_sheet,
    requests.the_person_finds_the_certificate,
    requests.the_employer_finds_all_decisions,
)
PEOPLE: Final = 7
"""Each is in a browser of their own: staff, a trainer, and of the structure the referent, an employer, two people who
ask for trainings, and one who does not work there."""
MANNERS: Final[dict[str, dict[str, Any]]] = {
    "with scripts": {},
    "without scripts": {"options": {"java_script_enabled": False}},
    "by keyboard": {"by_keyboard": True},
}


async def perform(journey: Journey) -> None:
    for step in PROCEDURE:
        try:
            await step(journey)
        except BaseException as error:
            shown = [f"{key} at {reader.page.url}" for key, reader in journey.readers.items()]
            error.add_note("\n".join([f"in the step {step.__name__}", *shown]))
            raise


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("manner", MANNERS)
async def test_the_procedure_by_clicking(browser: Browser, system: System, scenario: Scenario, manner: str) -> None:
    doors = Doors(browser, system, **MANNERS[manner])
    journey = Journey(scenario, doors)
    await perform(journey)
    assert len({id(reader.page.context) for reader in journey.readers.values()}) == PEOPLE
    await doors.close()
