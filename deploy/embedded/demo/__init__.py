"""The demo data of the fictional agency "Cap Exemple", created through the public APIs."""

from datetime import UTC, datetime

import httpx

from deploy.embedded.demo.requests import Requests
from deploy.embedded.demo.scenario import Scenario


async def fill(address: str, staff_email: str, mailbox_key: str) -> None:
    """Fill an empty installation; raises Stuck if a call does not succeed in time."""
    async with httpx.AsyncClient(base_url=address, timeout=30, cookies={"mailbox": mailbox_key}) as http:
        scenario = Scenario(http, staff_email, datetime.now(UTC))
        await scenario.create()
        await Requests(scenario).create()
