"""The fictional agency "Cap Exemple", played through the public APIs as people would."""

from datetime import UTC, datetime

import httpx

from deploy.embedded.demo.requests import Requests
from deploy.embedded.demo.story import Story


async def play(address: str, staff_email: str) -> None:
    """Fill an empty installation; raises Stuck when it does not answer as it should."""
    async with httpx.AsyncClient(base_url=address, timeout=30) as http:
        story = Story(http, staff_email, datetime.now(UTC))
        await story.tell()
        await Requests(story).make()
