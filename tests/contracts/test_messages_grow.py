"""The legal edits of a message never break a subscriber: another optional field, another value of an open word."""

import json
from copy import deepcopy
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel, create_model
from sqlalchemy import text

import services
from docs import generate
from shared.contracts import REGISTRY, Message
from shared.contracts.enrollment import SessionOccupancyChanged
from shared.database import Database
from shared.messaging.envelope import Envelope
from tests.conftest import MakeDatabase
from tests.contracts.open_fields import open_fields
from tests.contracts.story import Example, deliver, deliver_together, failures, handled, story, subscribed
from tests.support.postgres import empty

SERVICES = services.definitions()
LISTENERS = generate.listeners()
UNKNOWN = "a_value_of_tomorrow"


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SERVICES:
        monkeypatch.setenv(f"PARCOURSPRO_{name.upper()}_DATABASE_URL", generate.NOWHERE)
    monkeypatch.setenv("PARCOURSPRO_NOTIFIER_MAIL_MODE", "mailbox")


def grown(model: type[BaseModel]) -> type[BaseModel]:
    """The same model with another optional field, also in all its nested snapshots."""
    nested = {
        name: (_grown_annotation(field.annotation), field.default if not field.is_required() else ...)
        for name, field in model.model_fields.items()
        if _grown_annotation(field.annotation) is not field.annotation
    }
    fields: dict[str, Any] = {"added_later": (str | None, None), **nested}
    return create_model(model.__name__, __base__=model, **fields)


def _grown_annotation(annotation: Any) -> Any:
    if isinstance(annotation, type) and get_origin(annotation) is None and issubclass(annotation, BaseModel):
        return grown(annotation)
    parts = get_args(annotation)
    if not any(_grown_annotation(part) is not part for part in parts):
        return annotation
    if get_origin(annotation) in {Union, UnionType}:
        return Union[tuple(_grown_annotation(part) for part in parts)]  # noqa: UP007 - made at run time
    return get_origin(annotation)[tuple(_grown_annotation(part) for part in parts)]


