"""What the tests of missed events have in common: events that a listener misses, and a spy on what follows."""

from collections.abc import Callable, Sequence
from typing import Any

from shared.contracts.catch_up import EventsListed, EventsRequested
from shared.contracts.enrollment import SessionOccupancyChanged
from shared.messaging.envelope import Envelope
from shared.messaging.transport import Outcome
from tests.integration.messaging.two_services import TwoServices
from tests.support.eventually import eventually

EVENT = SessionOccupancyChanged.wire_name
REQUESTED, LISTED = EventsRequested.wire_name, EventsListed.wire_name


class Spy:
    """Between the workers and their transport: records what is published to one service, and can lose some of it."""

    def __init__(self, services: TwoServices) -> None:
        self.sent: list[Envelope] = []
        self.loses: Callable[[Envelope], bool] = lambda _: False
        self._publish = services.transport.publish
        services.transport.publish = self.publish  # type: ignore[method-assign]

    async def publish(self, envelopes: Sequence[Envelope], *, to: str | None = None) -> Sequence[Outcome]:
        if to is None:
            return await self._publish(envelopes)
        self.sent += envelopes
        arriving = [envelope for envelope in envelopes if not self.loses(envelope)]
        confirmed = await self._publish(arriving, to=to)
        outcome = Outcome.CONFIRMED if all(confirmed) else Outcome.LOST
        return [outcome] * len(envelopes)

    def requests(self) -> list[EventsRequested]:
        return [EventsRequested.model_validate_json(each.body) for each in self.sent if each.name == REQUESTED]

    def asked_for(self) -> list[str]:
        return [str(event) for request in self.requests() for event in request.missing]

    def republished(self) -> list[str]:
        return [str(each.message_id) for each in self.sent if each.name == EVENT]


async def published(services: TwoServices, number: int) -> bool:
    left = await services.count("outbox", services.publisher)
    return left == 0 and await services.count("event_log", services.publisher) == number


async def effects(services: TwoServices, number: int) -> bool:
    return await services.count("effects") == number


async def is_up_to_date(services: TwoServices) -> bool:
    """The listener has compared everything that the publisher has logged."""
    last = await services.rows("SELECT published_at, event_id FROM event_log ORDER BY 1, 2", services.publisher)
    return await services.rows("SELECT published_at, event_id FROM catch_up") == last[-1:]


async def each_once(services: TwoServices) -> bool:
    return await services.rows("SELECT event FROM effects GROUP BY event HAVING count(*) > 1") == []


async def miss(services: TwoServices, *messages: Any) -> None:
    """Publish while the listener has no queue."""
    running = services.start(services.publishing_worker())
    logged = await services.count("event_log", services.publisher)
    await services.emit(*messages)
    await eventually(lambda: published(services, logged + len(messages)), within=15)
    await services.stop(running)


async def more_republished(spy: Spy, before: int) -> bool:
    return len(spy.republished()) > before


async def failed(services: TwoServices, number: int) -> bool:
    return await services.count("undelivered") == number


async def more_requests(spy: Spy, before: int) -> bool:
    return len(spy.requests()) > before
