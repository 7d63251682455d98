"""The floor of the writes measurement: FastAPI and plain asyncpg write the same rows under the same locks.

Each call is one transaction. What it leaves out is what the ratio shows the cost of: tokens, configurable rules, access
checks beyond the query, problem documents, idempotency, metrics, logs.
"""

import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import asyncpg
import uvicorn
from asyncpg.pool import PoolConnectionProxy
from fastapi import FastAPI, Header
from pydantic import BaseModel

CAP = 2
MOST_THIS_YEAR = 5
CONNECTIONS = 12
LOCK = """
    SELECT s.id, s.capacity, s.held, s.last_queue_number, s.title, s.place, s.starts_at, s.ends_at FROM sessions s
    WHERE s.training_id = (
        SELECT e.training_id FROM enrollments e JOIN attachments t ON t.structure_id = e.structure_id
        WHERE e.id = $1 AND t.account_id = $2 AND t.state = 'active' AND 'employer' = ANY(t.statuses))
    ORDER BY s.id FOR UPDATE
"""
REQUEST = """
    SELECT e.*, a.first_name, a.last_name, x.name AS structure_name,
        (SELECT count(*) FROM enrollments o
            WHERE o.training_id = e.training_id AND o.structure_id = e.structure_id AND o.seat = 'held') AS held,
        (SELECT count(*) FROM enrollments o
            WHERE o.training_id = e.training_id AND o.session_id = e.session_id AND o.seat = 'queued') AS queued
    FROM enrollments e JOIN accounts a ON a.id = e.account_id JOIN structures x ON x.id = e.structure_id
    WHERE e.id = $1 AND e.approval = 'awaiting_employer'
"""
MOVE = """
    WITH moved AS (
        UPDATE enrollments SET version = $2, approval = 'awaiting_trainer', seat = $3, queue_number = $4
        WHERE id = $1 RETURNING id
    )
    INSERT INTO enrollment_history
        (aggregate_id, version, act, from_approval, to_approval, from_seat, to_seat, acted_by, acting_as, at)
    SELECT moved.id, made.* FROM moved, unnest(
        $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::uuid[], $12::text[],
        $13::timestamptz[]) made
"""
SEATS = """
    UPDATE sessions SET held = $2, last_queue_number = $3, occupancy_version = occupancy_version + 1 WHERE id = $1
    RETURNING occupancy_version
"""
EMIT = """
    INSERT INTO outbox (shard, event_id, aggregate_id, aggregate_version, name, recipient, payload, headers)
    SELECT shard, event_id, aggregate_id, version, name, NULL, payload, headers FROM unnest(
        $1::smallint[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::jsonb[])
        made (shard, event_id, aggregate_id, version, name, payload, headers)
"""
PERSON = """
    SELECT a.first_name, a.last_name, x.name AS structure_name FROM accounts a
    JOIN attachments t ON t.account_id = a.id JOIN structures x ON x.id = t.structure_id
    WHERE a.id = $1 AND t.structure_id = $2 AND t.state = 'active' AND 'beneficiary' = ANY(t.statuses)
    FOR UPDATE OF a FOR SHARE OF t
"""
WANTED = """
    SELECT s.id, s.training_id, s.title, s.place, s.starts_at, s.ends_at, (
        SELECT count(*) FROM enrollments e JOIN sessions o ON o.id = e.session_id
        WHERE e.account_id = $1 AND e.attended IS NOT FALSE
            AND e.approval IN ('awaiting_employer', 'awaiting_trainer', 'awaiting_beneficiary', 'validated')
            AND date_part('year', o.starts_at AT TIME ZONE 'Europe/Paris')
                = date_part('year', s.starts_at AT TIME ZONE 'Europe/Paris')
        ) AS this_year
    FROM sessions s JOIN trainings t ON t.id = s.training_id JOIN carts c ON c.session_id = s.id AND c.account_id = $1
    WHERE s.id = ANY($2::uuid[]) AND s.state = 'scheduled' AND t.state = 'published'
        AND s.opens_at <= $3 AND s.closes_at > $3
    ORDER BY s.training_id, s.id FOR SHARE OF s
"""
ADD = """
    INSERT INTO enrollments
        (id, account_id, structure_id, training_id, session_id, motivation, version, requested_at, approval, seat, late)
    SELECT made.id, $1, $2, made.training, made.session, made.motivation, 1, $3, 'awaiting_employer', 'none', false
    FROM unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::text[]) made (id, training, session, motivation)
"""
REMOVE = "DELETE FROM carts WHERE account_id = $1 AND session_id = ANY($2::uuid[])"


class Line(BaseModel):
    """One session of the cart."""

    session_id: UUID
    motivation: str


class Cart(BaseModel):
    """The body of the validation of a cart."""

    structure_id: UUID
    lines: list[Line]


class View(BaseModel):
    """A request in the form of the API's answers."""

    id: UUID
    version: int
    account_id: UUID
    structure_id: UUID
    training_id: UUID
    session_id: UUID
    requested_at: datetime
    approval: str
    seat: str
    rank: int | None = None
    motivation: str
    person: dict[str, Any]
    structure: dict[str, Any]
    session: dict[str, Any]


async def _no_reset(_: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Skip asyncpg's reset, because no statement here changes the database session."""


@asynccontextmanager
async def with_pool(app: FastAPI) -> AsyncIterator[None]:
    """Open a pool of CONNECTIONS connections without reset, like those of our processes."""
    url = os.environ["FLOOR_DATABASE_URL"]
    async with asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS, reset=_no_reset) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=with_pool)