def with_new_field(value: Any) -> Any:
    if isinstance(value, dict):
        return {**{key: with_new_field(part) for key, part in value.items()}, "added_later": "new"}
    return [with_new_field(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("declared", [True, False], ids=["declared here", "unknown here"])
@pytest.mark.parametrize("name", SERVICES)
async def test_an_optional_field_that_is_added_to_every_message_and_snapshot_changes_nothing(
    name: str, *, declared: bool, make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    if declared:
        monkeypatch.setattr(REGISTRY, "_by_name", {cls.wire_name: grown(cls) for cls in REGISTRY.all()})
    database = await make_database(name)
    worker = generate.wired(SERVICES[name], database)
    examples = subscribed(worker)
    await deliver(worker, [example.envelope(**with_new_field(example.body)) for example in examples])

    assert await failures(database) == []
    assert await handled(database) == {example.name for example in examples}


def test_a_grown_message_has_the_field_everywhere() -> None:
    cls = grown(REGISTRY.all()[0])
    (example, *_) = [one for one in story() if one.message.wire_name == REGISTRY.all()[0].wire_name]
    body = with_new_field(example.body)
    parsed = cls.model_validate(body)
    assert json.dumps(parsed.model_dump(mode="json")).count("added_later") == json.dumps(body).count("added_later") > 2


CLAIMS: dict[str, set[tuple[str, str]]] = {
    "enrollment.approval": {
        ("request_to_decide", "employer"),
        ("request_receipt", "person"),
        ("request_to_validate", "trainer"),
        ("question", "person"),
        ("answer", "trainer"),
        ("accepted", "person"),
        ("promoted", "person"),
        ("promoted", "employer"),
        ("validated", "person"),
        ("validated", "employer"),
        ("refused", "person"),
        ("declined", "person"),
        ("declined", "employer"),
        ("expired", "person"),
        ("expired", "employer"),
        ("withdrawn", "employer"),
        ("withdrawn", "person"),
        ("cancelled", "person"),
        ("cancelled", "trainer"),
        ("cancelled_together", "person"),
        ("cancelled_together", "employer"),
        ("abandoned", "person"),
        ("reminder_to_decide", "employer"),
        ("reopened", "person"),
        ("reopened", "employer"),
        ("transferred", "person"),
        ("transferred", "employer"),
    },
    "enrollment.seat": {
        ("accepted", "person"),
        ("promoted", "person"),
        ("promoted", "employer"),
        ("validated", "person"),
        ("validated", "employer"),
        ("request_to_validate", "trainer"),
    },
    "seat_before": {("withdrawn", "trainer"), ("cancelled", "trainer")},
    "by": set(),
    "acting_as": set(),
    "awaited": {("reminder_to_decide", "employer")},
    "decision": set(),
    "closed_as": set(),
    "because": set(),
    "act.because": set(),
    "proposal.kind": set(),
    "attachment.state": {
        ("attachment_requested", "referent"),
        ("attachment_receipt", "person"),
        ("attachment_confirmed", "person"),
        ("attachment_refused", "person"),
        ("attachment_ended", "person"),
    },
    "attachment.statuses[]": set(),
    "before[]": set(),
    "session.state": {
        ("session_given", "trainer"),
        ("session_cancelled_trainer", "trainer"),
        ("session_reinstated", "person"),
        ("session_reinstated_people", "employer"),
        ("session_reinstated_trainer", "trainer"),
    },
    "training.kind": set(),
    "training.state": set(),
    "notice": {
        ("already_registered", "owner"),
        ("password_changed", "owner"),
        ("address_changed", "owner"),
        ("second_factor_enrolled", "owner"),
        ("second_factor_reset", "owner"),
        ("recovery_code_used", "owner"),
    },
}
"""The mails that depend on a word, with their audience: none is sent for a value that the notifier does not know.

All other mails of the message are sent whatever the value is.
"""
NOT_IN_THE_STORY = {("withdrawn", "trainer"), ("cancelled", "trainer")}
"""In the examples the trainer was never told of the request; the table of mails has requests that the trainer knows."""
BECAUSE_OF_WHAT_IS_GONE = {
    ("identity.attachment_statuses_changed.v1", "attachment.statuses[]"): {("no_decider", "desk")}
}
"""With an unknown status in place of the known ones, nobody decides in the structure any more: the desk is told."""
CASES = [
    (service, message)
    for message in REGISTRY.all()
    for service in LISTENERS.get(message.wire_name, ())
    if open_fields(message)
]


@pytest.mark.parametrize(("service", "message"), CASES, ids=[f"{case[0]} {case[1].wire_name}" for case in CASES])
async def test_a_value_that_a_subscriber_does_not_know_is_kept_and_nothing_is_done_because_of_it(
    service: str, message: type[Message], make_database: MakeDatabase
) -> None:
    """The last example of the message comes as it is, then with an unknown value in each open field in turn."""
    database = await make_database(service)
    worker = generate.wired(SERVICES[service], database)
    examples = subscribed(worker)
    last = max(number for number, example in enumerate(examples) if example.message is message)
    await deliver_together(worker, [example.envelope() for example in examples[:last]])
    sent: set[tuple[str, str]] = set()
    if service == "notifier":
        await empty(database, "mails")
        moved = {"moved": True} if "moved" in examples[last].body else {}
        await deliver(worker, [examples[last].envelope(**moved)])
        sent = await _sent(database, worker)
    for number, path in enumerate(open_fields(message), start=1):
        changed = _changed(examples[last], path, version=number)
        await _execute(database, "DELETE FROM outbox")
        if service == "notifier":
            await empty(database, "mails")
        await deliver(
            worker, [Envelope(message_id=path, name=message.wire_name, body=changed.model_dump_json().encode())]
        )

        assert await failures(database) == [], path
        assert path in await handled(database)
        assert await _is_kept(database, changed), f"the copy is kept: {path}"
        assert await _outbox(database) <= {SessionOccupancyChanged.wire_name}, "nobody is given or refused anything"
        if service == "notifier":
            more = BECAUSE_OF_WHAT_IS_GONE.get((message.wire_name, path), set())
            assert await _sent(database, worker) == sent - CLAIMS[path] | more, path


def test_the_mails_that_depend_on_a_word_are_listed_for_every_open_word_of_the_notifier() -> None:
    assert CLAIMS.keys() == {
        path for service, message in CASES if service == "notifier" for path in open_fields(message)
    }


def _changed(example: Example, path: str, *, version: int) -> Message:
    body = deepcopy(example.body)
    if "moved" in body:
        body["moved"] = True
    if example.message.snapshot_field is not None:
        body[example.message.snapshot_field]["version"] += version
    *parents, last = path.split(".")
    part = body
    for parent in parents:
        part = part[parent]
    part[last.removesuffix("[]")] = [UNKNOWN] if last.endswith("[]") else UNKNOWN
    return example.message.model_validate(body)


async def test_the_mails_that_depend_on_a_word_are_sent_for_the_known_values(make_database: MakeDatabase) -> None:
    database = await make_database("notifier")
    worker = generate.wired(SERVICES["notifier"], database)
    sent: set[tuple[str, str]] = set()
    for example in subscribed(worker):
        await deliver(worker, [example.envelope()])
        sent |= await _sent(database, worker)
    assert sent >= set[tuple[str, str]]().union(*CLAIMS.values()) - NOT_IN_THE_STORY


async def _execute(database: Database, statement: str) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text(statement))


async def _outbox(database: Database) -> set[str]:
    async with database.engine.connect() as connection:
        return set(await connection.scalars(text("SELECT name FROM outbox")))


TABLES = {"training": "trainings", "session": "sessions", "enrollment": "enrollments", "attachment": "attachments"}


async def _is_kept(database: Database, message: Message) -> bool:
    table = TABLES.get(message.snapshot_field or "")
    if table is None:  # a request for a structure: nobody keeps a copy
        return True
    async with database.engine.connect() as connection:
        version = await connection.scalar(
            text(f"SELECT version FROM {table} WHERE id = :id"), {"id": message.aggregate_id}
        )
    return bool(version == message.aggregate_version)


async def _sent(database: Database, worker: Any) -> set[tuple[str, str]]:
    """Kind and audience of the mails that were sent."""
    await _execute(database, "UPDATE mails SET next_at = now() WHERE status = 'pending'")
    (job,) = [job for job in worker.jobs if job.name == "mails"]
    await job.run()
    async with database.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT kind, audience, status FROM mails"))).all()
    assert not [row.kind for row in rows if row.status == "failed"]
    return {(row.kind, row.audience) for row in rows if row.status == "sent"}
