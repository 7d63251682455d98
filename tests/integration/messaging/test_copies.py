"""Copies of other services' data: the newest snapshot is kept, whatever the order of arrival; tombstones stay."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, MetaData, Table, Text, Uuid, false, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.contracts.fields import PersonalText
from shared.contracts.message import REGISTRY, AggregateSnapshot, Message, Snapshot, event
from shared.contracts.states import KINDS
from shared.database import Database, UnitOfWork
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.subscriptions import Subscriptions
from shared.messaging.worker import Worker
from tests.conftest import MakeDatabase
from tests.integration.messaging.two_services import delivery


class LineSnapshot(Snapshot):
    id: UUID
    at: datetime


class PersonSnapshot(AggregateSnapshot):
    name: PersonalText
    civility: PersonalText | None = None
    kind: str
    roles: tuple[str, ...] = ()
    lines: tuple[LineSnapshot, ...] = ()
    not_kept: int = 0


def _message_classes() -> tuple[type[Message], type[Message], type[Message]]:
    class PersonCame(Message):
        snapshot_field = "person"
        person: PersonSnapshot

    class PersonChanged(Message):
        snapshot_field = "person"
        person: PersonSnapshot

    class PersonGone(Message):
        person_id: UUID
        version: int

        @property
        def aggregate_id(self) -> UUID:
            return self.person_id

        @property
        def aggregate_version(self) -> int:
            return self.version

    return PersonCame, PersonChanged, PersonGone


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any, Any]:
    """Three messages that only this test declares: two with the snapshot, one without that ends the aggregate."""
    monkeypatch.setitem(KINDS, "people", PersonSnapshot)
    monkeypatch.setattr(REGISTRY, "_by_name", dict(REGISTRY._by_name))
    names = ("test.person_came.v1", "test.person_changed.v1", "test.person_gone.v1")
    came, changed, gone = (event(name)(cls) for name, cls in zip(names, _message_classes(), strict=True))
    return came, changed, gone


METADATA = MetaData()
people = Table(
    "people",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("civility", Text),
    Column("kind", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("lines", JSONB, nullable=False, server_default="[]"),
    Column("own", Integer, nullable=False, server_default="7"),
    Column("erased", Boolean, nullable=False, server_default=false()),
)


@pytest.fixture
async def database(make_database: MakeDatabase, postgres_server: Any) -> Database:
    """A database with the table."""
    database = await make_database("mechanisms")
    owner = Database(
        postgres_server.address(str(database.engine.url.database), "mechanisms_owner"), application="owner"
    )
    async with owner.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        await connection.execute(text("GRANT ALL ON people TO mechanisms"))
    await owner.close()
    return database


def _worker(database: Database, subscriptions: Subscriptions[UnitOfWork]) -> Worker[UnitOfWork]:
    return Worker(
        database,
        InProcessTransport(),
        service="test",
        subscriptions=[subscriptions],
        transaction=lambda work: work,
    )


def _person(version: int, name: str, **fields: Any) -> dict[str, Any]:
    return {"id": PERSON, "version": version, "name": name, "kind": "known", **fields}


PERSON = uuid4()
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


async def _deliver(worker: Worker[UnitOfWork], *events: Message) -> None:
    for message in events:
        await worker.inbox.handle([delivery(message)])


async def _rows(database: Database, columns: str) -> Sequence[Any]:
    async with database.engine.connect() as connection:
        assert list(await connection.scalars(text("SELECT last_error FROM undelivered"))) == []
        return [tuple(row) for row in await connection.execute(text(f"SELECT {columns} FROM people"))]


@pytest.fixture
def keeping() -> Subscriptions[UnitOfWork]:
    return Subscriptions()


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
async def test_the_newest_snapshot_is_kept_whatever_the_order(
    order: Sequence[int], messages: Any, database: Database, keeping: Subscriptions[UnitOfWork]
) -> None:
    came, changed, _ = messages
    keeping.keep(PersonSnapshot, into=people)
    events = [
        came(occurred_at=NOW, person=_person(1, "Zoé")),
        changed(occurred_at=NOW, person=_person(2, "Zoe")),
        changed(occurred_at=NOW, person=_person(3, "Zoë", civility="Mme")),
    ]
    await _deliver(_worker(database, keeping), *(events[number] for number in order))
    assert await _rows(database, "version, name, civility") == [(3, "Zoë", "Mme")]


async def test_the_same_version_again_changes_nothing(
    messages: Any, database: Database, keeping: Subscriptions[UnitOfWork]
) -> None:
    came, changed, _ = messages
    keeping.keep(PersonSnapshot, into=people)
    await _deliver(
        _worker(database, keeping),
        came(occurred_at=NOW, person=_person(1, "Zoé")),
        changed(occurred_at=NOW, person=_person(1, "another")),
    )
    assert await _rows(database, "version, name") == [(1, "Zoé")]


async def test_arrays_and_json_are_kept_fields_without_a_column_are_not_and_own_columns_stay(
    messages: Any, database: Database, keeping: Subscriptions[UnitOfWork]
) -> None:
    came, changed, _ = messages
    keeping.keep(PersonSnapshot, into=people)
    line = LineSnapshot(id=PERSON, at=NOW)
    worker = _worker(database, keeping)
    await _deliver(worker, came(occurred_at=NOW, person=_person(1, "Zoé", roles=("a", "b"), lines=[line], not_kept=5)))
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE people SET own = 8"))
    await _deliver(worker, changed(occurred_at=NOW, person=_person(2, "Zoé", roles=("b",), lines=[line, line])))
    as_json = {"id": str(PERSON), "at": "2026-11-24T09:00:00Z"}
    assert await _rows(database, "roles, lines, own") == [(["b"], [as_json, as_json], 8)]


async def test_the_copy_is_kept_before_other_handlers_run(
    messages: Any, database: Database, keeping: Subscriptions[UnitOfWork]
) -> None:
    came, _, _ = messages
    names: list[str | None] = []

    @keeping.on(came)
    async def when_somebody_comes(message: Any, work: UnitOfWork) -> None:
        names.append(await work.connection.scalar(text("SELECT name FROM people")))

    keeping.keep(PersonSnapshot, into=people)
    await _deliver(_worker(database, keeping), came(occurred_at=NOW, person=_person(1, "Zoé")))
    assert names == ["Zoé"]


def _table(*columns: Column[Any]) -> Table:
    return Table("people", MetaData(), Column("id", Uuid, primary_key=True), *columns)


def test_a_table_that_the_snapshot_cannot_fill_is_refused_at_registration(messages: Any) -> None:
    subscriptions: Subscriptions[Any] = Subscriptions()
    version = Column("version", BigInteger, nullable=False)
    table = _table(version, Column("town", Text, nullable=False))
    with pytest.raises(ValueError, match="PersonSnapshot cannot be kept in people: it has no town"):
        subscriptions.keep(PersonSnapshot, into=table)
    with pytest.raises(ValueError, match="LineSnapshot cannot be kept in people: it has no version"):
        subscriptions.keep(LineSnapshot, into=_table())
    with pytest.raises(ValueError, match="no event carries AggregateSnapshot"):
        subscriptions.keep(AggregateSnapshot, into=_table(Column("version", BigInteger, nullable=False)))


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
async def test_a_tombstone_is_never_brought_back_and_its_personal_data_is_gone(
    order: Sequence[int], messages: Any, database: Database, keeping: Subscriptions[UnitOfWork]
) -> None:
    came, changed, gone = messages
    keeping.keep(PersonSnapshot, into=people)
    keeping.bury(gone, in_=people)
    events = [
        came(occurred_at=NOW, person=_person(1, "Zoé", civility="Mme")),
        gone(occurred_at=NOW, person_id=PERSON, version=3),
        changed(occurred_at=NOW, person=_person(2, "Zoe", civility="Mme")),
    ]
    await _deliver(_worker(database, keeping), *(events[number] for number in order))
    assert await _rows(database, "version, name, civility, erased") == [(3, "", None, True)]


async def test_a_tombstone_keeps_what_is_not_personal_and_wins_over_a_newer_snapshot(
    messages: Any, database: Database, keeping: Subscriptions[UnitOfWork]
) -> None:
    came, changed, gone = messages
    keeping.keep(PersonSnapshot, into=people)
    keeping.bury(gone, in_=people, instead={"name": "Gone"})
    worker = _worker(database, keeping)
    await _deliver(
        worker,
        came(occurred_at=NOW, person=_person(5, "Zoé", roles=("a",))),
        gone(occurred_at=NOW, person_id=PERSON, version=3),
    )
    assert await _rows(database, "version, name, kind, roles, erased") == [(5, "Gone", "known", ["a"], True)]
    await _deliver(worker, changed(occurred_at=NOW, person=_person(9, "Zoé")))
    assert await _rows(database, "version, name, erased") == [(5, "Gone", True)]


def test_a_table_that_cannot_hold_a_tombstone_is_refused_at_registration(messages: Any) -> None:
    gone = messages[2]
    subscriptions: Subscriptions[Any] = Subscriptions()
    with pytest.raises(ValueError, match="no snapshot is kept in people"):
        subscriptions.bury(gone, in_=people)

    def columns() -> list[Column[Any]]:
        return [
            Column("version", BigInteger, nullable=False),
            Column("name", Text, nullable=False),
            Column("kind", Text, nullable=False),
        ]

    without = _table(*columns())
    subscriptions.keep(PersonSnapshot, into=without)
    with pytest.raises(ValueError, match="people cannot hold tombstones: it needs a primary key of one column"):
        subscriptions.bury(gone, in_=without)

    class Dated(PersonSnapshot):
        since: datetime

    class DatedCame(Message):
        snapshot_field = "person"
        person: Dated

    event("test.dated_came.v1")(DatedCame)
    dated = _table(*columns(), Column("erased", Boolean), Column("since", DateTime(timezone=True), nullable=False))
    subscriptions.keep(Dated, into=dated)
    with pytest.raises(ValueError, match="people cannot hold tombstones: since has no empty value"):
        subscriptions.bury(gone, in_=dated)
