"""A small service that uses every part of `shared.http`: it stores things with names and emits an event for each."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, FastAPI, Query, Response
from pydantic import AwareDatetime, create_model
from sqlalchemy import text

from shared.contracts.enrollment import SessionOccupancyChanged
from shared.database import Database, UnitOfWork
from shared.errors import check_version
from shared.http.app import create_app
from shared.http.calls import Call, OnceCall, of_call, of_once_call
from shared.http.clock import Now
from shared.http.etag import expected_version, tag
from shared.http.fields import Email, Line, Siret, Strict, Text
from shared.http.idempotency import Once
from shared.http.middleware import body_limit
from shared.http.pagination import Limit, Page, SortKey, SortText
from shared.http.problems import ProblemKind, problems
from shared.http.tokens import PerhapsSignedIn, SignedIn
from shared.http.transactions import Work
from shared.http.views import View
from shared.tokens.verifier import TokenVerifier

NAME = "small"
BASE = f"/api/{NAME}/v1"
LARGE = 1024 * 1024
SMALL = 100
STRANGER = UUID(int=1)


class Taken(Exception):
    """Another thing has this name."""


TAKEN = ProblemKind(
    409, "taken", "Nom déjà pris", lambda error: f"Le nom « {error} » est déjà pris.", lambda _: {"Retry-After": "60"}
)


class Naming(Strict):
    """The name of a thing."""

    name: Line


class Form(Strict):
    """One field of each kind."""

    name: Line
    text: Text
    email: Email
    siret: Siret
    at: AwareDatetime
    count: int
    kind: Literal["one", "two"]
    ids: list[UUID]


_FIELDS: Any = {f"a_field_with_a_long_name_{number:02}": (str, ...) for number in range(12)}
LongForm = create_model("LongForm", __base__=Strict, __doc__="A dozen fields.", **_FIELDS)

BY_NAME_ALONE: SortKey[tuple[str]] = SortKey(tuple[SortText])


class Thing(View):
    """A thing."""

    id: UUID
    name: str
    version: int


router = APIRouter()


async def _add(work: UnitOfWork, name: str, now: datetime) -> Thing:
    made = Thing(id=uuid4(), name=name, version=1)
    await work.connection.execute(
        text("INSERT INTO things (id, name) VALUES (:id, :name)"), {"id": made.id, "name": name}
    )
    work.emit(SessionOccupancyChanged(occurred_at=now, session_id=made.id, version=1, capacity=8, held=0, queued=0))
    return made


@router.post("/things", status_code=201, responses=problems(TAKEN))
async def add(body: Naming, _: PerhapsSignedIn, work: Work, now: Now, once: Once) -> Thing:
    """Add a thing."""

    async def perform() -> Thing:
        if body.name == "pris":
            await _add(work, body.name, now)
            raise Taken(body.name)
        return await _add(work, body.name, now)

    answer: Thing = await once(perform)
    return answer


@router.post("/touches", status_code=204)
async def touch(work: Work, now: Now, once: Once) -> None:
    """Add a thing; the answer has no body."""

    async def perform() -> None:
        await _add(work, str(uuid4()), now)

    await once(perform)


async def _adding(call: OnceCall) -> OnceCall:
    if call.claims.sub == STRANGER:
        raise Taken("inconnu")
    return call


@router.post("/own-things", status_code=201, responses=problems(TAKEN))
async def add_own(body: Naming, call: Annotated[OnceCall, of_once_call(_adding)]) -> Thing:
    """Add a thing as a signed-in person; the endpoint has a single dependency."""

    async def perform() -> Thing:
        return await _add(call.work, body.name, call.now)

    answer: Thing = await call.once(perform)
    return answer


async def _touching(call: Call) -> Call:
    return call


@router.post("/own-touches")
async def touch_own(call: Annotated[Call, of_call(_touching)]) -> Thing:
    """Add a thing as a signed-in person, without an idempotency key."""
    return await _add(call.work, f"{call.claims.sub} {call.now.isoformat()}", call.now)


@router.get("/things")
async def page(
    work: Work, after: Annotated[tuple[str] | None, Depends(BY_NAME_ALONE)], limit: Annotated[Limit, Query()] = 20
) -> Page[Thing]:
    """Things in order of their names."""
    statement = text("SELECT id, name, version FROM things WHERE name > :after ORDER BY name LIMIT :most")
    rows = (await work.connection.execute(statement, {"after": after[0] if after else "", "most": limit + 1})).all()
    return Page[Thing].of(rows, limit, view=Thing.model_validate, sort_key=BY_NAME_ALONE, key=lambda row: (row.name,))


@router.get("/choices")
async def choose(kinds: Annotated[list[str] | None, Query(alias="kind")] = None, name: str = "") -> list[str]:
    """Give back a parameter that may be repeated, and one that may not."""
    return [*(kinds or []), name]


@router.get("/things/lookup")
async def look_up(name: str, work: Work) -> None:
    """Run a statement that fails in the database."""
    await work.connection.execute(
        text("SELECT id, 1 / 0 FROM things WHERE name >= :name UNION SELECT NULL, 1 / 0"), {"name": name}
    )


@router.patch("/things/{thing_id}")
async def rename(
    thing_id: UUID, body: Naming, work: Work, expected: Annotated[int, Depends(expected_version)], response: Response
) -> Thing:
    """Change the name of a thing."""
    statement = text("SELECT version FROM things WHERE id = :id FOR UPDATE")
    check_version(expected, int(await work.connection.scalar(statement, {"id": thing_id}) or 0))
    await work.connection.execute(
        text("UPDATE things SET name = :name, version = version + 1 WHERE id = :id"),
        {"id": thing_id, "name": body.name},
    )
    tag(response, expected + 1)
    return Thing(id=thing_id, name=body.name, version=expected + 1)


@router.post("/forms")
async def check(_: Form) -> dict[str, str]:
    """Accept a form with one field of each kind."""
    return {"status": "ok"}


@router.post("/long-forms")
async def check_long(_: LongForm) -> dict[str, str]:
    """Accept a form with a dozen fields."""
    return {"status": "ok"}


@router.post("/imports")
@body_limit(LARGE)
async def import_things(_: Form) -> dict[str, str]:
    """Accept a large form."""
    return {"status": "ok"}


@router.post("/notes")
@body_limit(SMALL)
async def take_note(body: Naming) -> Naming:
    """Accept a small form only."""
    return body


@router.get("/me")
async def me(claims: SignedIn) -> dict[str, str]:
    """Return the account that is signed in."""
    return {"id": str(claims.sub)}


@router.get("/crash")
async def crash() -> None:
    """Raise an exception that no handler expects."""
    raise ZeroDivisionError


def application(database: Database, verifier: TokenVerifier | None) -> FastAPI:
    """Create the service as every service is created."""
    return create_app(
        title="Small service",
        service=NAME,
        database=database,
        verifier=verifier,
        routers=[router],
        problems={Taken: TAKEN},
    )
