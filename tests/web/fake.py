"""The pages over a gateway that answers from a table."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from tests.web.openapi import faults
from web.session import Kept, Sessions, Tokens
from web.settings import Settings
from web.wiring import create

ADDRESS = "http://pages.example"
HOSTILE = "<script>alert('x')</script>"
ESCAPED = "&lt;script&gt;"


def settings(**changes: Any) -> Settings:
    return Settings(
        **{"gateway_url": "http://gateway.example", "public_url": ADDRESS, "cookie_keys": "k" * 32, **changes}
    )


@dataclass
class FakeGateway:
    """`answers`: "GET /api/…" → an answer, a status, or an iterator of them; what is not there is away."""

    answers: dict[str, Any] = field(default_factory=dict)
    sent: list[httpx.Request] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """What the services would have refused in the requests, by their OpenAPI documents."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        self.wrong += faults(request)
        answer = self.answers.get(f"{request.method} {request.url.path}", 503)
        if isinstance(answer, Iterator):
            answer = next(answer)
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(answer) if isinstance(answer, int) else httpx.Response(200, json=answer)

    def bodies(self, method: str, path: str) -> list[Any]:
        """The bodies that were sent there."""
        return [json.loads(each.content) for each in self.sent if (each.method, each.url.path) == (method, path)]


class Made:
    """The pages with settings, for one gateway after the other: to build them and their templates takes a while."""

    def __init__(self, **changes: Any) -> None:
        self.gateway = FakeGateway()
        self.app: FastAPI = create(settings(**changes), transport=lambda: httpx.MockTransport(self.gateway))


_IDLE: dict[str, list[Made]] = {}


@contextmanager
def _idle(changes: dict[str, Any]) -> Iterator[Made]:
    """Pages with these settings that no other browser uses at the moment."""
    idle = _IDLE.setdefault(repr(changes), [])
    made = idle.pop() if idle else Made(**changes)
    yield made
    idle.append(made)


@asynccontextmanager
async def browser(gateway: FakeGateway, *, signed_in: bool = False, **changes: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on the pages."""
    chosen = settings(**changes)
    with _idle(changes) as made:
        made.gateway = gateway
        app, transport = made.app, httpx.ASGITransport(made.app, raise_app_exceptions=False)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
            if signed_in:
                client.cookies.set("session", cookie(chosen))
            yield client
    assert not gateway.wrong, "\n".join(gateway.wrong)


def cookie(chosen: Settings, *, left: timedelta = timedelta(minutes=10)) -> str:
    """The cookie of somebody who is signed in. `left`: until the access token expires."""
    tokens = Tokens(access_token="a", refresh_token="r", expires_at=datetime.now(UTC) + left)
    return Sessions(chosen).seal(Kept(secret="s", tokens=tokens).model_dump_json(exclude_none=True))


async def token_on(client: httpx.AsyncClient, path: str) -> str:
    """The token of the forms on a page."""
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', (await client.get(path)).text)
    assert found
    return found[1]
