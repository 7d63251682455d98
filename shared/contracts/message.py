"""What all messages between services have in common."""

from collections.abc import Callable
from typing import ClassVar, TypeVar, cast
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

MessageType = TypeVar("MessageType", bound="type[Message]")


class Snapshot(BaseModel):
    """A part of a message: the state of an aggregate at one version.

    Unknown fields are ignored, so that a publisher may add optional ones.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")


class AggregateSnapshot(Snapshot):
    """The state of one aggregate: its id and version come first."""

    id: UUID
    version: int


class Message(Snapshot):
    """An event or a command, as it is sent between services.

    `wire_name` is declared, never derived: `<owner>.<fact>.v<N>`. The legal edits of a published message are to add an
    optional field and to document another known value of an open word. Anything else is a new class with the next
    version, published beside the old one.
    """

    wire_name: ClassVar[str]
    owner: ClassVar[str]
    recipient: ClassVar[str | None] = None
    """The one service that a command is for; None for an event, which any service may subscribe to."""
    public: ClassVar[bool] = False
    """Published for listeners outside this repository: no service here needs to subscribe to it."""

    snapshot_field: ClassVar[str | None] = None
    """The field that holds the snapshot of the aggregate; None if the message has none."""

    occurred_at: AwareDatetime

    @property
    def snapshot(self) -> Snapshot:
        """The aggregate after the change; the message itself if it has no snapshot field."""
        return self if self.snapshot_field is None else cast("Snapshot", getattr(self, self.snapshot_field))

    @property
    def aggregate_id(self) -> UUID:
        """The aggregate that the message is about. Messages of one aggregate are delivered in order."""
        return self._aggregate.id

    @property
    def aggregate_version(self) -> int:
        """The version of the aggregate after the change; starts at 1."""
        return self._aggregate.version

    @property
    def _aggregate(self) -> AggregateSnapshot:
        snapshot = self.snapshot
        if not isinstance(snapshot, AggregateSnapshot):
            text = f"{type(self).__name__} has no aggregate snapshot: it must define aggregate_id and aggregate_version"
            raise TypeError(text)
        return snapshot

    @classmethod
    def snapshot_class(cls) -> type[Snapshot]:
        if cls.snapshot_field is None:
            return cls
        kind = cls.model_fields[cls.snapshot_field].annotation
        if not (isinstance(kind, type) and issubclass(kind, Snapshot)):
            text = f"{cls.__name__}.{cls.snapshot_field} must be a required snapshot"
            raise TypeError(text)
        return kind


class Registry:
    """Every declared message by its wire name."""

    def __init__(self) -> None:
        self._by_name: dict[str, type[Message]] = {}

    def add(self, message: type[Message]) -> None:
        """Register a class. Two classes with the same wire name are a programming error."""
        registered = self._by_name.setdefault(message.wire_name, message)
        if registered is not message:
            text = f"{message.wire_name} is declared twice: {registered.__qualname__} and {message.__qualname__}"
            raise ValueError(text)

    def get(self, wire_name: str) -> type[Message] | None:
        """The class of a wire name, or None if this code does not know it."""
        return self._by_name.get(wire_name)

    def carrying(self, snapshot: type[Snapshot]) -> list[type[Message]]:
        """Every event that carries this snapshot of its aggregate, ordered by wire name."""
        return [message for message in self.all() if message.recipient is None and message.snapshot_class() is snapshot]

    def all(self) -> list[type[Message]]:
        """Every message, ordered by wire name."""
        return [self._by_name[name] for name in sorted(self._by_name)]


REGISTRY = Registry()


def event(wire_name: str, *, public: bool = False) -> Callable[[MessageType], MessageType]:
    """Declare an event: a fact in the past tense, owned by the service that its wire name starts with."""

    def declare(message: MessageType) -> MessageType:
        message.wire_name = wire_name
        message.owner = wire_name.split(".", 1)[0]
        message.public = public
        REGISTRY.add(message)
        return message

    return declare


def command(wire_name: str, *, to: str) -> Callable[[MessageType], MessageType]:
    """Declare a command to one service. It goes to that service's queue only, and is never kept in the event log."""

    def declare(message: MessageType) -> MessageType:
        message.wire_name = wire_name
        message.owner = wire_name.split(".", 1)[0]
        message.recipient = to
        REGISTRY.add(message)
        return message

    return declare
