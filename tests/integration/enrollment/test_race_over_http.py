"""The race for seats as the deployment runs it: two API processes, real tokens, one database."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.contracts.enrollment import EnrollmentPromoted
from tests.integration.enrollment.enrollment_service import BASE, EnrollmentService, Person
from tests.support.processes import Process, free_port

SEATS, PEOPLE, NEWCOMERS, CONCURRENCY = 20, 500, 20, 32
KEY = Ed25519PrivateKey.generate()
JWK = jwt.algorithms.OKPAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "race", "use": "sig", "alg": "EdDSA"}


class _Published(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"keys": [JWK]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""


@contextmanager
def published_keys() -> Iterator[str]:
    """The address of a JWK set, as identity publishes it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Published)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/jwks.json"
    server.shutdown()
    thread.join()
    server.server_close()


def token(account_id: UUID, now: Any) -> str:
    claims = {"iss": "parcourspro", "aud": "parcourspro", "sub": str(account_id), "jti": str(uuid4())}
    times = {"iat": now, "nbf": now - timedelta(seconds=5), "exp": now + timedelta(minutes=10)}
    return jwt.encode({**claims, **times}, KEY, algorithm="EdDSA", headers={"typ": "at+jwt", "kid": "race"})


@dataclass
class Answer:
    """What came back, and between which two moments it was decided."""

    request: UUID
    status: int
    body: Any
    sent: float
    received: float


class Front:
    """A front-end that spreads its calls over the processes, so many at once."""

    def __init__(self, service: EnrollmentService, clients: Sequence[httpx.AsyncClient]) -> None:
        self._agency = service
        self._clients = cycle(clients)
        self._places = asyncio.Semaphore(CONCURRENCY)

    async def call(self, method: str, path: str, body: Any = None, *, by: UUID, about: UUID | None = None) -> Answer:
        async with self._places:
            client = next(self._clients)
            headers = {"Authorization": f"Bearer {token(by, self._agency.now)}"}
            sent = time.perf_counter()
            answer = await client.request(method, BASE + path, json=body, headers=headers)
            received = time.perf_counter()
        return Answer(about or by, answer.status_code, answer.json() if answer.content else None, sent, received)

    async def accept(self, request: UUID) -> Answer:
        return await self.call("POST", f"/enrollments/{request}/acceptance", by=self._agency.employer, about=request)

    async def withdraw(self, person: Person, request: UUID) -> Answer:
        return await self.call("POST", f"/enrollments/{request}/withdrawal", by=person.account_id, about=request)


@pytest.fixture
async def front(service: EnrollmentService) -> AsyncIterator[Front]:
    """Two processes of `python -m services.enrollment api` on the service's database."""
    async with AsyncExitStack() as stack:
        keys = stack.enter_context(published_keys())
        url = service.database.engine.url.render_as_string(hide_password=False)
        clients = []
        for number in (1, 2):
            port = free_port()
            settings = {"DATABASE_URL": url, "PORT": str(port), "JWKS_URL": keys, "LOG_LEVEL": "WARNING"}
            environment = {f"PARCOURSPRO_ENROLLMENT_{name}": value for name, value in settings.items()}
            process = Process(f"enrollment-api-{number}", ["-m", "services.enrollment", "api"], environment)
            stack.callback(process.close)
            process.start()
            await process.answers(f"http://127.0.0.1:{port}/health/ready")
            clients.append(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False))
            stack.push_async_callback(clients[-1].aclose)
        yield Front(service, clients)


def assert_nobody_overtook(answers: Sequence[Answer], numbers: dict[UUID, int]) -> None:
    """Who was answered before another even asked has the smaller number."""
    earliest_answer_of_those_after = float("inf")
    for answer in sorted(answers, key=lambda each: numbers[each.request], reverse=True):
        assert answer.sent < earliest_answer_of_those_after, (
            f"number {numbers[answer.request]} was given to somebody who came later"
        )
        earliest_answer_of_those_after = min(earliest_answer_of_those_after, answer.received)


async def test_five_hundred_acceptances_for_twenty_seats_then_twenty_withdrawals_against_twenty_newcomers(
    service: EnrollmentService, front: Front
) -> None:
    session = await service.session(SEATS)
    people = await service.people(PEOPLE + NEWCOMERS)
    requests = await service.requests(people, session)
    of = dict(zip(requests, people, strict=True))

    answers = await asyncio.gather(*(front.accept(request) for request in requests[:PEOPLE]))

    assert [answer.status for answer in answers] == [200] * PEOPLE
    seats = await service.seats(session)
    assert [number for _, number in seats.values()] == list(range(1, PEOPLE + 1))
    assert [seat for seat, _ in seats.values()] == ["held"] * SEATS + ["queued"] * (PEOPLE - SEATS)
    numbers = {request: number for request, (_, number) in seats.items()}
    told = {answer.request: (answer.body["seat"], answer.body["rank"]) for answer in answers}
    assert told == {
        r: ("held", None) if number <= SEATS else ("queued", number - SEATS) for r, number in numbers.items()
    }
    assert_nobody_overtook(answers, numbers)
    assert await service.audit() == []

    holders, newcomers = list(seats)[:SEATS], requests[PEOPLE:]
    freed = [front.withdraw(of[request], request) for request in holders]
    accepted = [front.accept(request) for request in newcomers]
    after = await asyncio.gather(*(call for pair in zip(freed, accepted, strict=True) for call in pair))

    assert [answer.status for answer in after] == [200] * (SEATS + NEWCOMERS)
    seats = await service.seats(session)
    in_order = list(seats)
    assert {request: seats[request][0] for request in holders} == dict.fromkeys(holders, "none")
    assert [seats[request][0] for request in in_order[SEATS : 2 * SEATS]] == ["held"] * SEATS
    assert [seats[request][0] for request in in_order[2 * SEATS :]] == ["queued"] * (PEOPLE - 2 * SEATS + NEWCOMERS)
    assert set(in_order[PEOPLE:]) == set(newcomers)
    assert await service.emitted_about(EnrollmentPromoted) == in_order[SEATS : 2 * SEATS]
    assert await service.audit() == []
