"""What requests and answers about requests look like over HTTP."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.enrollment.domain.enrollment import ActingAs, Enrollment, allowed_moves, status_label
from services.enrollment.domain.states import Approval, Seat
from services.enrollment.storage.copies import Actor
from services.enrollment.storage.enrollments import Seen
from shared.http.fields import Strict, Text


class Reason(Strict):
    """Why, in the words of who decides."""

    reason: Text = Field(examples=["Effectif insuffisant ce jour-là."])


class PerhapsReason(Strict):
    """Staff who act for somebody else say why; others may."""

    reason: Text | None = Field(None, examples=["L'employeur est absent et a donné son accord par téléphone."])


class Question(Strict):
    """What the trainer wants to know."""

    question: Text = Field(examples=["Avez-vous déjà animé un entretien ?"])


class Answer(Strict):
    """What the person answers."""

    answer: Text = Field(examples=["Oui, depuis deux ans."])


class PersonView(BaseModel):
    """Who; names are empty where the account's news has not come yet."""

    id: UUID
    first_name: str = Field(examples=["Awa"])
    last_name: str = Field(examples=["Moreau"])


class StructureView(BaseModel):
    """For which structure."""

    id: UUID
    name: str = Field(examples=["Mission locale du Limousin"])


class SessionView(BaseModel):
    """For which session; `starts_at` is the first slot's start and `ends_at` the last one's end."""

    id: UUID
    title: str = Field(examples=["Conduire un entretien d'orientation"])
    place: str = Field(examples=["Limoges, 2 rue des Écoles"])
    starts_at: datetime
    ends_at: datetime


class EnrollmentView(BaseModel):
    """One request. `moves` is what the caller may do now.

    `rank` is the place in the waiting list, from 1, and `rank_reason` why; both None for who is not queued. `attended`: None
    until the attendance is closed.
    """

    id: UUID
    version: int
    account_id: UUID
    structure_id: UUID
    training_id: UUID
    session_id: UUID
    person: PersonView
    structure: StructureView
    session: SessionView
    requested_at: datetime
    approval: str = Field(examples=["awaiting_trainer"])
    seat: str = Field(examples=["queued"])
    status_label: str = Field(examples=["Sur liste d'attente"])
    late: bool
    motivation: str = Field(examples=["Je reçois depuis peu des salariés en reconversion."])
    attended: bool | None = None
    rank: int | None = Field(None, examples=[3])
    rank_reason: str | None = Field(None, examples=["L'ordre est celui des accords donnés par les employeurs."])
    moves: list[str] = Field(examples=[["withdraw"]])

    @classmethod
    def of(cls, seen: Seen, actor: Actor) -> Self:
        """Show a request to somebody."""
        one = seen.enrollment
        moves = {move.value for role in _roles(actor, seen) for move in allowed_moves(one, role)}
        names = (
            "id",
            "version",
            "account_id",
            "structure_id",
            "training_id",
            "session_id",
            "requested_at",
            "late",
            "motivation",
        )
        return cls(
            **{name: getattr(one, name) for name in names},
            person=PersonView(id=one.account_id, first_name=seen.first_name, last_name=seen.last_name),
            structure=StructureView(id=one.structure_id, name=seen.structure_name),
            session=SessionView(
                id=one.session_id,
                title=seen.session_title,
                place=seen.place,
                starts_at=seen.starts_at,
                ends_at=seen.ends_at,
            ),
            approval=one.approval.value,
            seat=one.seat.value,
            status_label=status_label(one.approval, one.seat, seen.closed_by),
            attended=None if one.attendance is None else one.attendance.attended,
            rank=None if seen.rank is None else seen.rank.place,
            rank_reason=None if seen.rank is None else seen.rank.sentence,
            moves=sorted(moves),
        )


def _roles(actor: Actor, seen: Seen) -> frozenset[ActingAs]:
    """The roles in which somebody meets a request."""
    one: Enrollment = seen.enrollment
    found: dict[ActingAs, bool] = {
        "beneficiary": actor.account_id == one.account_id,
        "employer": one.structure_id in actor.employer_of,
        "trainer": actor.account_id in seen.trainer_ids,
        "staff": actor.is_staff,
    }
    return frozenset(role for role, is_so in found.items() if is_so)


class HistoryLine(BaseModel):
    """Who moved a request, when, from what to what, and why. `moved_by` is None where no person did."""

    version: int
    move: str = Field(examples=["accept"])
    from_approval: str
    to_approval: str
    from_seat: str
    to_seat: str
    moved_by: PersonView | None
    acting_as: str = Field(examples=["employer"])
    at: datetime
    note: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Show a stored line."""
        plain = {name: getattr(row, name) for name in cls.model_fields if name != "moved_by"}
        by = row.moved_by and PersonView(
            id=row.moved_by, first_name=row.first_name or "", last_name=row.last_name or ""
        )
        return cls(**plain, moved_by=by)


class DecisionView(BaseModel):
    """A decision that the caller took as an employer, and where the request is now."""

    enrollment_id: UUID
    move: str = Field(examples=["accept"])
    at: datetime
    note: str | None
    person: PersonView
    structure: StructureView
    session: SessionView
    status_label: str = Field(examples=["Inscrit·e"])

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Show a decision."""
        return cls(
            enrollment_id=row.enrollment_id,
            move=row.move,
            at=row.at,
            note=row.note,
            person=PersonView(id=row.account_id, first_name=row.first_name or "", last_name=row.last_name or ""),
            structure=StructureView(id=row.structure_id, name=row.structure_name or ""),
            session=SessionView(
                id=row.session_id, title=row.title, place=row.place, starts_at=row.starts_at, ends_at=row.ends_at
            ),
            status_label=status_label(Approval(row.approval), Seat(row.seat), row.moved_as),
        )
