"""Structures, and what is asked of the agency's desk about them."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class RequestState(StrEnum):
    """What became of the request for a structure."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class ReportState(StrEnum):
    """Whether the desk has dealt with a report."""

    OPEN = "open"
    CLOSED = "closed"


class AlreadyAnswered(Exception):
    """The desk has answered already; `state` says what."""

    def __init__(self, state: RequestState | ReportState) -> None:
        super().__init__(state)
        self.state = state
        done = {"accepted": "acceptée", "refused": "refusée", "closed": "traitée"}[state]
        self.sentence = f"Cette demande a déjà été {done}."


@dataclass(frozen=True, slots=True)
class Structure:
    """An organisation whose people take trainings. `siret`: 14 digits; `is_member`: adheres to the agency."""

    id: UUID
    version: int
    name: str
    siret: str
    town: str
    is_member: bool

    def told_of_a_change(self) -> "Structure":
        """A referent reported a change: the structure is as it was, and the news has a version of its own."""
        return replace(self, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class StructureRequest:
    """A structure that was not listed and that somebody asks the agency to add."""

    id: UUID
    version: int
    name: str
    siret: str
    town: str
    contact_name: str
    contact_email: str
    asked_at: datetime
    state: RequestState = RequestState.OPEN

    def answered(self, state: RequestState) -> "StructureRequest":
        """The desk accepts or refuses, once; raises AlreadyAnswered."""
        if self.state is not RequestState.OPEN:
            raise AlreadyAnswered(self.state)
        return replace(self, version=self.version + 1, state=state)


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """What a referent says has changed about a structure; the desk applies it."""

    id: UUID
    version: int
    structure_id: UUID
    reported_by: UUID
    text: str
    reported_at: datetime
    state: ReportState = ReportState.OPEN

    def closed(self) -> "ChangeReport":
        """The desk has dealt with it, once; raises AlreadyAnswered."""
        if self.state is not ReportState.OPEN:
            raise AlreadyAnswered(self.state)
        return replace(self, version=self.version + 1, state=ReportState.CLOSED)
