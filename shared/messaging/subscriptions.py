"""Which function listens to which message."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Table

from shared.contracts import REGISTRY, Message
from shared.contracts.message import Snapshot
from shared.database import UnitOfWork
from shared.messaging.copies import Copy

Tx = TypeVar("Tx")
M = TypeVar("M", bound=Message)


class NotYetKnown(Exception):
    """News that must come first has not come: the delivery is deferred and tried again."""


@dataclass(frozen=True, slots=True)
class Handler(Generic[Tx]):
    """One listening function, or the copy of a snapshot. `name` is half of the inbox key: with another name, what was
    handled before is handled again.
    """

    name: str
    message: type[Message]
    run: Callable[[Any, Tx], Awaitable[None]] | Copy

    async def perform(self, message: Message, work: UnitOfWork, tx: Tx) -> None:
        """Take the effect of a message; `tx` is the service's own view of `work`."""
        if isinstance(self.run, Copy):
            await self.run.keep(work.connection, message.snapshot)
        else:
            await self.run(message, tx)


class Subscriptions(Generic[Tx]):
    """What a service does when one speaker speaks; one object in each module of `consumers/`."""

    def __init__(self) -> None:
        """Start with no listener."""
        self.handlers: list[Handler[Tx]] = []

    def on(
        self, message: type[M]
    ) -> Callable[[Callable[[M, Tx], Awaitable[None]]], Callable[[M, Tx], Awaitable[None]]]:
        """Register the decorated function as a listener of `message`."""

        def register(run: Callable[[M, Tx], Awaitable[None]]) -> Callable[[M, Tx], Awaitable[None]]:
            self.handlers.append(Handler(getattr(run, "__name__", repr(run)), message, run))
            return run

        return register

    def keep(self, snapshot: type[Snapshot], *, into: Table) -> None:
        """Keep a copy of the newest snapshot of each aggregate in a table, from every event that carries it.

        The copies of a message are kept before its other handlers run. Raises ValueError for a table that the snapshot cannot fill.
        """
        copy = Copy(snapshot, into)
        events = REGISTRY.carrying(snapshot)
        if not events:
            text = f"no event carries {snapshot.__name__}"
            raise ValueError(text)
        self.handlers += [Handler(f"keep_{into.name}", event, copy) for event in events]


class Directory(Generic[Tx]):
    """Every listener of one service, found by wire name."""

    def __init__(self, subscriptions: Iterable[Subscriptions[Tx]]) -> None:
        """Merge the subscriptions; two handlers of one name would share inbox claims, so that is refused."""
        self._by_wire_name: dict[str, list[Handler[Tx]]] = {}
        claimed: set[tuple[str, str]] = set()
        for handler in (handler for group in subscriptions for handler in group.handlers):
            wire_name = handler.message.wire_name
            # a copy has one name for all its events, a function listens to one
            scope = wire_name if isinstance(handler.run, Copy) else ""
            if (scope, handler.name) in claimed:
                text = f"two handlers are called {handler.name}"
                raise ValueError(text)
            claimed.add((scope, handler.name))
            self._by_wire_name.setdefault(wire_name, []).append(handler)
        for handlers in self._by_wire_name.values():
            handlers.sort(key=lambda handler: not isinstance(handler.run, Copy))

    def listening_to(self, wire_name: str) -> Sequence[Handler[Tx]]:
        """The handlers of a wire name, in order of registration."""
        return self._by_wire_name.get(wire_name, ())

    @property
    def events(self) -> list[str]:
        """Wire names of the events listened to, sorted."""
        return sorted(name for name, found in self._by_wire_name.items() if found[0].message.recipient is None)

    def commands_of(self, service: str) -> list[str]:
        """Wire names of the commands obeyed, sorted; a command that is for another service is a mistake in the program."""
        commands = {
            name: found[0].message.recipient
            for name, found in self._by_wire_name.items()
            if found[0].message.recipient is not None
        }
        for name, recipient in commands.items():
            if recipient != service:
                text = f"{name} is for {recipient}, and {service} must not obey it"
                raise ValueError(text)
        return sorted(commands)
