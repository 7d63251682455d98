"""Finds out which events a service has missed, and gets them again: each listener asks each publisher every minute.

What is missing is neither in the inbox nor among the deliveries that failed. A page of the publisher's log is asked for
until nothing of it is missing; only then comes the next page, so a lost request or answer is repaired by the next one.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Interval, Text, any_, bindparam, case, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.catch_up import (
    START,
    TECHNICAL,
    EventsListed,
    EventsRequested,
    Position,
)
from shared.database import Database
from shared.messaging.envelope import Envelope
from shared.messaging.event_log import EventLog
from shared.messaging.metrics import Metrics
from shared.messaging.technical import read_technical, technical_envelope
from shared.messaging.transport import Delivery, Transport
from shared.tables import catch_up, inbox, undelivered

log = structlog.get_logger()

ASK_EVERY = timedelta(minutes=1)
ASK_AGAIN = timedelta(seconds=10)
"""The pause after missing events were published again and have not all been handled yet."""
LOOK_EVERY = 10.0
"""How often a worker looks whether it is time to ask, in seconds; several workers of a service take turns."""
MOST_RECEIVED = 1000
_NAMES = frozenset(message.wire_name for message in TECHNICAL)

_NEW = insert(catch_up).values(publisher=bindparam("publisher"), names=bindparam("names"))
_IS_KNOWN = _NEW.excluded.names.contained_by(catch_up.c.names)
_REGISTER = _NEW.on_conflict_do_update(
    index_elements=[catch_up.c.publisher],
    set_={
        "names": _NEW.excluded.names,
        "published_at": case((_IS_KNOWN, catch_up.c.published_at), else_=START.published_at),
        "event_id": case((_IS_KNOWN, catch_up.c.event_id), else_=START.event_id),
    },
)
"""For an event that the service did not handle before, the log is compared again from its beginning."""
_PAUSE = func.now() + bindparam("pause", type_=Interval)
_CLAIM_DUE = (
    update(catch_up)
    .where(catch_up.c.publisher == any_(bindparam("publishers", type_=ARRAY(Text))), catch_up.c.next_at <= func.now())
    .values(next_at=_PAUSE)
    .returning(catch_up)
)
_LOCK = select(catch_up).where(catch_up.c.publisher == bindparam("publisher")).with_for_update()
_EVENTS = func.unnest(bindparam("events", type_=ARRAY(Text))).table_valued("id", name="listed").render_derived()
_MISSING = select(_EVENTS.c.id).where(
    ~select(inbox).where(inbox.c.message_id == _EVENTS.c.id).exists(),
    ~select(undelivered).where(undelivered.c.message_id == _EVENTS.c.id).exists(),
)
_MOVE = (
    update(catch_up)
    .where(catch_up.c.publisher == bindparam("of"))
    .values(published_at=bindparam("time"), event_id=bindparam("event"), next_at=_PAUSE)
)


class CatchUp:
    """Both sides of one service: it asks the publishers of the events that it handles, and answers its subscribers."""

    def __init__(
        self, database: Database, transport: Transport, metrics: Metrics, *, service: str, events: Sequence[str]
    ) -> None:
        """`events` are the wire names that the service handles."""
        self._database = database
        self._transport = transport
        self._metrics = metrics
        self._service = service
        self._log = EventLog(database, transport, service=service)
        self._names = {owner: list(names) for owner, names in groupby(sorted(events), lambda name: name.split(".")[0])}
        for publisher in self._names:
            metrics.missed(publisher, 0)  # an increase can only be seen from a number before it
        self._received: deque[Envelope] = deque(maxlen=MOST_RECEIVED)
        self._is_registered = False
        self._look_at = 0.0

    def take(self, deliveries: Sequence[Delivery]) -> None:
        """Keep its messages among handled deliveries for the next `run_once`."""
        self._received += [each.envelope for each in deliveries if each.envelope.name in _NAMES]

    async def run_once(self) -> None:
        """Compare what was listed, answer requests, and ask when it is time."""
        requests: dict[str, EventsRequested] = {}
        while self._received:
            sender, message = read_technical(self._received.popleft(), TECHNICAL)
            if isinstance(message, EventsListed):
                await self._compare(sender, message)
            elif isinstance(message, EventsRequested):
                # after an outage many requests of one subscriber may wait: the last one has what it needs now
                requests[sender] = message
        for subscriber, request in requests.items():
            await self._log.answer(subscriber, request)
        now = asyncio.get_running_loop().time()
        if self._names and now >= self._look_at:
            await self._ask_when_due()
            self._look_at = now + LOOK_EVERY  # after it: until it succeeds, no round does

    async def _ask_when_due(self) -> None:
        async with self._database.transaction() as work:
            if not self._is_registered:
                names = [{"publisher": publisher, "names": names} for publisher, names in self._names.items()]
                await work.connection.execute(_REGISTER, names)
            due = await work.connection.execute(_CLAIM_DUE, {"publishers": list(self._names), "pause": ASK_EVERY})
            requests = {row.publisher: EventsRequested(after=_position(row), names=row.names) for row in due}
        self._is_registered = True
        for publisher, request in requests.items():
            await self._send(publisher, request)

    async def _compare(self, publisher: str, listed: EventsListed) -> None:
        """Move on if nothing of the page is missing; otherwise ask for what is missing, once for each listing."""
        async with self._database.transaction() as work:
            state = (await work.connection.execute(_LOCK, {"publisher": publisher})).one_or_none()
            if state is None or _position(state) != listed.after:
                return  # it answers an earlier request
            missing = await _missing(work.connection, listed)
            reached = listed.after if missing else listed.until
            is_waiting = bool(missing) and listed.republished
            parameters = {"of": publisher, "time": reached.published_at, "event": reached.event_id}
            await work.connection.execute(_MOVE, {**parameters, "pause": ASK_AGAIN if is_waiting else ASK_EVERY})
        if is_waiting or not (missing or listed.more):
            return
        if missing:
            log.warning("asks for events that have not arrived", publisher=publisher, events=len(missing))
            self._metrics.missed(publisher, len(missing))
        await self._send(publisher, EventsRequested(after=reached, names=state.names, missing=missing))

    async def _send(self, publisher: str, request: EventsRequested) -> None:
        await self._transport.publish([technical_envelope(request, source=self._service)], to=publisher)


async def _missing(connection: AsyncConnection, listed: EventsListed) -> tuple[UUID, ...]:
    ids = await connection.scalars(_MISSING, {"events": [str(event) for event in listed.events]})
    return tuple(map(UUID, ids))


def _position(row: Any) -> Position:  # noqa: ANN401 - a row of the table
    return Position(published_at=row.published_at, event_id=row.event_id)
