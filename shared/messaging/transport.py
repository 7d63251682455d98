"""The interface of a transport for relay and worker. One suite of tests runs for every implementation."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from shared.messaging.envelope import Envelope


class Delivery(Protocol):
    """One message for one subscriber. Until it is acknowledged, it can be delivered again, also to another process."""

    @property
    def envelope(self) -> Envelope:
        """The message with its headers."""

    @property
    def earlier_deliveries(self) -> int:
        """How often it was delivered before and not acknowledged, as far as the transport knows."""


class Subscription(Protocol):
    """The deliveries of one subscriber. One task receives and acknowledges them."""

    async def receive(self, most: int) -> Sequence[Delivery]:
        """Wait for at least one delivery and return up to `most`, in order of arrival."""

    async def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Acknowledge deliveries, and with them all that were received before: their effects are committed (or
        deferred, or parked).

        After a lost connection it does nothing: they are delivered again.
        """

    async def close(self) -> None:
        """Receive no more. Deliveries that are not acknowledged are delivered again."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One service's queue: the events and the commands (by wire name) that it receives."""

    service: str
    events: Collection[str] = ()
    commands: Collection[str] = ()

    @property
    def bindings(self) -> Collection[str]:
        """The routing keys of its events, of the same events to it alone, and of technical messages to it."""
        return (*self.events, *(key_to(self.service, event) for event in self.events), f"*.to.{self.service}")


def key_to(service: str, event: str) -> str:
    """The routing key of an event that is published to one service alone. The service binds it only for its own events,
    so that it cannot ask a publisher for others: the rights of the broker name what it may bind.
    """
    return f"{event}.to.{service}"


class Outcome(Enum):
    """What became of one message that was published. Only CONFIRMED is true."""

    CONFIRMED = "confirmed"
    """Every subscriber has it durably."""
    UNROUTABLE = "unroutable"
    """There is no subscriber for messages of this name."""
    REFUSED = "refused"
    TIMED_OUT = "timed out"
    """Nothing was answered within the limit."""
    LOST = "lost"
    """The transport is away."""

    def __bool__(self) -> bool:
        return self is Outcome.CONFIRMED


class Transport(Protocol):
    """Carries envelopes from a relay to every subscriber."""

    async def publish(self, envelopes: Sequence[Envelope], *, to: str | None = None) -> Sequence[Outcome]:
        """Publish all, pipelined, and return what became of each. The wait has a limit; nothing is raised.

        With `to`, publish to that service's queue alone: events if it subscribes to them, technical messages always.
        """

    async def subscribe(self, queue: Queue) -> Subscription:
        """Declare the queue with its bindings and start to receive. Reconnects by itself."""

    async def count_dead(self, service: str) -> int | None:
        """How many deliveries to a service were given up and wait for an operator; None if it is away."""

    async def take_dead(self, service: str, is_kept: Callable[[Envelope], Awaitable[bool]]) -> int:
        """Take out of these what is kept elsewhere, by `is_kept` itself; return how many. The others stay."""

    async def ready(self) -> bool:
        """Return True if a message can be published now."""

    async def close(self) -> None:
        """Close connections."""
