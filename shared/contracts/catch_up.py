"""The two technical messages with which a service finds out which events it has missed, and gets them again.

They are not declared as events or commands: they go from one service's worker to another's queue, without the outbox,
the event log and the inbox. A lost one is repaired by the next one, which is sent within a minute.
"""

from datetime import UTC, datetime
from typing import ClassVar, Final
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.message import Snapshot


class Position(Snapshot):
    """A place in the event log of a publisher, whose rows are ordered by these two fields."""

    published_at: AwareDatetime
    event_id: UUID


START: Final = Position(published_at=datetime(1970, 1, 1, tzinfo=UTC), event_id=UUID(int=0))
"""Before every row."""


class TechnicalMessage(Snapshot):
    """What the two have in common."""

    wire_name: ClassVar[str]


class EventsRequested(TechnicalMessage):
    """A subscriber asks a publisher which events it has published after a position."""

    wire_name = "catch_up.events_requested.v1"

    after: Position
    names: tuple[str, ...]
    """The wire names of the events that the subscriber handles."""
    missing: tuple[UUID, ...] = ()
    """Events of the page after the position that the subscriber has not received: they are published to it again."""


class EventsListed(TechnicalMessage):
    """A publisher answers with the next page of its event log: only the ids of the events that were asked for."""

    wire_name = "catch_up.events_listed.v1"

    after: Position
    until: Position
    """The last row of the page."""
    events: tuple[UUID, ...]
    more: bool
    """The page was full, so that more rows may follow."""
    republished: bool
    """The missing events of the request were published again: they are in the subscriber's queue before this."""


TECHNICAL: Final[tuple[type[TechnicalMessage], ...]] = (EventsRequested, EventsListed)


def is_technical(wire_name: str) -> bool:
    """Whether a message is one of these, in any version."""
    return wire_name.startswith("catch_up.")
