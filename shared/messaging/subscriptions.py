"""Which function listens to which message."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.contracts import Message

Tx = TypeVar("Tx")
M = TypeVar("M", bound=Message)


class NotYetKnown(Exception):
    """News that must come first has not come: the delivery is deferred and tried again."""


@dataclass(frozen=True, slots=True)
class Handler(Generic[Tx]):
    """One listening function. `name` is half of the inbox key: renaming the function forgets what it has done."""

    name: str
    message: type[Message]
    run: Callable[[Any, Tx], Awaitable[None]]


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


class Directory(Generic[Tx]):
    """Every listener of one service, found by wire name."""

    def __init__(self, subscriptions: Iterable[Subscriptions[Tx]]) -> None:
        """Merge the subscriptions; two handlers of one name would share inbox claims, so that is refused."""
        self._by_wire_name: dict[str, list[Handler[Tx]]] = {}
        names: set[str] = set()
        for handler in (handler for group in subscriptions for handler in group.handlers):
            if handler.name in names:
                text = f"two handlers are called {handler.name}"
                raise ValueError(text)
            names.add(handler.name)
            self._by_wire_name.setdefault(handler.message.wire_name, []).append(handler)

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
