"""What every message between services has in common."""

from collections.abc import Callable
from typing import ClassVar, TypeVar, cast
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

MessageType = TypeVar("MessageType", bound="type[Message]")


class Snapshot(BaseModel):
    """A part of a message: what an aggregate looked like at one version.

    Unknown fields are ignored, so that a speaker may add optional ones.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")


class AggregateSnapshot(Snapshot):
    """What one aggregate looked like: its id and version come first."""

    id: UUID
    version: int


class Message(Snapshot):
    """A fact or a command on the wire.

    `wire_name` is declared, never derived: `<owner>.<fact>.v<N>`. The only legal edit of a published message is to add an
    optional field; anything else is a new class with the next version, sent beside the old one.
    """

    wire_name: ClassVar[str]
    owner: ClassVar[str]
    recipient: ClassVar[str | None] = None
    """The one service a command is for; None for an event, which anybody may hear."""
    public: ClassVar[bool] = False
    """Said for listeners outside this repository: it needs no listener here."""

    snapshot_field: ClassVar[str | None] = None
    """The field that holds the snapshot of the aggregate; None where the message has none."""

    occurred_at: AwareDatetime

    @property
    def snapshot(self) -> Snapshot:
        """The aggregate after what happened; the message itself where it has no snapshot field."""
        return self if self.snapshot_field is None else cast("Snapshot", getattr(self, self.snapshot_field))

    @property
    def aggregate_id(self) -> UUID:
        """The aggregate that the message is about; messages of one aggregate keep their order."""
        return self._aggregate.id

    @property
    def aggregate_version(self) -> int:
        """The version of the aggregate after what happened; starts at 1."""
        return self._aggregate.version

    @property
    def _aggregate(self) -> AggregateSnapshot:
        snapshot = self.snapshot
        if not isinstance(snapshot, AggregateSnapshot):
            text = f"{type(self).__name__} has no snapshot of an aggregate: it says its aggregate_id and aggregate_version itself"
            raise TypeError(text)
        return snapshot

    @classmethod
    def snapshot_class(cls) -> type[Snapshot]:
        """The class of `snapshot`."""
        if cls.snapshot_field is None:
            return cls
        kind = cls.model_fields[cls.snapshot_field].annotation
        if not (isinstance(kind, type) and issubclass(kind, Snapshot)):
            text = f"{cls.__name__}.{cls.snapshot_field} must be a snapshot, and always there"
            raise TypeError(text)
        return kind


class Registry:
    """Every declared message by its wire name."""

    def __init__(self) -> None:
        """Start empty; `declared` fills it."""
        self._by_name: dict[str, type[Message]] = {}

    def add(self, message: type[Message]) -> None:
        """Remember a class; two classes with one wire name are a mistake in the program."""
        known = self._by_name.setdefault(message.wire_name, message)
        if known is not message:
            text = f"{message.wire_name} is declared twice: {known.__qualname__} and {message.__qualname__}"
            raise ValueError(text)

    def get(self, wire_name: str) -> type[Message] | None:
        """The class of a wire name, or None when this code does not know it."""
        return self._by_name.get(wire_name)

    def carrying(self, snapshot: type[Snapshot]) -> list[type[Message]]:
        """Every event that carries this snapshot of its aggregate, ordered by wire name."""
        return [one for one in self.all() if one.recipient is None and one.snapshot_class() is snapshot]

    def all(self) -> list[type[Message]]:
        """Every message, ordered by wire name."""
        return [self._by_name[name] for name in sorted(self._by_name)]


REGISTRY = Registry()


def event(wire_name: str, *, public: bool = False) -> Callable[[MessageType], MessageType]:
    """Declare an event: a fact in the past tense, owned by the service its wire name starts with."""

    def declare(message: MessageType) -> MessageType:
        message.wire_name = wire_name
        message.owner = wire_name.split(".", 1)[0]
        message.public = public
        REGISTRY.add(message)
        return message

    return declare


def command(wire_name: str, *, to: str) -> Callable[[MessageType], MessageType]:
    """Declare a command: asked of one service, on a queue that nobody else hears; never archived, never logged."""

    def declare(message: MessageType) -> MessageType:
        message.wire_name = wire_name
        message.owner = wire_name.split(".", 1)[0]
        message.recipient = to
        REGISTRY.add(message)
        return message

    return declare
