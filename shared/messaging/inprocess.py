"""The transport of one process: a publish is confirmed when every subscriber has committed, deferred or parked.

Nothing is stored: after a crash, messages are published again from the outbox rows, which stay until the publish is
confirmed.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.contracts import REGISTRY
from shared.contracts.catch_up import is_technical
from shared.messaging.envelope import Envelope
from shared.messaging.transport import Delivery, Outcome, Queue
from shared.messaging.tries import SUSPECT_FROM

CONFIRM_SECONDS = 10.0


@dataclass(eq=False, slots=True)
class _Delivery:
    envelope: Envelope
    done: asyncio.Future[None]
    earlier_deliveries: int


class _Subscription:
    def __init__(self, queue: Queue, members: "list[_Subscription]") -> None:
        self.queue = queue
        self._members = members
        self._waiting: deque[_Delivery] = deque()
        self._arrived = asyncio.Event()
        self._taken: deque[_Delivery] = deque()

    def put(self, delivery: _Delivery) -> None:
        self._waiting.append(delivery)
        self._arrived.set()

    async def receive(self, most: int) -> Sequence[_Delivery]:
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        self._taken += taken
        return taken

    async def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        acknowledged = None
        while acknowledged is not deliveries[-1] and self._taken:
            acknowledged = self._taken.popleft()
            if not acknowledged.done.done():
                acknowledged.done.set_result(None)

    def drop_abandoned(self) -> None:
        """Drop deliveries that the relay no longer waits for: it publishes them again, so the list would only grow."""
        self._waiting = deque(delivery for delivery in self._waiting if not delivery.done.done())

    async def close(self) -> None:
        if self in self._members:
            self._members.remove(self)
        for delivery in (*self._taken, *self._waiting):
            delivery.done.cancel()

    def wants(self, envelope: Envelope) -> bool:
        if is_technical(envelope.name):
            return envelope.routed_as is None or envelope.routed_as in self.queue.events
        if envelope.recipient is not None:
            return envelope.recipient == self.queue.service and envelope.name in self.queue.commands
        return envelope.name in self.queue.events


class InProcessTransport:
    """Hands envelopes to the subscriptions of the same process; several of one service share its deliveries."""

    def __init__(self, *, expected: frozenset[str] = frozenset()) -> None:
        """`expected`: services that must have subscribed before any message is confirmed, so that none of them misses
        the first messages.
        """
        self._expected = expected
        self._subscriptions: dict[str, list[_Subscription]] = {}
        self._turn = 0
        self._started_at = datetime.now(UTC)

    async def publish(self, envelopes: Sequence[Envelope], *, to: str | None = None) -> Sequence[Outcome]:
        """A message that is not confirmed within CONFIRM_SECONDS is published again by the relay."""
        if not await self.ready():
            return [Outcome.LOST] * len(envelopes)
        waits = [self._hand_over(envelope, to) for envelope in envelopes]
        futures = [future for each in waits for future in each or ()]
        if futures:
            _, late = await asyncio.wait(futures, timeout=CONFIRM_SECONDS)
            if late:
                self._give_up(late)
        return [_outcome(each) for each in waits]

    def _give_up(self, late: Iterable[asyncio.Future[None]]) -> None:
        for future in late:
            future.cancel()
        for members in self._subscriptions.values():
            for member in members:
                member.drop_abandoned()

    def _hand_over(self, envelope: Envelope, to: str | None) -> list[asyncio.Future[None]] | None:
        """One future for each subscriber; None without any, so that the message stays in the outbox. A message that is
        declared `public` needs none.
        """
        futures = []
        for service, members in self._subscriptions.items():
            wanting = [member for member in members if to in {None, service} and member.wants(envelope)]
            if not wanting:
                continue
            self._turn += 1
            delivery = _Delivery(envelope, asyncio.get_running_loop().create_future(), self._earlier(envelope))
            wanting[self._turn % len(wanting)].put(delivery)
            futures.append(delivery.done)
        kind = REGISTRY.get(envelope.name)
        return futures if futures or (to is None and kind is not None and kind.public) else None

    def _earlier(self, envelope: Envelope) -> int:
        """A message that was waiting when this process started may have ended the one before."""
        return SUSPECT_FROM if envelope.occurred_at is not None and envelope.occurred_at < self._started_at else 0

    async def subscribe(self, queue: Queue) -> _Subscription:
        members = self._subscriptions.setdefault(queue.service, [])
        subscription = _Subscription(queue, members)
        members.append(subscription)
        return subscription

    async def count_dead(self, service: str) -> int:  # noqa: ARG002 - the port's
        """It never gives up."""
        return 0

    async def take_dead(
        self,
        service: str,  # noqa: ARG002 - the port's
        is_kept: Callable[[Envelope], Awaitable[bool]],  # noqa: ARG002 - the port's
    ) -> int:  # untraced
        """There are none."""
        return 0

    async def ready(self) -> bool:
        """True if all expected services have subscribed."""
        return self._expected <= {service for service, members in self._subscriptions.items() if members}

    async def close(self) -> None:
        """Do nothing: no connection is open."""


def _outcome(futures: Iterable[asyncio.Future[None]] | None) -> Outcome:
    if futures is None:
        return Outcome.UNROUTABLE
    return Outcome.TIMED_OUT if any(future.cancelled() for future in futures) else Outcome.CONFIRMED
