"""SIGKILL of the embedded system: committed requests are still there, and their effects still happen exactly once."""

from collections.abc import AsyncIterator
from typing import Final

import httpx
import pytest

from tests.e2e.scenario import Scenario, Step, perform
from tests.e2e.steps import accounts, catalogue, requests
from tests.e2e.systems import embedded, kill_and_restart
from tests.support.mail import MailReader

BEFORE: Final[tuple[Step, ...]] = (
    accounts.staff_sign_in,
    accounts.a_missing_structure_is_requested_and_added,
    accounts.the_first_user_verifies_the_address_and_becomes_the_referent,
    accounts.nobody_has_to_confirm_the_first_user_whom_staff_invited,
    accounts.the_referent_confirms_the_second_user_who_gets_a_mail,
    accounts.the_referent_sets_the_statuses,
    catalogue.staff_create_the_account_of_a_trainer_without_a_structure,
    catalogue.staff_publish_trainings_with_their_sessions,
    requests.sessions_go_into_the_cart,
)


@pytest.fixture
async def scenario() -> AsyncIterator[Scenario]:
    """A scenario in its own embedded system."""
    async with embedded() as system, httpx.AsyncClient(base_url=system.url, timeout=30, trust_env=False) as http:
        mails = MailReader(system.mail_url)
        yield Scenario(system, http, mails)
        await mails.close()


async def test_after_a_kill_every_employer_still_gets_one_mail_for_each_request(scenario: Scenario) -> None:
    await perform(scenario, BEFORE)
    await requests.request_all_four(scenario)
    await kill_and_restart(scenario.system)

    assert len((await scenario["bruno"].get_json(requests.ENROLLMENTS))["items"]) == 4
    await requests.every_employer_gets_a_mail_about_each_request(scenario)

    await scenario.decide("claire", "bruno", "entretien", "acceptance")
    await kill_and_restart(scenario.system)
    await scenario["bruno"].read_mail(f"Pré-inscription : {scenario.title('entretien')}")
    await scenario["theo"].read_mail(f"Pré-inscription {scenario['bruno'].of} à valider")
    await kill_and_restart(scenario.system)
    assert (await scenario.view("bruno", "bruno", "entretien"))["seat"] == "held"
    for key in ("claire", "denis", "theo"):
        unread = await scenario.mails.unread(scenario[key].email)
        assert len(set(unread)) == len(unread), "no mail came twice"
        assert not [subject for subject in unread if subject.startswith(("Demande de formation", "Pré-inscription"))]
