"""One correlation id follows a request: into the answer, the outbox rows, the logs, and what handlers emit later."""

import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import structlog
from sqlalchemy import text

from shared.contracts.enrollment import SessionOccupancyChanged
from shared.contracts.identity import SendAccountNotice
from shared.database import Database, UnitOfWork
from shared.messaging.envelope import Envelope
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.subscriptions import Subscriptions
from shared.messaging.worker import Worker
from shared.telemetry import configure_logging, correlated, current_correlation_id
from tests.integration.http.small_service import BASE

MINE = "0b5e3c1a-follow-me"


class _Delivery:
    earlier_deliveries = 0

    def __init__(self, envelope: Envelope) -> None:
        self.envelope = envelope

    async def acknowledge(self) -> None:
        return


async def _headers(database: Database) -> list[dict[str, str]]:
    async with database.engine.connect() as connection:
        rows = await connection.execute(text("SELECT event_id, headers FROM outbox ORDER BY id"))
        return [{**row.headers, "id": str(row.event_id)} for row in rows]


class _Stream(io.StringIO):
    """Records each write: every log line must be one write, or the lines of several processes would be mixed."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        assert text.count("\n") == 1
        assert text.endswith("\n")
        self.writes.append(text)
        return len(text)


@contextmanager
def _logged() -> Iterator[list[dict[str, Any]]]:
    """Collect the log lines of the block, parsed from the JSON that operators get."""
    root = logging.getLogger()
    before, level, own = list(root.handlers), root.level, structlog.get_config()
    lines: list[dict[str, Any]] = []
    stream = _Stream()
    configure_logging("INFO", "small", stream)
    try:
        yield lines
    finally:
        lines += [json.loads(line) for line in stream.writes]
        root.handlers[:] = before
        root.setLevel(level)
        structlog.configure(**own)


async def test_the_id_is_echoed_and_created_if_missing(client: httpx.AsyncClient) -> None:
    given = await client.get(f"{BASE}/things", headers={"X-Correlation-Id": MINE})
    made = await client.get(f"{BASE}/things")
    assert given.headers["x-correlation-id"] == MINE
    assert UUID(made.headers["x-correlation-id"])


@pytest.mark.parametrize("wrong", ["short", "x" * 65, "with space", "in\tjected", "é" * 9])
async def test_an_id_that_could_harm_a_log_is_replaced(client: httpx.AsyncClient, wrong: str) -> None:
    answer = await client.get(f"{BASE}/things", headers={b"X-Correlation-Id": wrong.encode()})
    assert UUID(answer.headers["x-correlation-id"])


async def test_the_id_and_the_trace_are_in_the_outbox(client: httpx.AsyncClient, database: Database) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await client.post(f"{BASE}/things", json={"name": "x"}, headers={"X-Correlation-Id": MINE, "traceparent": trace})
    await client.post(f"{BASE}/things", json={"name": "y"}, headers={"traceparent": "not one"})
    first, second = await _headers(database)
    assert (first["correlation_id"], first["traceparent"]) == (MINE, trace)
    assert "causation_id" not in first
    assert second["correlation_id"] != MINE
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", second["traceparent"])


async def test_a_message_that_a_handler_emits_has_the_correlation_id_and_the_causation_id(database: Database) -> None:
    subscriptions: Subscriptions[UnitOfWork] = Subscriptions()
    ids: list[str | None] = []

    @subscriptions.on(SessionOccupancyChanged)
    async def pass_it_on(message: SessionOccupancyChanged, work: UnitOfWork) -> None:
        ids.append(current_correlation_id())
        structlog.get_logger().info("passing it on")
        work.emit(
            SendAccountNotice(
                occurred_at=message.occurred_at, id=uuid4(), account_id=message.session_id,
                email="claire@exemple.example", first_name="Claire", notice="already_registered",
            )
        )  # fmt: skip

    worker = Worker(
        database, InProcessTransport(), service="small", subscriptions=[subscriptions], transaction=lambda work: work
    )
    message = SessionOccupancyChanged(
        occurred_at=datetime.now(UTC), session_id=uuid4(), version=1, capacity=8, held=0, queued=0
    )
    envelopes = [
        Envelope(
            message_id=f"message-{number}",
            name=message.wire_name,
            body=message.model_dump_json().encode(),
            correlation_id=f"{MINE}-{number}",
        )
        for number in (1, 2)
    ]
    with _logged() as lines:
        await worker.inbox.handle([_Delivery(envelope) for envelope in envelopes])

    assert ids == [f"{MINE}-1", f"{MINE}-2"]
    emitted = await _headers(database)
    assert [headers["correlation_id"] for headers in emitted] == [f"{MINE}-1", f"{MINE}-2"]
    assert [headers["causation_id"] for headers in emitted] == ["message-1", "message-2"]
    assert [line["correlation_id"] for line in lines if line["event"] == "passing it on"] == [f"{MINE}-1", f"{MINE}-2"]


async def test_the_log_line_of_a_request_is_json_with_the_correlation_id(client: httpx.AsyncClient) -> None:
    with _logged() as lines:
        await client.post(f"{BASE}/things", json={"name": "not in any log"}, headers={"X-Correlation-Id": MINE})
        await client.get(f"{BASE}/crash", headers={"X-Correlation-Id": f"{MINE}-crash"})
    first, crash, last = [line for line in lines if line["event"].startswith(("request", "a request"))]
    assert first["correlation_id"] == MINE
    assert (first["service"], first["method"], first["status"]) == ("small", "POST", 201)
    assert first["timestamp"].endswith("Z")
    assert "ZeroDivisionError" in crash["exception"]
    assert crash["correlation_id"] == last["correlation_id"] == f"{MINE}-crash"
    assert last["status"] == 500
    assert "not in any log" not in json.dumps(lines)


def test_a_log_line_of_a_library_has_the_same_form_as_ours() -> None:
    with _logged() as lines, correlated(MINE):
        structlog.get_logger().warning("a sentence of ours", number=1)
        logging.getLogger("some.library").warning("a sentence of %s", "theirs")
        structlog.get_logger().debug("not wanted")
        logging.getLogger("some.library").debug("not wanted")
    ours, theirs = lines
    assert {**theirs, "timestamp": ""} == {
        "service": "small",
        "event": "a sentence of theirs",
        "level": "warning",
        "timestamp": "",
        "correlation_id": MINE,
    }
    assert {**ours, "timestamp": ""} == {**theirs, "timestamp": "", "event": "a sentence of ours", "number": 1}


async def test_the_log_line_of_a_failed_statement_does_not_contain_its_parameters(client: httpx.AsyncClient) -> None:
    with _logged() as lines:
        await client.get(f"{BASE}/things/lookup", params={"name": "a secret of somebody"})
    (failed,) = [line for line in lines if line["event"] == "a request failed"]
    assert "DataError" in failed["exception"] or "DBAPIError" in failed["exception"]
    assert "a secret of somebody" not in json.dumps(lines)
