"""Settings of rules are kept with the time from which they hold: what held, what holds, and what is planned."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from services.enrollment.domain.rules.registry import eligibility
from services.enrollment.domain.rules.rule_set import Rules, Setting
from services.enrollment.domain.rules.structure_cap import STRUCTURE_CAP, StructureCap, structure_cap
from services.enrollment.domain.rules.yearly_quota import YEARLY_QUOTA, YearlyQuota
from services.enrollment.storage.access import Actor
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.decide import give_up
from services.enrollment.use_cases.rules import set_rule
from services.enrollment.wiring import SERVICE
from shared.database import Database
from shared.errors import ChangedMeanwhile
from shared.migrations import migrate_async
from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.support.eventually import eventually
from tests.support.postgres import TestServer
from tests.unit.enrollment.test_rules import FINE

DAY = timedelta(days=1)


async def add_cap(service: EnrollmentService, people: int, *, version: int, effective_from: datetime) -> None:
    setting = Setting(version=version, value=StructureCap(people=people))
    async with service.database.transaction() as work:
        await Transaction(work).rules.add(
            STRUCTURE_CAP, setting, effective_from=effective_from, set_by=service.staff, set_at=service.now
        )


async def rules_at(service: EnrollmentService, moment: datetime | None) -> Rules:
    async with service.database.transaction() as work:
        rules = Transaction(work).rules
        return await (rules.load() if moment is None else rules.at(moment))


async def put_cap(service: EnrollmentService, people: int, *, version: int) -> Any:
    body = {"enabled": True, "value": {"people": people}}
    return await service.call("PUT", "/rules/structure_cap", body, by=service.staff, **{"If-Match": f'"{version}"'})


async def shown(service: EnrollmentService, name: str) -> Any:
    rules = (await service.call("GET", "/rules", by=service.staff)).json()
    return next(rule for rule in rules if rule["name"] == name)


async def test_past_present_and_planned_sets_can_be_evaluated(service: EnrollmentService) -> None:
    await add_cap(service, 3, version=1, effective_from=service.now - 10 * DAY)
    await add_cap(service, 4, version=2, effective_from=service.now - 5 * DAY)
    await add_cap(service, 9, version=3, effective_from=service.now + 5 * DAY)
    caps = [
        structure_cap(await rules_at(service, service.now + days * DAY)) for days in (-11, -10, -6, -5, 0, 4, 5, 400)
    ]
    assert caps == [2, 3, 3, 4, 4, 4, 9, 9]
    now = await rules_at(service, None)
    assert now.setting(STRUCTURE_CAP) == Setting(version=2, enabled=True, value=StructureCap(people=4))

    four_seats = replace(FINE, held_by_structure=4)
    today, planned = [
        next(verdict for verdict in eligibility(rules, four_seats) if verdict.rule == "structure_cap")
        for rules in (now, await rules_at(service, service.now + 5 * DAY))
    ]
    assert (today.passed, planned.passed) == (False, True)
    assert planned.sentence == "Votre structure n'a pas encore 9 places dans cette formation."


async def test_a_later_setting_takes_the_place_of_a_planned_one(service: EnrollmentService) -> None:
    await add_cap(service, 9, version=1, effective_from=service.now + 5 * DAY)
    assert (await shown(service, "structure_cap"))["version"] == 0
    answer = await put_cap(service, 3, version=0)
    assert (answer.status_code, answer.json()["version"], answer.headers["ETag"]) == (200, 2, '"2"')
    assert structure_cap(await rules_at(service, service.now + 6 * DAY)) == 3


async def test_every_setting_stays_with_its_author_and_its_time(service: EnrollmentService) -> None:
    answer = (await put_cap(service, 3, version=0)).json()
    assert {name: answer[name] for name in ("name", "title", "version", "enabled", "value")} == {
        "name": "structure_cap",
        "title": "Places d'une structure dans une formation",
        "version": 1,
        "enabled": True,
        "value": {"people": 3},
    }
    body = {"enabled": False, "value": {"people": 5}}
    assert (
        await service.call("PUT", "/rules/structure_cap", body, by=service.staff, **{"If-Match": '"1"'})
    ).status_code == 200
    rows = await service.rows("SELECT * FROM rules ORDER BY version")
    assert [(row.name, row.version, row.enabled, row.value, row.set_by) for row in rows] == [
        ("structure_cap", 1, True, {"people": 3}, service.staff),
        ("structure_cap", 2, False, {"people": 5}, service.staff),
    ]
    assert all(row.effective_from == row.set_at for row in rows)
    assert structure_cap(await rules_at(service, rows[0].effective_from)) == 3
    assert structure_cap(await rules_at(service, None)) is None
    assert (await put_cap(service, 4, version=1)).status_code == 412


@pytest.mark.parametrize(
    "value", [{}, {"people": 0}, {"people": 1001}, {"people": "x"}, {"people": None}, {"people": 2, "enabled": 1}]
)
async def test_a_value_that_is_not_the_rules_is_refused_and_nothing_is_stored(
    service: EnrollmentService, value: Any
) -> None:
    body = {"enabled": True, "value": value}
    answer = await service.call("PUT", "/rules/structure_cap", body, by=service.staff, **{"If-Match": '"0"'})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:parcourspro:problem:wrong-rule-value")
    assert answer.json()["detail"] == "La règle « structure_cap » attend people : des nombres entiers de 1 à 1000."
    assert await service.rows("SELECT name FROM rules") == []


async def test_of_two_people_who_set_a_rule_at_once_the_second_is_told(service: EnrollmentService) -> None:
    """Both have read version 0; the second one waits for the first and then finds its version taken."""
    staff = Actor(
        account_id=service.staff,
        is_staff=True,
        employer_of=frozenset(),
        beneficiary_of=frozenset(),
        referent_of=frozenset(),
    )
    async with service.database.transaction() as first:
        await _set_cap(Transaction(first), 3, staff, service.now)
        second = asyncio.create_task(put_cap(service, 4, version=0))
        await eventually(lambda: _waits_for_a_lock(service))
    assert (await second).status_code == 412
    assert await service.rows("SELECT version, value FROM rules") == [(1, {"people": 3})]


async def test_a_version_that_is_taken_is_not_stored_twice(service: EnrollmentService) -> None:
    await add_cap(service, 3, version=1, effective_from=service.now)
    with pytest.raises(ChangedMeanwhile):
        await add_cap(service, 4, version=1, effective_from=service.now)


async def _set_cap(tx: Transaction, people: int, staff: Actor, now: datetime) -> None:
    await set_rule(
        tx, "structure_cap", enabled=True, value={"people": people}, expected_version=0, actor=staff, now=now
    )


async def _waits_for_a_lock(service: EnrollmentService) -> bool:
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool(await service.rows(waiting))


@pytest.mark.parametrize("clock_of_the_other_machine", [timedelta(0), timedelta(minutes=5)])
async def test_a_decision_that_waited_for_its_lock_follows_the_rule_that_was_set_meanwhile(
    service: EnrollmentService, clock_of_the_other_machine: timedelta
) -> None:
    """Its `now` is older than the setting; were the old rule read, nobody would give it the seat that is free."""
    session = await service.session(5)
    requests = [await service.request(person, session) for person in await service.people(3, structure_id=uuid4())]
    for request in requests[:2]:
        await service.accepts(request)
    staff = Actor(
        account_id=service.staff,
        is_staff=True,
        employer_of=frozenset(),
        beneficiary_of=frozenset(),
        referent_of=frozenset(),
    )
    async with service.database.transaction() as work:
        await Transaction(work).seats.lock(await _training_of(service, session))
        third = asyncio.create_task(service.accepts(requests[2]))
        await eventually(lambda: _waits_for_a_lock(service))
        await _set_cap(Transaction(work), 3, staff, datetime.now(UTC) + clock_of_the_other_machine)
    assert (await third).json()["seat"] == "held"
    assert Counter(seat for seat, _ in (await service.seats(session)).values()) == {"held": 3}


async def test_a_seat_that_is_freed_while_a_higher_cap_is_set_stays_free_for_nobody(service: EnrollmentService) -> None:
    """The withdrawal leaves the seat free by the old cap and commits after the rule was set: setting it waits and
    fills.
    """
    session = await service.session(3)
    colleagues, [other] = await service.people(3, structure_id=uuid4()), await service.people(1)
    requests = [await service.request(person, session) for person in (*colleagues[:2], other, colleagues[2])]
    for request in requests:
        await service.accepts(request)
    assert (await service.seats(session))[requests[3]] == ("queued", 4)
    person = Actor(
        account_id=other.account_id,
        is_staff=False,
        employer_of=frozenset(),
        beneficiary_of=frozenset({other.structure_id}),
        referent_of=frozenset(),
    )
    async with service.database.transaction() as work:
        await give_up(Transaction(work), requests[2], actor=person, now=service.now, reason=None)
        higher = asyncio.create_task(put_cap(service, 3, version=0))
        await eventually(lambda: _waits_or_is_done(service, higher))
    assert (await higher).status_code == 200
    assert (await service.seats(session))[requests[3]] == ("held", 4)


async def _waits_or_is_done(service: EnrollmentService, task: asyncio.Task[Any]) -> bool:
    return task.done() or await _waits_for_a_lock(service)


async def _training_of(service: EnrollmentService, session_id: UUID) -> UUID:
    [row] = await service.rows("SELECT training_id FROM sessions WHERE id = :id", id=session_id)
    training_id: UUID = row.training_id
    return training_id


async def test_a_setting_of_a_rule_that_is_gone_stops_nobody_and_a_field_that_is_new_has_its_default(
    service: EnrollmentService,
) -> None:
    async with service.database.transaction() as work:
        await work.connection.execute(
            text("""
                INSERT INTO rules (name, version, enabled, value, effective_from)
                VALUES ('gone', 1, true, '{"hours": 3}', '-infinity'),
                    ('yearly_quota', 7, true, '{"actions": 9}', now())
            """)
        )
    rules = await rules_at(service, None)
    assert rules.setting(YEARLY_QUOTA) == Setting(version=7, value=YearlyQuota(actions=9, trainings=3))
    assert "gone" not in rules.settings


async def test_the_settings_that_were_there_before_stay_and_hold_since_always(
    postgres_server: TestServer, make_database: Callable[[str], Awaitable[Database]]
) -> None:
    await make_database("enrollment")  # makes the roles
    name = f"before_{uuid4().hex[:12]}"
    await postgres_server.execute(f"CREATE DATABASE {name} OWNER enrollment_owner")
    owner = postgres_server.address(name, "enrollment_owner")
    engine = create_async_engine(owner, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade_to, "0004")
        await connection.execute(
            text(
                "INSERT INTO rules (name, version, enabled, value) VALUES ('structure_cap', 4, true, '{\"people\": 6}')"
            )
        )
    await engine.dispose()
    await migrate_async(
        owner, package=SERVICE.migrations_package, running_role="enrollment", append_only=SERVICE.append_only
    )
    database = Database(postgres_server.address(name, "enrollment"), application="test", pool_size=1)
    async with database.transaction() as work:
        stored = Transaction(work).rules
        for rules in (await stored.load(), await stored.at(datetime(2020, 1, 1, tzinfo=UTC))):
            assert rules.setting(STRUCTURE_CAP) == Setting(version=4, value=StructureCap(people=6))
    await database.close()
    await postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _upgrade_to(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", "services/enrollment/storage/migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
