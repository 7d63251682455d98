"""What an operator can follow: one id, from the request of a person to the mails that it caused."""

import asyncio
from typing import Any

import httpx

from tests.e2e.story import Story
from tests.support.eventually import eventually


async def one_correlation_id_follows_the_request_into_its_mails(story: Story) -> None:
    employers = {story[key].email for key in ("claire", "denis")}
    found = await _mails_of_staff(story, "request_to_decide")
    caused = [one for one in found if one["correlation_id"] == story.correlation_id]
    assert sorted(one["recipient"] for one in caused) == sorted(4 * list(employers))
    receipts = await _mails_of_staff(story, "request_receipt")
    assert [one["recipient"] for one in receipts if one["correlation_id"] == story.correlation_id] == [story["bruno"].email]
    for mail in story.mails.opened(f"Demande de formation de {story['bruno'].full_name} à décider"):
        headers = await story.mails.headers(mail)
        assert headers is None or headers["x-correlation-id"] == [story.correlation_id]


async def the_logs_of_every_service_on_the_way_name_it(story: Story) -> None:
    """Where the system was started by the test, its logs can be read."""
    if not story.system.processes:
        return
    for process in ("enrollment-api", "notifier-worker"):

        async def named(process: str = process) -> bool:
            lines = (await asyncio.to_thread(story.system.log_of, process)).splitlines()
            return any(story.correlation_id in line and process.partition("-")[0] in line for line in lines)

        await eventually(named, within=10)


async def _mails_of_staff(story: Story, kind: str) -> list[dict[str, Any]]:
    answer = await story.staff.sends("GET", f"notifier/v1/mails?kind={kind}&limit=100")
    assert answer.status_code == httpx.codes.OK, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items
