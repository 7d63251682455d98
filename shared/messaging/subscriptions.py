"""Which handler runs for which message."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Table

from shared.contracts import REGISTRY, Message
from shared.contracts.message import Snapshot
from shared.database import UnitOfWork
from shared.messaging.copies import Copy, Tombstone

Tx = TypeVar("Tx")
M = TypeVar("M", bound=Message)


class NotYetKnown(Exception):
    """A message that must be handled first has not arrived yet: this one is deferred and retried."""


@dataclass(frozen=True, slots=True)
class Handler(Generic[Tx]):
    """A function, or an effect on a table, that runs for a message.

    `name` is part of the primary key of the inbox: if a handler is renamed, messages that come again are handled again.
    """

    name: str
    message: type[Message]
    run: Callable[[Any, Tx], Awaitable[None]] | Copy | Tombstone

    @property
    def table(self) -> str | None:
        """The name of the table that a copy or a tombstone writes; None for a function, which runs after these."""
        return self.run.table.name if isinstance(self.run, Copy | Tombstone) else None

    async def perform(self, message: Message, work: UnitOfWork, tx: Tx) -> None:
        """Run it; `tx` is the service's own transaction object for `work`."""
        if isinstance(self.run, Copy | Tombstone):
            await self.run.apply(work.connection, message)
        else:
            await self.run(message, tx)


@dataclass(frozen=True, slots=True)
class Kept(Generic[Tx]):
    """A table that is a copy of what another service owns, and how one of its rows is made equal to a state.

    `put` is None for the tables of `keep`. Otherwise it gets the state, the highest version of a row that it may
    overwrite, and the transaction; it returns whether the row was missing or different.

    `needed_by`: how rows of another table name one of these. Such a row stays although its owner does not have it, as
    one that a foreign key names.
    """

    snapshot: type[Snapshot]
    table: Table
    put: Callable[[Any, int, Tx], Awaitable[bool]] | None = None
    only_new: Collection[str] = ()
    needed_by: ColumnElement[bool] | None = None


class Subscriptions(Generic[Tx]):
    """The handlers of the messages of one publishing service; one object in each module of `consumers/`."""

    def __init__(self) -> None:
        self.handlers: list[Handler[Tx]] = []
        self.kept: list[Kept[Tx]] = []

    def on(
        self, message: type[M]
    ) -> Callable[[Callable[[M, Tx], Awaitable[None]]], Callable[[M, Tx], Awaitable[None]]]:
        """Register the decorated function as a handler of `message`."""

        def register(run: Callable[[M, Tx], Awaitable[None]]) -> Callable[[M, Tx], Awaitable[None]]:
            self.handlers.append(Handler(getattr(run, "__name__", repr(run)), message, run))
            return run

        return register

    def keep(
        self,
        snapshot: type[Snapshot],
        *,
        into: Table,
        only_new: Collection[str] = (),
        needed_by: ColumnElement[bool] | None = None,
    ) -> None:
        """Keep a copy of the newest snapshot of each aggregate in a table, from every event that carries it.

        `only_new`: the columns that a rebuilding sets only in rows that are missing, because a handler compares them.
        `needed_by`: how rows of another table name one of these, which a rebuilding does not remove then.
        It runs before the message's other handlers. Raises ValueError if the snapshot cannot fill the table.
        """
        copy = Copy(snapshot, into)
        events = REGISTRY.carrying(snapshot)
        if not events:
            text = f"no event carries {snapshot.__name__}"
            raise ValueError(text)
        self.kept.append(Kept(snapshot, into, only_new=only_new, needed_by=needed_by))
        self.handlers += [Handler(f"keep_{into.name}", event, copy) for event in events]

    def put(
        self, snapshot: type[Snapshot], *, into: Table
    ) -> Callable[[Callable[[Any, int, Tx], Awaitable[bool]]], Callable[[Any, int, Tx], Awaitable[bool]]]:
        """Register how the rows of a table that functions keep are rebuilt: see `Kept`."""

        def register(put: Callable[[Any, int, Tx], Awaitable[bool]]) -> Callable[[Any, int, Tx], Awaitable[bool]]:
            self.kept.append(Kept(snapshot, into, put))
            return put

        return register

    def bury(self, event: type[Message], *, in_: Table, instead: Mapping[str, str] = MappingProxyType({})) -> None:
        """Turn the row of an aggregate into a tombstone when `event` means that the aggregate no longer exists.

        `instead`: what some of its personal fields get in place of an empty value. Call `keep` for the table first.
        Raises ValueError if the table cannot hold a tombstone.
        """
        snapshot = next((each.snapshot for each in self.kept if each.table is in_), None)
        if snapshot is None:
            text = f"no snapshot is kept in {in_.name}"
            raise ValueError(text)
        self.handlers.append(Handler(f"bury_{in_.name}", event, Tombstone(snapshot, in_, instead=instead)))


class Directory(Generic[Tx]):
    """All handlers of one service, by wire name."""

    def __init__(self, subscriptions: Iterable[Subscriptions[Tx]]) -> None:
        """Raises ValueError for two handlers of the same name, because they would share their claims in the inbox."""
        subscriptions = list(subscriptions)
        self.kept = [each for group in subscriptions for each in group.kept]
        self._by_wire_name: dict[str, list[Handler[Tx]]] = {}
        names: set[tuple[str, str]] = set()
        for handler in (handler for group in subscriptions for handler in group.handlers):
            wire_name = handler.message.wire_name
            # a table effect has one name for several events, a function belongs to one
            scope = wire_name if handler.table else ""
            if (scope, handler.name) in names:
                text = f"two handlers are called {handler.name}"
                raise ValueError(text)
            names.add((scope, handler.name))
            self._by_wire_name.setdefault(wire_name, []).append(handler)
        for handlers in self._by_wire_name.values():
            handlers.sort(key=lambda handler: handler.table is None)

    def listening_to(self, wire_name: str) -> Sequence[Handler[Tx]]:
        """The handlers of a wire name: table effects first, then functions, in order of registration."""
        return self._by_wire_name.get(wire_name, ())

    @property
    def events(self) -> list[str]:
        """The wire names of the events that the service subscribes to, sorted."""
        return sorted(name for name, handlers in self._by_wire_name.items() if handlers[0].message.recipient is None)

    def commands_of(self, service: str) -> list[str]:
        """The wire names of the commands that `service` handles, sorted.

        Raises ValueError for a command to another service.
        """
        commands = {
            name: handlers[0].message.recipient
            for name, handlers in self._by_wire_name.items()
            if handlers[0].message.recipient is not None
        }
        for name, recipient in commands.items():
            if recipient != service:
                text = f"{name} is for {recipient}: {service} must not handle it"
                raise ValueError(text)
        return sorted(commands)