Row = asyncpg.Record | dict[str, Any]
Me = Annotated[UUID, Header(alias="X-Account")]


async def emit(
    connection: "PoolConnectionProxy[asyncpg.Record]", *messages: tuple[str, UUID, int, dict[str, Any]]
) -> None:
    """Write an outbox row for each message: name, aggregate, version of the aggregate, payload."""
    headers = json.dumps({"correlation_id": str(uuid4()), "traceparent": f"00-{uuid4().hex}-{uuid4().hex[:16]}-01"})
    await connection.execute(
        EMIT,
        [aggregate.int % 64 for _, aggregate, _, _ in messages],
        [uuid4() for _ in messages],
        [aggregate for _, aggregate, _, _ in messages],
        [version for _, _, version, _ in messages],
        [name for name, _, _, _ in messages],
        [json.dumps(payload, default=str) for _, _, _, payload in messages],
        [headers for _ in messages],
    )


def snapshot(row: Row, **changes: object) -> dict[str, Any]:
    """The request in the form of the events."""
    names = ("id", "version", "account_id", "structure_id", "training_id", "session_id", "approval", "seat")
    return {**{name: row[name] for name in names}, "rank": None, **changes}


def view(row: Row, session: Row, person: Row, **changes: object) -> View:
    """The request in the form of the API's answers."""
    values = {name: row[name] for name in View.model_fields if name in row}
    return View(
        **{**values, **changes},
        person={"id": row["account_id"], "first_name": person["first_name"], "last_name": person["last_name"]},
        structure={"id": row["structure_id"], "name": person["structure_name"]},
        session={name: session[name] for name in ("id", "title", "place", "starts_at", "ends_at")},
    )


@app.post("/api/enrollment/v1/enrollments/{enrollment_id}/acceptance")
async def accept(enrollment_id: UUID, me: Me) -> View:
    """Give the request a seat if one is free for its structure, else a place in the queue."""
    now = datetime.now(UTC)
    async with app.state.pool.acquire() as connection, connection.transaction():
        sessions = {row["id"]: row for row in await connection.fetch(LOCK, enrollment_id, me)}
        row = await connection.fetchrow(REQUEST, enrollment_id)
        session = sessions[row["session_id"]]
        number, holds = session["last_queue_number"] + 1, session["held"] < session["capacity"] and row["held"] < CAP
        moves: list[tuple[Any, ...]] = [
            (
                row["version"] + 1,
                "accept",
                "awaiting_employer",
                "awaiting_trainer",
                "none",
                "queued",
                me,
                "employer",
                now,
            )
        ]
        if holds:
            moves.append(
                (
                    row["version"] + 2,
                    "promote",
                    "awaiting_trainer",
                    "awaiting_trainer",
                    "queued",
                    "held",
                    None,
                    "queue",
                    now,
                )
            )
        changes = {"version": moves[-1][0], "approval": "awaiting_trainer", "seat": moves[-1][5]}
        await connection.execute(
            MOVE, enrollment_id, changes["version"], changes["seat"], number, *map(list, zip(*moves, strict=True))
        )
        held, queued = session["held"] + holds, row["queued"] + (not holds)
        version = await connection.fetchval(SEATS, session["id"], held, number)
        rank = None if holds else queued
        occupancy = {
            "session_id": session["id"],
            "version": version,
            "capacity": session["capacity"],
            "held": held,
            "queued": queued,
        }
        approved = {"enrollment": snapshot(row, **changes, rank=rank), "approved_by": me}
        await emit(
            connection,
            ("enrollment.session_occupancy_changed.v1", session["id"], version, {"occurred_at": now, **occupancy}),
            ("enrollment.enrollment_approved.v1", enrollment_id, moves[-1][0], {"occurred_at": now, **approved}),
        )
    return view(row, session, row, **changes, rank=rank)


@app.post("/api/enrollment/v1/cart/validation", status_code=201)
async def validate(cart: Cart, me: Me) -> list[View]:
    """Create one request for each line, all or none."""
    now, wanted = datetime.now(UTC), {line.session_id: line.motivation for line in cart.lines}
    async with app.state.pool.acquire() as connection, connection.transaction():
        person = await connection.fetchrow(PERSON, me, cart.structure_id)
        sessions = await connection.fetch(WANTED, me, list(wanted), now)
        too_many = any(row["this_year"] + len(wanted) > MOST_THIS_YEAR for row in sessions)
        if person is None or len(sessions) < len(wanted) or too_many:
            raise ValueError("not allowed")
        made: list[dict[str, Any]] = [
            {
                "id": uuid4(), "version": 1, "account_id": me, "structure_id": cart.structure_id, "requested_at": now,
                "training_id": row["training_id"], "session_id": row["id"], "motivation": wanted[row["id"]],
                "approval": "awaiting_employer", "seat": "none",
            } for row in sessions
        ]  # fmt: skip
        columns = [[request[name] for request in made] for name in ("id", "training_id", "session_id", "motivation")]
        await connection.execute(ADD, me, cart.structure_id, now, *columns)
        await connection.execute(REMOVE, me, list(wanted))
        about = {"occurred_at": now, "cart_id": uuid4(), "cart_size": len(made)}
        await emit(
            connection,
            *(
                ("enrollment.enrollment_requested.v1", request["id"], 1, {**about, "enrollment": snapshot(request)})
                for request in made
            ),
        )
    return [view(request, session, person) for request, session in zip(made, sessions, strict=True)]


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False)
