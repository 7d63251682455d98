"""A person at the public APIs, and the mailbox in which links arrive."""

import asyncio
import re
import time
from dataclasses import dataclass
from typing import Any, Final

import httpx

PATIENCE_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.1
NOT_YET: Final = frozenset({404, 409, 422})
"""What a service answers while the news that it needs has not reached it."""


class Stuck(Exception):
    """A call that must succeed in the end did not; the text is the last answer."""


@dataclass(slots=True)
class Caller:
    """Somebody, signed in or not."""

    http: httpx.AsyncClient
    token: str | None = None

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:  # noqa: ANN401 - the answer's JSON
        """Call until it succeeds: news travels between services, so what is refused now may be right in a moment.

        Raises Stuck with the last answer when it is not right after PATIENCE_SECONDS, at once for any other failure.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = await self.http.request(method, path, json=body, headers={**self._authorization(), **headers})
            if answer.is_success:
                return answer.json() if answer.content else None
            if answer.status_code not in NOT_YET or time.monotonic() > deadline:
                said = f"{method} {path}: {answer.status_code} {answer.text}"
                raise Stuck(said)
            await asyncio.sleep(POLL_SECONDS)

    async def change(self, method: str, path: str, body: Any, *, read: str) -> Any:  # noqa: ANN401 - the answer's JSON
        """Change something that has a version: read it, and change that version."""
        seen = await self.http.get(read, headers=self._authorization())
        return await self.call(method, path, body, **{"If-Match": seen.headers["ETag"]})

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


async def secret_of(http: httpx.AsyncClient, email: str, page: str) -> str:
    """The secret in the link of the newest mail to an address that leads to that page (`/compte/adresse/`); waits for the mail."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        listed = (await http.get("/mailbox/api/v1/messages", params={"limit": "500"})).json()["messages"]
        for one in listed:
            if one["To"][0]["Address"] == email:
                mail = (await http.get(f"/mailbox/api/v1/message/{one['ID']}")).json()
                found = re.search(re.escape(page) + r"([\w-]+)", mail["Text"])
                if found:
                    return found[1]
        await asyncio.sleep(POLL_SECONDS * 2)
    raise Stuck(f"no mail to {email} leads to {page}")
