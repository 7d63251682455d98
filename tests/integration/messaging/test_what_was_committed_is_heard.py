"""The promise, drill by drill, on both transports."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.messaging import undelivered
from shared.messaging.envelope import Envelope
from tests.integration.messaging.bed import Bed, erased
from tests.support.eventually import eventually


class _Given:
    """A delivery that a test hands to the inbox itself."""

    def __init__(self, envelope: Envelope) -> None:
        self.envelope = envelope
        self.acknowledged = 0

    async def acknowledge(self) -> None:
        self.acknowledged += 1


def _delivery(message: Any = None, **changes: Any) -> _Given:
    message = message or erased()
    properties = {"message_id": str(uuid4()), "name": message.wire_name, "body": message.model_dump_json().encode(), **changes}
    return _Given(Envelope(**properties))


async def test_killed_after_the_commit_and_before_the_publish_it_is_heard_after_the_restart_once(bed: Bed) -> None:
    bed.start(bed.listen())
    await bed.say(erased())  # no relay runs: the process died here
    assert await bed.count("outbox", bed.speaker) == 1
    assert await bed.count("effects") == 0

    bed.start(bed.speak())

    await eventually(lambda: _is(bed, effects=1, left=0), within=10)
    assert await bed.count("event_log", bed.speaker) == 1


async def test_what_was_rolled_back_is_never_heard(bed: Bed) -> None:
    bed.start(bed.listen())
    bed.start(bed.speak())
    with pytest.raises(ZeroDivisionError):
        async with bed.speaker.transaction() as work:
            work.say(erased())
            raise ZeroDivisionError
    await bed.say(erased(version=2))

    await eventually(lambda: _is(bed, effects=1, left=0), within=10)
    assert [row.version for row in await bed.rows("SELECT version FROM effects")] == [2]


async def test_a_commit_that_fails_says_nothing(bed: Bed) -> None:
    async with bed.speaker.transaction() as work:
        await work.connection.execute(text("CREATE TEMP TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
    with pytest.raises(DBAPIError):
        async with bed.speaker.transaction() as work:
            await work.connection.execute(text("CREATE TEMP TABLE IF NOT EXISTS late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
            await work.connection.execute(text("INSERT INTO late VALUES (1), (1)"))
            work.say(erased())

    assert await bed.count("outbox", bed.speaker) == 0


async def test_the_same_message_twice_one_after_the_other_has_one_effect(bed: Bed) -> None:
    inbox = bed.listen().inbox
    first = _delivery()
    again = _Given(first.envelope)
    await inbox.take([first])
    await inbox.take([again])

    assert await bed.count("effects") == 1
    assert (first.acknowledged, again.acknowledged) == (1, 1)


async def test_the_same_message_twice_in_one_batch_has_one_effect(bed: Bed) -> None:
    first = _delivery()
    await bed.listen().inbox.take([first, _Given(first.envelope), _delivery()])

    assert await bed.count("effects") == 2


async def test_the_same_message_at_two_workers_at_once_has_one_effect(bed: Bed) -> None:
    first = _delivery()

    async def slowly(_: Any) -> None:
        await asyncio.sleep(0.1)

    bed.before = slowly
    await asyncio.gather(*(bed.listen().inbox.take([_Given(first.envelope)]) for _ in range(4)))

    assert await bed.count("effects") == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"body": b"{not json"}, "does not parse"),
        ({"body": b"{}"}, "does not parse"),
        ({"name": "identity.account_erased.v99"}, "unknown message or version"),
        ({"message_id": None}, "no id"),
    ],
)
async def test_what_cannot_be_read_is_parked_with_its_reason_and_holds_nobody_up(bed: Bed, changes: dict[str, Any], reason: str) -> None:
    bad, good = _delivery(**changes), _delivery()
    await bed.listen().inbox.take([bad, good])

    (parked,) = await bed.rows("SELECT last_error, parked_at, next_at FROM undelivered")
    assert reason in parked.last_error
    assert parked.parked_at is not None
    assert parked.next_at is None
    assert await bed.count("effects") == 1
    assert (bad.acknowledged, good.acknowledged) == (1, 1)


async def test_a_handler_that_fails_three_times_and_then_works_has_one_effect(bed: Bed) -> None:
    failures = iter(range(3))

    async def sometimes(_: Any) -> None:
        if next(failures, None) is not None:
            raise ZeroDivisionError

    bed.before = sometimes
    inbox = bed.listen().inbox
    await inbox.take([_delivery()])
    for attempt in (1, 2, 3):
        assert [row.attempts for row in await bed.rows("SELECT attempts FROM undelivered")] == [attempt]
        assert await inbox.retry_due() == 0  # not yet: it waits its delay
        await _make_due(bed)
        assert await inbox.retry_due() == 1

    assert await bed.count("effects") == 1
    assert await bed.count("undelivered") == 0


async def test_after_the_last_attempt_it_is_parked_and_can_be_replayed(bed: Bed) -> None:
    async def never(_: Any) -> None:
        raise ZeroDivisionError

    bed.before = never
    inbox = bed.listen().inbox
    await inbox.take([_delivery()])
    for _ in undelivered.DELAYS:
        await _make_due(bed)
        await inbox.retry_due()
    (parked,) = await bed.rows("SELECT * FROM undelivered")
    assert parked.parked_at is not None
    assert "ZeroDivisionError" in parked.last_error

    async def now_it_works(_: Any) -> None:
        return

    bed.before = now_it_works
    async with bed.listener.transaction() as work:
        assert await undelivered.replay(work.connection, parked.id)
        assert not await undelivered.replay(work.connection, parked.id + 1)
    await inbox.retry_due()

    assert (await bed.count("effects"), await bed.count("undelivered")) == (1, 0)


async def test_one_bad_message_in_a_batch_does_not_take_the_others_with_it(bed: Bed) -> None:
    bad = erased(version=13)

    async def superstitious(message: Any) -> None:
        if message.aggregate_version == 13:
            raise ZeroDivisionError

    bed.before = superstitious
    await bed.listen().inbox.take([_delivery(), _delivery(bad), _delivery()])

    assert (await bed.count("effects"), await bed.count("undelivered")) == (2, 1)


async def test_events_of_one_aggregate_keep_their_order(bed: Bed) -> None:
    account = uuid4()
    bed.start(bed.listen())
    for version in range(1, 31):
        await bed.say(erased(account, version), erased())
    bed.start(bed.speak())

    await eventually(lambda: _is(bed, effects=60, left=0), within=15)
    heard = await bed.rows(f"SELECT version FROM effects WHERE event = '{account}' ORDER BY at")
    assert [row.version for row in heard] == list(range(1, 31))


async def test_two_relays_one_is_active_and_the_other_takes_over(bed: Bed) -> None:
    bed.start(bed.listen())
    first, _second = bed.start(bed.speak()), bed.start(bed.speak())
    await bed.say(*(erased() for _ in range(20)))
    await eventually(lambda: _is(bed, effects=20, left=0), within=10)
    await bed.stop(first)
    await bed.say(*(erased() for _ in range(20)))

    await eventually(lambda: _is(bed, effects=40, left=0), within=15)


async def _is(bed: Bed, *, effects: int, left: int) -> bool:
    return (await bed.count("effects"), await bed.count("outbox", bed.speaker)) == (effects, left)


async def _make_due(bed: Bed) -> None:
    async with bed.listener.transaction() as work:
        await work.connection.execute(text("UPDATE undelivered SET next_at = now() WHERE parked_at IS NULL"))
