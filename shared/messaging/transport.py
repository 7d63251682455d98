"""The port: what relay and worker need of a transport. One behaviour suite tests every implementation."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.messaging.envelope import Envelope


class Delivery(Protocol):
    """One message at one listener. Not acknowledged: it comes again, to this process or another."""

    @property
    def envelope(self) -> Envelope:
        """What arrived."""


class Subscription(Protocol):
    """One listener's stream of deliveries. One task receives and acknowledges."""

    async def receive(self, most: int) -> Sequence[Delivery]:
        """Wait for at least one delivery and return up to `most`, in order of arrival."""

    async def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Acknowledge deliveries, and with them all that were received before: their effects are committed (or
        deferred, or parked).

        After a lost connection it does nothing: they come again.
        """

    async def close(self) -> None:
        """Take no more; what was received and not acknowledged comes again."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One service's queue: the events and the commands (by wire name) that are to reach it."""

    service: str
    events: Collection[str] = ()
    commands: Collection[str] = ()


class Transport(Protocol):
    """Carries envelopes from a relay to every listener."""

    async def publish(self, envelopes: Sequence[Envelope]) -> Sequence[bool]:
        """Publish all, pipelined; for each say whether it is safe (True: every listener has it, durably).

        Never waits without a limit and never raises for a transport that is away: those are simply not safe yet.
        """

    async def subscribe(self, queue: Queue) -> Subscription:
        """Declare the queue with its bindings and start to take from it. Reconnects by itself."""

    async def ready(self) -> bool:
        """Say whether a message could be published now."""

    async def close(self) -> None:
        """Close connections."""
