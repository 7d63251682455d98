"""kill -9 of the embedded system in the middle: what was answered is there, and what follows from it still happens, once."""

from collections.abc import AsyncIterator
from typing import Final

import httpx
import pytest

from tests.e2e.steps import accounts, catalogue, requests
from tests.e2e.story import Step, Story, perform
from tests.e2e.systems import embedded, killed_and_started_again
from tests.support.mail import MailReader

BEFORE: Final[tuple[Step, ...]] = (
    accounts.the_desk_signs_in,
    accounts.a_structure_that_is_not_listed_is_asked_for,
    accounts.the_first_user_proves_the_address_and_becomes_the_referent,
    accounts.the_referent_confirms_the_second_user_who_hears_of_it_by_mail,
    accounts.the_referent_gives_the_statuses,
    catalogue.a_trainer_gets_an_account_without_a_structure,
    catalogue.the_desk_offers_trainings_with_their_sessions,
    requests.sessions_go_into_the_cart,
)


@pytest.fixture
async def story() -> AsyncIterator[Story]:
    """People of an embedded system of their own."""
    async with embedded() as system, httpx.AsyncClient(base_url=system.url, timeout=30, trust_env=False) as http:
        mails = MailReader(system.mail_url)
        yield Story(system, http, mails)
        await mails.close()


async def test_requests_that_were_answered_before_a_kill_still_reach_every_employer_once(story: Story) -> None:
    await perform(story, BEFORE)
    await requests.asks_for_all_four(story)
    await killed_and_started_again(story.system)

    assert len((await story["bruno"].gets(requests.ENROLLMENTS))["items"]) == 4
    await requests.every_employer_is_alerted_of_each_request(story)

    await story.decide("claire", "bruno", "entretien", "acceptance")
    await killed_and_started_again(story.system)
    await story["bruno"].reads(f"Pré-inscription : {story.title('entretien')}")
    await story["theo"].reads(f"Pré-inscription {story['bruno'].of} à valider")
    await killed_and_started_again(story.system)
    assert (await story.view("bruno", "bruno", "entretien"))["seat"] == "held"
    assert [await story.mails.unread(story[key].email) for key in ("claire", "denis", "theo")] == [[], [], []]
