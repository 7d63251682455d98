"""The personal texts of one person leave the log, the outbox, failed deliveries and kept answers; the rest stays."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging.erasure import Person, emptied, erase_messages, is_about
from shared.tables import event_log, idempotency_keys, inbox, outbox, undelivered
from tests.conftest import MakeDatabase

ZOE, LEA, REQUEST = uuid4(), uuid4(), uuid4()
PERSON = Person(ZOE, ["zoe@example.org", str(REQUEST)], words=["Zoé", "ouvert"])
REGISTERED, REFUSED = "identity.account_registered.v1", "enrollment.enrollment_refused.v1"
RESET, MOTIVATION = "identity.send_password_reset.v1", "enrollment.keep_motivation.v1"


def _account(account: UUID, name: str) -> dict[str, Any]:
    return {"account": {"id": str(account), "version": 1, "first_name": name, "civility": None}}


def _refused(account: UUID, reason: str, *, by: UUID) -> dict[str, Any]:
    return {"enrollment": {"account_id": str(account)}, "refused_by": str(by), "reason": reason}


EVENTS = [
    (REGISTERED, _account(ZOE, "Zoé"), _account(ZOE, "")),
    (REGISTERED, _account(LEA, "Léa"), _account(LEA, "Léa")),
    (REFUSED, _refused(ZOE, "Un congé.", by=LEA), _refused(ZOE, "", by=LEA)),
    # the words of the person about somebody else's request stay with that request
    (REFUSED, _refused(LEA, "Un congé.", by=ZOE), _refused(LEA, "Un congé.", by=ZOE)),
    ("enrollment.enrollment_expired.v1", {"enrollment": {"account_id": str(ZOE)}}, None),
]
COMMANDS = [
    (RESET, {"account_id": str(ZOE), "email": "zoe@example.org", "token": "x"}),
    (MOTIVATION, {"enrollment_id": str(REQUEST), "motivation": "Apprendre."}),
]


async def _log(connection: AsyncConnection, name: str, body: dict[str, Any]) -> None:
    row = {"event_id": uuid4(), "aggregate_id": uuid4(), "aggregate_version": 1, "created_at": datetime.now(UTC)}
    await connection.execute(insert(event_log).values(**row, name=name, payload=json.dumps(body), headers={}))


async def _queue(connection: AsyncConnection, name: str, body: dict[str, Any], recipient: str | None = None) -> None:
    row = {"event_id": uuid4(), "aggregate_id": uuid4(), "aggregate_version": 1, "shard": 0, "recipient": recipient}
    await connection.execute(insert(outbox).values(**row, name=name, payload=json.dumps(body), headers={}))


async def _failed(connection: AsyncConnection, name: str, body: bytes) -> None:
    row = {"message_id": str(uuid4()), "attempts": 1, "last_error": "x", "parked_at": datetime.now(UTC)}
    await connection.execute(insert(undelivered).values(**row, name=name, body=body, headers={}))


def _sorted(bodies: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(body, sort_keys=True) for body in bodies)


async def test_events_lose_the_texts_of_the_person_and_commands_go(make_database: MakeDatabase) -> None:
    database = await make_database("mechanisms")
    async with database.transaction() as work:
        for name, body, _ in EVENTS:
            await _log(work.connection, name, body)
            await _queue(work.connection, name, body)
            await _failed(work.connection, name, json.dumps(body).encode())
        for name, body in COMMANDS:
            await _queue(work.connection, name, body, "notifier")
            await _failed(work.connection, name, json.dumps(body).encode())
        for unreadable in (b"\xff zoe@example.org", b'["zoe@example.org"]'):
            await _failed(work.connection, REGISTERED, unreadable)
        await _failed(work.connection, "someone.else.v1", json.dumps(_account(ZOE, "Zoé")).encode())

    async with database.transaction() as work:
        await erase_messages(work.connection, PERSON)

    expected = [body if after is None else after for _, body, after in EVENTS]
    async with database.engine.connect() as connection:
        logged = [json.loads(each) for each in await connection.scalars(select(event_log.c.payload))]
        queued = [json.loads(each) for each in await connection.scalars(select(outbox.c.payload).order_by(outbox.c.id))]
        failed = await connection.scalars(select(undelivered.c.body).order_by(undelivered.c.id))
        assert _sorted(logged) == _sorted(expected)
        assert _sorted(queued) == _sorted(expected)
        assert _sorted([json.loads(bytes(each)) for each in failed]) == _sorted(expected)
        # what was dropped counts as received: it is not published again
        assert len((await connection.execute(select(inbox))).all()) == 5


async def test_kept_answers_go_with_the_person_and_lose_what_they_say_to_others(make_database: MakeDatabase) -> None:
    database = await make_database("mechanisms")
    async with database.transaction() as work:
        for actor, key, body in (
            (str(ZOE), "of the person", {"id": 1}),
            (str(LEA), "about the person", {"email": "zoe@example.org"}),
            (str(LEA), "with the name", {"text": "Appeler zoé."}),
            (str(LEA), "with the last name", {"person": {"last_name": "ouvert"}}),
            (str(LEA), "about others", {"id": 2}),
            (str(LEA), "with a part of a word", {"zoé": 1, "text": "Le zoéisme."}),
            (str(LEA), "with a word of ours", {"state": "ouvert"}),
        ):
            row = {"actor": actor, "key": key, "request_hash": b"x", "status": 201, "body": body}
            await work.connection.execute(insert(idempotency_keys).values(**row))
    async with database.transaction() as work:
        await erase_messages(work.connection, PERSON)
    async with database.engine.connect() as connection:
        kept = await connection.execute(select(idempotency_keys.c.key, idempotency_keys.c.body))
        assert {row.key: row.body for row in kept} == {
            "about the person": None,
            "with the name": None,
            "with the last name": None,
            "about others": {"id": 2},
            "with a part of a word": {"zoé": 1, "text": "Le zoéisme."},
            "with a word of ours": {"state": "ouvert"},
        }


async def test_the_function_of_the_log_only_empties_texts(make_database: MakeDatabase) -> None:
    database = await make_database("mechanisms")
    async with database.transaction() as work:
        await _log(work.connection, REGISTERED, _account(ZOE, "Zoé"))
        erased = text(
            "SELECT erase_from_event_log(array_agg(aggregate_id), array_agg(event_id), ARRAY['account.version']) "
            "FROM event_log"
        )
        await work.connection.execute(erased)
        assert json.loads(str(await work.connection.scalar(select(event_log.c.payload)))) == _account(ZOE, "Zoé")


async def test_rows_of_a_table_without_a_chain_are_not_erased(make_database: MakeDatabase) -> None:
    database = await make_database("mechanisms")
    for instead, refusal in (("", "query returned no rows"), ("x" * 101, "only a short text")):
        async with database.engine.connect() as connection:
            statement = text("SELECT erase_chained('inbox', '{}', '{}', '{handler}', :instead)")
            with pytest.raises(DBAPIError, match=refusal):
                await connection.execute(statement, {"instead": instead})
    async with database.engine.connect() as connection:
        with pytest.raises(ProgrammingError, match="permission denied"):
            await connection.execute(text("DELETE FROM chain_erasures"))


def test_whose_data_it_is_depends_on_the_field() -> None:
    assert is_about({"reported_by": str(ZOE)}, PERSON.names)
    assert is_about({"request": {"contact_email": "zoe@example.org"}}, PERSON.names)
    assert not is_about({"refused_by": str(ZOE), "account": "x", "account_id": 3}, PERSON.names)
    assert not is_about({"account": {"id": str(LEA)}}, PERSON.names)


def test_a_body_keeps_all_that_is_not_personal() -> None:
    body = {"request": {"contact_name": "Zoé", "town": "Limoges"}, "structure": {"id": "1"}}
    assert emptied("identity.structure_registered.v1", body) == {
        "request": {"contact_name": "", "town": "Limoges"},
        "structure": {"id": "1"},
    }
    assert emptied("identity.structure_registered.v1", {"request": None}) == {"request": None}
