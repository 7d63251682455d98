"""Enrollment's copies of the catalogue are rebuilt while events go on to arrive."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import update

from services.catalogue.storage.tables import trainings
from shared.contracts.catalogue import TrainingRevised, TrainingSnapshot
from tests.integration.rebuild.running_services import RunningServices
from tests.support.eventually import eventually

SAME = "SELECT id, version, title, kind, members_only, state FROM trainings WHERE state <> 'draft' ORDER BY id"


async def _copied(services: RunningServices, trainings: int) -> bool:
    rows = await services.rows("enrollment", "SELECT (SELECT count(*) FROM trainings), (SELECT count(*) FROM sessions)")
    return tuple(rows[0]) == (trainings, trainings)


async def _same(services: RunningServices) -> bool:
    return await services.rows("catalogue", SAME) == await services.rows("enrollment", SAME)


async def _revise(services: RunningServices) -> None:
    """Change one training after the other, until cancelled."""
    rows = await services.rows("catalogue", "SELECT * FROM trainings WHERE state = 'published' ORDER BY id")
    for number, row in enumerate(rows * 100):
        async with services.databases["catalogue"].transaction() as work:
            version = (
                await work.connection.execute(
                    update(trainings)
                    .where(trainings.c.id == row.id)
                    .values(version=trainings.c.version + 1, title=f"Autre {number}")
                    .returning(trainings.c.version)
                )
            ).scalar_one()
            snapshot = TrainingSnapshot(
                id=row.id, version=version, title=f"Autre {number}", axis_id=row.axis_id, axis_name="Droit",
                kind=row.kind, members_only=row.members_only, state=row.state,
            )  # fmt: skip
            work.emit(TrainingRevised(occurred_at=datetime.now(UTC), training=snapshot))
        await asyncio.sleep(0.005)


async def test_damaged_missing_and_invented_rows_are_put_right_under_live_events(both: RunningServices) -> None:
    await both.fill_catalogue(50)
    for row in await both.published():
        await both.emit("catalogue", [row])
    await eventually(lambda: _copied(both, 50), within=20)
    twin = await both.tables("enrollment", "trainings", "sessions")
    emitted = await both.rows("enrollment", "SELECT event_id FROM event_log UNION SELECT event_id FROM outbox")

    await both.run(
        "enrollment",
        "UPDATE trainings SET title = 'faux', axis_name = NULL WHERE id IN (SELECT id FROM trainings LIMIT 20)",
        "UPDATE trainings SET version = 999 WHERE id IN (SELECT id FROM trainings ORDER BY id LIMIT 5)",
        "DELETE FROM trainings WHERE id IN (SELECT id FROM trainings ORDER BY id DESC LIMIT 20)",
        "INSERT INTO trainings (id, version, title, kind, members_only, state)"
        " VALUES (gen_random_uuid(), 3, 'inventée', 'training', false, 'published')",
        "UPDATE sessions SET place = 'faux', slots = '[]', capacity = 1 WHERE id IN (SELECT id FROM sessions LIMIT 20)",
        "UPDATE sessions SET version = 999, training_id = gen_random_uuid()"
        " WHERE id IN (SELECT id FROM sessions ORDER BY id LIMIT 5)",
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions ORDER BY id DESC LIMIT 20)",
        "DELETE FROM inbox",
    )
    assert await both.rebuild("enrollment", owner="catalogue")
    assert await both.tables("enrollment", "trainings", "sessions") == twin
    assert both.told[-1] == "Complete: every copy is as its owner says."
    assert await both.rows("enrollment", "SELECT event_id FROM event_log UNION SELECT event_id FROM outbox") == emitted

    await both.run("enrollment", "DELETE FROM trainings", "DELETE FROM sessions")
    revising = asyncio.create_task(_revise(both))
    assert await both.rebuild("enrollment", owner="catalogue")
    revising.cancel()
    await eventually(lambda: _same(both), within=20)
    assert (await both.tables("enrollment", "sessions"))["sessions"] != []
