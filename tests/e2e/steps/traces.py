"""What an operator can follow: one id, from the request of a person to the mails that it caused."""

import asyncio
import json
from functools import partial
from typing import Any

import httpx

from tests.e2e.story import Story
from tests.support.eventually import eventually
from tests.support.processes import Process


async def one_correlation_id_follows_the_request_into_its_mails(story: Story) -> None:
    employers = {story[key].email for key in ("claire", "denis")}
    found = await _mails_of_staff(story, "request_to_decide")
    caused = [one for one in found if one["correlation_id"] == story.correlation_id]
    assert sorted(one["recipient"] for one in caused) == sorted(4 * list(employers))
    receipts = await _mails_of_staff(story, "request_receipt")
    assert [one["recipient"] for one in receipts if one["correlation_id"] == story.correlation_id] == [
        story["bruno"].email
    ]
    for mail in story.mails.opened(f"Demande de formation {story['bruno'].of}"):
        headers = await story.mails.headers(mail)
        assert headers is None or headers["x-correlation-id"] == [story.correlation_id]


async def the_logs_of_every_service_on_the_way_name_it(story: Story) -> None:
    """Where each service logs into a file of ours; the embedded process logs warnings alone."""
    on_the_way = [
        story.system.processes[name] for name in ("enrollment-api", "notifier-worker") if name in story.system.processes
    ]
    for process in on_the_way:
        await eventually(partial(_names, process, story.correlation_id), within=10)


async def _names(process: Process, correlation_id: str) -> bool:
    lines = [
        json.loads(line) for line in (await asyncio.to_thread(lambda: process.log)).splitlines() if line.startswith("{")
    ]
    return any(line.get("correlation_id") == correlation_id for line in lines)


async def _mails_of_staff(story: Story, kind: str) -> list[dict[str, Any]]:
    answer = await story.staff.sends("GET", f"notifier/v1/mails?kind={kind}&limit=100")
    assert answer.status_code == httpx.codes.OK, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items
