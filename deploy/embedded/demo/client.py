"""A client of the public APIs for one person, and access to the links in their mails."""

import asyncio
import re
import time
from dataclasses import dataclass
from typing import Any, Final

import httpx

PATIENCE_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.1
NOT_YET: Final = frozenset({404, 409, 422})
"""Statuses that a service answers while it has not yet received an event that the call depends on."""


class Stuck(Exception):
    """A call that must succeed did not succeed in time; the text is the last answer."""


@dataclass(slots=True)
class Caller:
    """The HTTP client of one person; `token` is None for a visitor."""

    http: httpx.AsyncClient
    token: str | None = None

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:  # noqa: ANN401 - any JSON
        """Repeat a call until it succeeds, because events from other services may still be on their way.

        Raises Stuck with the last answer after PATIENCE_SECONDS, or at once if the status is not in NOT_YET.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = await self.http.request(method, path, json=body, headers={**self._authorization(), **headers})
            if answer.is_success:
                return answer.json() if answer.content else None
            if answer.status_code not in NOT_YET or time.monotonic() > deadline:
                text = f"{method} {path}: {answer.status_code} {answer.text}"
                raise Stuck(text)
            await asyncio.sleep(POLL_SECONDS)

    async def change(self, method: str, path: str, body: Any, *, read: str) -> Any:  # noqa: ANN401 - any JSON
        """Change an object that has a version: read its ETag, then send it with the change."""
        current = await self.http.get(read, headers=self._authorization())
        return await self.call(method, path, body, **{"If-Match": current.headers["ETag"]})

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


async def secret_of(http: httpx.AsyncClient, email: str, page: str) -> str:
    """Wait for a mail to that address with a link to `page` (`/compte/adresse/`); return the secret in the link."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        listed = (await http.get("/mailbox/api/v1/messages", params={"limit": "500"})).json()["messages"]
        for summary in listed:
            if summary["To"][0]["Address"] == email:
                mail = (await http.get(f"/mailbox/api/v1/message/{summary['ID']}")).json()
                link = re.search(re.escape(page) + r"([\w-]+)", mail["Text"])
                if link:
                    return link[1]
        await asyncio.sleep(POLL_SECONDS * 2)
    raise Stuck(f"no mail to {email} has a link to {page}")
