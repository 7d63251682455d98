"""The transport of one process: a publish is confirmed when every listener has committed, deferred or parked.

Nothing is kept: what survives a crash is the outbox row, which stays until the publish is confirmed.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.contracts import REGISTRY
from shared.messaging.envelope import Envelope
from shared.messaging.transport import Delivery, Queue

CONFIRM_SECONDS = 10.0


@dataclass(eq=False, slots=True)
class _Delivery:
    envelope: Envelope
    done: asyncio.Future[None]


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
        settled = None
        while settled is not deliveries[-1] and self._taken:
            settled = self._taken.popleft()
            if not settled.done.done():
                settled.done.set_result(None)

    def forget_what_was_given_up(self) -> None:
        """What the relay no longer waits for is published again: keeping it too would grow without end."""
        self._waiting = deque(one for one in self._waiting if not one.done.done())

    async def close(self) -> None:
        if self in self._members:
            self._members.remove(self)
        for delivery in (*self._taken, *self._waiting):
            delivery.done.cancel()

    def wants(self, envelope: Envelope) -> bool:
        if envelope.recipient is not None:
            return envelope.recipient == self.queue.service and envelope.name in self.queue.commands
        return envelope.name in self.queue.events


class InProcessTransport:
    """Hands envelopes to the subscriptions of the same process; several of one service share its deliveries."""

    def __init__(self, *, expected: frozenset[str] = frozenset()) -> None:
        """`expected`: services that must have subscribed before anything is confirmed, so that none misses the first
        news.
        """
        self._expected = expected
        self._subscriptions: dict[str, list[_Subscription]] = {}
        self._turn = 0

    async def publish(self, envelopes: Sequence[Envelope]) -> Sequence[bool]:
        """See the port. Not confirmed within CONFIRM_SECONDS: it will be published again."""
        if not await self.ready():
            return [False] * len(envelopes)
        waits = [self._hand_over(envelope) for envelope in envelopes]
        futures = [future for each in waits for future in each]
        if futures:
            _, late = await asyncio.wait(futures, timeout=CONFIRM_SECONDS)
            if late:
                self._give_up(late)
        return [all(not future.cancelled() for future in each) for each in waits]

    def _give_up(self, late: Iterable[asyncio.Future[None]]) -> None:
        for future in late:
            future.cancel()
        for members in self._subscriptions.values():
            for member in members:
                member.forget_what_was_given_up()

    def _hand_over(self, envelope: Envelope) -> list[asyncio.Future[None]]:
        futures = []
        for members in self._subscriptions.values():
            wanting = [member for member in members if member.wants(envelope)]
            if not wanting:
                continue
            self._turn += 1
            delivery = _Delivery(envelope, asyncio.get_running_loop().create_future())
            wanting[self._turn % len(wanting)].put(delivery)
            futures.append(delivery.done)
        return futures or self._unheard(envelope)

    @staticmethod
    def _unheard(envelope: Envelope) -> list[asyncio.Future[None]]:
        """What nobody takes is not confirmed, so it waits; what is said for others outside may pass."""
        kind = REGISTRY.get(envelope.name)
        if kind is not None and kind.public:
            return []
        refused: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        refused.cancel()
        return [refused]

    async def subscribe(self, queue: Queue) -> _Subscription:
        """See the port."""
        members = self._subscriptions.setdefault(queue.service, [])
        subscription = _Subscription(queue, members)
        members.append(subscription)
        return subscription

    async def ready(self) -> bool:
        """Whether everybody who is expected listens."""
        return self._expected <= {service for service, members in self._subscriptions.items() if members}

    async def close(self) -> None:
        """Nothing is held."""
