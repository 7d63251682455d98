"""The plans of the list of sessions in a database with many rows: what a page reads does not grow with the tables."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import create_async_engine

from services.catalogue.storage.access import VISITOR, Actor
from services.catalogue.storage.session_facets import MOST_COUNTED, SessionFacets
from services.catalogue.storage.session_filter import SessionFilter
from services.catalogue.storage.session_list import SessionList
from tests.integration.catalogue.catalogue_service import NOW, CatalogueService

FILL = [
    """INSERT INTO accounts (id, version, first_name, last_name, is_staff, disabled)
        SELECT md5('person' || n)::uuid, 1, 'P', 'N', false, false FROM generate_series(0, 1999) AS n""",
    """INSERT INTO sessions (id, version, training_id, capacity, place, opens_at, closes_at,
            slot_ids, slot_starts, slot_ends, trainer_ids, town, state)
        SELECT gen_random_uuid(), 1, trainings.id, 12, 'Limoges', :now - interval '1 day', :now,
            ARRAY[gen_random_uuid()], ARRAY[:now + n * interval '1 hour'], ARRAY[:now + (n + 1) * interval '1 hour'],
            ARRAY[md5('person' || n % 500)::uuid, md5('person' || n % 500 + 1)::uuid], 'Ville ' || n % 200, 'scheduled'
        FROM trainings, generate_series(1, 5000) AS n""",
    """INSERT INTO catalogue_history (aggregate_id, version, act, acted_by, at)
        SELECT id, 1, 'Scheduled', gen_random_uuid(), :now FROM sessions""",
    "ANALYZE",
]


async def plan_of(
    service: CatalogueService, wanted: SessionFilter, actor: Actor, *, counted: bool = False, newest_first: bool = False
) -> str:
    """The plan with which PostgreSQL reads a page, or counts the sessions of the list."""
    plans: list[str] = []

    def explain(_: Any, cursor: Any, statement: str, parameters: Any, *__: Any) -> None:
        if statement.startswith("WITH"):
            cursor.execute(f"EXPLAIN (ANALYZE) {statement}", parameters)
            plans.append("\n".join(row[0] for row in cursor.fetchall()))

    async with service.database.engine.connect() as connection:
        event.listen(connection.sync_connection, "before_cursor_execute", explain)
        if counted:
            await SessionFacets(connection).counts(wanted, actor)
        else:
            await SessionList(connection).page(wanted, actor, now=NOW, limit=20, newest_first=newest_first)
    [plan] = plans
    return plan


async def fill(service: CatalogueService) -> UUID:
    """One published training with many sessions; returns a trainer of ten of them."""
    await service.training()
    # only the owner of the tables may ANALYZE them
    owner = create_async_engine(service.database.engine.url.set(username="catalogue_owner"))
    async with owner.begin() as connection:
        for statement in FILL:
            await connection.execute(text(statement.replace(":now", f"timestamptz '{NOW.isoformat()}'")))
    await owner.dispose()
    [row] = await service.rows("SELECT md5('person' || 250)::uuid AS id")
    return UUID(str(row.id))


@pytest.mark.parametrize("actor", [
    VISITOR, Actor(account_id=uuid4(), is_staff=False), Actor(account_id=uuid4(), is_staff=True),
])  # fmt: skip
async def test_the_first_page_reads_sessions_in_order_and_names_by_primary_key(
    service: CatalogueService, actor: Actor
) -> None:
    await fill(service)
    plan = await plan_of(service, SessionFilter(since=NOW), actor)

    assert "Seq Scan on accounts" not in plan
    assert "Index Scan using accounts_pkey on accounts" in plan
    [read] = re.findall(r"Index Scan using sessions_in_order on sessions .*actual time=\S+ rows=(\d+)", plan)
    assert int(read) <= 25


async def test_a_trainers_own_sessions_are_found_by_the_index_of_trainers(service: CatalogueService) -> None:
    trainer = await fill(service)
    own = SessionFilter(since=NOW, trained_by=trainer)
    plan = await plan_of(service, own, Actor(account_id=trainer, is_staff=False))

    assert "Bitmap Index Scan on sessions_of_trainer" in plan
    assert "Seq Scan on accounts" not in plan


async def test_the_sessions_of_a_town_are_found_in_order_by_their_index(service: CatalogueService) -> None:
    await fill(service)
    plan = await plan_of(service, SessionFilter(since=NOW, town="ville 7"), VISITOR)

    assert re.search(r"Scan .*sessions_of_town", plan)
    assert "Seq Scan on sessions" not in plan


async def test_past_sessions_are_read_from_the_latest_on(service: CatalogueService) -> None:
    await fill(service)
    ended = NOW.replace(year=2027)
    plan = await plan_of(service, SessionFilter(until=ended), VISITOR, newest_first=True)

    [read] = re.findall(r"Index Scan Backward using sessions_in_order on sessions .*actual time=\S+ rows=(\d+)", plan)
    assert int(read) <= 25


async def test_no_more_sessions_are_counted_than_a_list_needs(service: CatalogueService) -> None:
    await fill(service)
    plan = await plan_of(service, SessionFilter(since=NOW), VISITOR, counted=True)

    [read] = re.findall(r"Index Scan using sessions_in_order on sessions .*actual time=\S+ rows=(\d+)", plan)
    assert int(read) == MOST_COUNTED + 1
    async with service.database.engine.connect() as connection:
        counts = await SessionFacets(connection).counts(SessionFilter(since=NOW), VISITOR)
    assert (counts.total, counts.is_exact) == (MOST_COUNTED + 1, False)
