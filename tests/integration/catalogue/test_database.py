"""The database holds what the domain holds: a row that breaks a rule cannot be written, whoever writes it."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from tests.integration.catalogue.desk import Desk

SESSION = "UPDATE sessions SET "
BROKEN = {
    "no seat": (f"{SESSION} capacity = 0", "capacity_is_bounded"),
    "too many seats": (f"{SESSION} capacity = 1001", "capacity_is_bounded"),
    "requests that close when they open": (f"{SESSION} opens_at = closes_at", "requests_open_then_close_before_the_session"),
    "requests that close after the start": (
        f"{SESSION} closes_at = slot_starts[1] + interval '1 second'", "requests_open_then_close_before_the_session",
    ),
    "no slot": (f"{SESSION} slot_ids = '{{}}', slot_starts = '{{}}', slot_ends = '{{}}'", "starts_at"),
    "a slot without an end": (f"{SESSION} slot_ends = slot_ends[1:2]", "every_slot_is_whole"),
    "a slot without an id": (f"{SESSION} slot_ids[2] = NULL", "every_slot_is_whole"),
    "two slots of one id": (f"{SESSION} slot_ids[2] = slot_ids[1]", "every_slot_is_whole"),
    "a trainer twice": (f"{SESSION} trainer_ids = trainer_ids || trainer_ids", "every_trainer_is_another"),
    "slots out of order": (
        f"""{SESSION} slot_starts[2] = slot_starts[3], slot_ends[2] = slot_ends[3],
            slot_starts[3] = slot_starts[2], slot_ends[3] = slot_ends[2]""",
        "slots_follow_one_another",
    ),
    "slots over one another": (f"{SESSION} slot_ends[1] = slot_starts[2] + interval '1 second'", "slots_follow_one_another"),
    "a slot that ends when it starts": (f"{SESSION} slot_ends[2] = slot_starts[2]", "slots_follow_one_another"),
    "a slot without a time": (f"{SESSION} slot_ends[2] = NULL", "slots_follow_one_another"),
    "another state of a session": (f"{SESSION} state = 'maybe'", "sessions_state_check"),
    "another state of a training": ("UPDATE trainings SET state = 'maybe'", "trainings_state_check"),
    "another kind": ("UPDATE trainings SET kind = 'cours'", "trainings_kind_check"),
    "no title": ("UPDATE trainings SET title = ''", "trainings_title_check"),
    "an axis that is not there": ("UPDATE trainings SET axis_id = gen_random_uuid()", "trainings_axis_id_fkey"),
    "a name twice": (
        "INSERT INTO axes SELECT gen_random_uuid(), 1, upper(name), description, position FROM axes", "axes_are_told_apart",
    ),
}  # fmt: skip


async def broken_by(desk: Desk, statement: str) -> Any:
    async with desk.database.engine.connect() as connection:
        with pytest.raises((IntegrityError, ProgrammingError)) as refused:
            await connection.execute(text(statement))
    return refused.value.orig


@pytest.mark.parametrize("what", BROKEN)
async def test_it_cannot_be_written(desk: Desk, what: str) -> None:
    await desk.session(await desk.training())
    statement, rule = BROKEN[what]
    assert rule in str(await broken_by(desk, statement))


async def test_slots_that_touch_and_requests_that_close_at_the_start_are_written(desk: Desk) -> None:
    await desk.session(await desk.training())
    async with desk.database.transaction() as work:
        await work.connection.execute(text(f"{SESSION} slot_ends[1] = slot_starts[2], closes_at = slot_starts[1]"))
    assert await desk.rows("SELECT closes_at = starts_at FROM sessions") == [(True,)]
