"""The transport of one process: a publish is confirmed when every listener has committed, deferred or parked.

Nothing is kept: what survives a crash is the outbox row, which stays until the publish is confirmed.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from shared.messaging.envelope import Envelope
from shared.messaging.transport import Queue

CONFIRM_SECONDS = 10.0


@dataclass(eq=False, slots=True)
class _Delivery:
    envelope: Envelope
    done: asyncio.Future[None]

    async def acknowledge(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


class _Subscription:
    def __init__(self, queue: Queue, members: "list[_Subscription]") -> None:
        self.queue = queue
        self._members = members
        self.waiting: asyncio.Queue[_Delivery] = asyncio.Queue()
        self._taken: list[_Delivery] = []

    async def receive(self, most: int) -> Sequence[_Delivery]:
        taken = [await self.waiting.get()]
        while len(taken) < most and not self.waiting.empty():
            taken.append(self.waiting.get_nowait())
        self._taken = [one for one in self._taken if not one.done.done()] + taken
        return taken

    async def close(self) -> None:
        if self in self._members:
            self._members.remove(self)
        left = list(self._taken)
        while not self.waiting.empty():
            left.append(self.waiting.get_nowait())
        for delivery in left:
            delivery.done.cancel()

    def wants(self, envelope: Envelope) -> bool:
        if envelope.recipient is not None:
            return envelope.recipient == self.queue.service and envelope.name in self.queue.commands
        return envelope.name in self.queue.events


class InProcessTransport:
    """Hands envelopes to the subscriptions of the same process; several of one service share its deliveries."""

    def __init__(self, *, expected: frozenset[str] = frozenset()) -> None:
        """`expected`: services that must have subscribed before anything is confirmed, so that none misses the first news."""
        self._expected = expected
        self._subscriptions: dict[str, list[_Subscription]] = {}
        self._turn = 0

    async def publish(self, envelopes: Sequence[Envelope]) -> Sequence[bool]:
        """See the port. Not confirmed within CONFIRM_SECONDS: it will be published again."""
        if not self._expected <= {service for service, members in self._subscriptions.items() if members}:
            return [False] * len(envelopes)
        waits = [self._hand_over(envelope) for envelope in envelopes]
        pending = [future for futures in waits for future in futures]
        if pending:
            await asyncio.wait(pending, timeout=CONFIRM_SECONDS)
        return [all(future.done() and not future.cancelled() for future in futures) for futures in waits]

    def _hand_over(self, envelope: Envelope) -> list[asyncio.Future[None]]:
        futures = []
        for members in self._subscriptions.values():
            wanting = [member for member in members if member.wants(envelope)]
            if not wanting:
                continue
            self._turn += 1
            delivery = _Delivery(envelope, asyncio.get_running_loop().create_future())
            wanting[self._turn % len(wanting)].waiting.put_nowait(delivery)
            futures.append(delivery.done)
        return futures or self._unheard(envelope)

    @staticmethod
    def _unheard(envelope: Envelope) -> list[asyncio.Future[None]]:
        """Let an event pass that nobody listens to; a command that nobody obeys is not confirmed, so it waits."""
        if envelope.recipient is None:
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
        """Always."""
        return True

    async def close(self) -> None:
        """Nothing is held."""
