"""The answers of enrollment's endpoints."""

from datetime import UTC, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from services.enrollment.api.moves import MoveView, moves_of
from services.enrollment.domain.history_labels import HistoryMove, author_label, move_label
from services.enrollment.domain.offers import UNDO_TIME
from services.enrollment.domain.readers import Relation, note_for, reads_motivation
from services.enrollment.domain.rules.yearly_quota import QuotaUse
from services.enrollment.domain.states import ActingAs, Approval, Move, Seat, status_label
from services.enrollment.storage.access import Actor
from services.enrollment.storage.details import MoveMade, PersonName
from services.enrollment.storage.history import HistoryEntry
from services.enrollment.use_cases.offer import Offered
from services.enrollment.use_cases.read import relations
from shared.http.views import View

SessionState = Literal["scheduled", "cancelled"]
TrainingKind = Literal["training", "other_action"]


class PersonView(View):
    """A person. The names are empty until the event of the account has arrived."""

    id: UUID
    first_name: str = Field(examples=["Awa"])
    last_name: str = Field(examples=["Moreau"])


class StructureView(View):
    """A structure. The name is empty until the event of the structure has arrived."""

    id: UUID
    name: str = Field(examples=["Mission locale du Limousin"])


class SessionSlot(View):
    """One block of a session, usually half a day."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


class SessionView(View):
    """A session: `starts_at` is the start of its first slot, `ends_at` the end of its last slot.

    `held` of its `capacity` seats are taken, and `queued` people wait. `axis_name` and `kind` are null until the event
    of the training has arrived.
    """

    id: UUID
    title: str = Field(examples=["Conduire un entretien d'orientation"])
    place: str = Field(examples=["Limoges, 2 rue des Écoles"])
    starts_at: datetime
    ends_at: datetime
    slots: list[SessionSlot]
    trainers: list[PersonView]
    state: SessionState = Field(examples=["scheduled"])
    kind: TrainingKind | None = Field(examples=["training"])
    axis_name: str | None = Field(examples=["Accueil et orientation"])
    capacity: int = Field(examples=[12])
    held: int = Field(examples=[10])
    queued: int = Field(examples=[0])


class LastDecision(View):
    """What happened last to a request: what, when, who, and why. `note` is null for those it is not meant for."""

    label: str = Field(examples=["Demande acceptée"])
    at: datetime
    by: str = Field(examples=["Élise Roux, employeur"])
    note: str | None = Field(examples=[None])


class WaitingQuestion(View):
    """The trainer's question that the person has not answered. `text` is null for those it is not meant for."""

    text: str | None = Field(examples=["Avez-vous déjà animé un entretien ?"])
    at: datetime
    by: str = Field(examples=["Nadia Roux, formateur"])


class QuotaView(View):
    """How many actions, and trainings among them, the person has in the year of the session, and how many they may.

    `counts`: only actions that are reserved to members, or all. A request that waits counts too.
    """

    year: int = Field(examples=[2026])
    counts: Literal["reserved", "all"] = Field(examples=["reserved"])
    actions: int = Field(examples=[3])
    most_actions: int = Field(examples=[5])
    trainings: int = Field(examples=[2])
    most_trainings: int = Field(examples=[3])
    sentence: str = Field(
        examples=["3 actions réservées sur 5 cette année, dont 2 formations sur 3, avec cette demande."]
    )

    @classmethod
    def of(cls, use: QuotaUse) -> Self:
        return cls(
            year=use.year,
            counts=use.value.counts,
            actions=use.actions,
            most_actions=use.value.actions,
            trainings=use.trainings,
            most_trainings=use.value.trainings,
            sentence=use.sentence,
        )


class EnrollmentView(View):
    """One request. `moves` are the moves that the caller may make now. `mine`: it is the caller's own.

    `rank` is the place in the waiting list, from 1, of `queue_length`, and `rank_reason` explains it; they are null
    unless the request is queued. `attended` is null until the attendance is closed. `motivation` is null for those who
    may not read it (yet). `decide_before`: the request expires if no employer has decided until then.
    `can_withdraw_without_late_until` is null once the request is closed. `structure_held`: seats of the structure in
    the training. `quota` is set while the request waits for an employer, for employers and staff, if there is a yearly
    quota. Until `undo_until` the caller may take their last decision back; it is null if they may not.
    `certificate` is the path of the certificate of a person who attended.
    """

    id: UUID
    version: int = Field(examples=[2])
    account_id: UUID
    structure_id: UUID
    training_id: UUID
    session_id: UUID
    person: PersonView
    structure: StructureView
    session: SessionView
    requested_at: datetime
    approval: Approval = Field(examples=["awaiting_trainer"])
    seat: Seat = Field(examples=["queued"])
    status_label: str = Field(examples=["Sur liste d'attente"])
    late: bool
    mine: bool
    motivation: str | None = Field(examples=["Je reçois depuis peu des salariés en reconversion."])
    attended: bool | None = None
    rank: int | None = Field(None, examples=[3])
    queue_length: int | None = Field(None, examples=[7])
    rank_reason: str | None = Field(None, examples=["L'ordre est celui des accords donnés par les employeurs."])
    structure_held: int = Field(examples=[1])
    quota: QuotaView | None = None
    last_decision: LastDecision | None = None
    question: WaitingQuestion | None = None
    decide_before: datetime | None = None
    can_withdraw_without_late_until: datetime | None = None
    undo_until: datetime | None = None
    certificate: str | None = Field(None, examples=[None])
    moves: list[MoveView]

    @classmethod
    def of(cls, offered: Offered, actor: Actor) -> Self:
        details = offered.details
        request, rank, until = details.enrollment, details.rank, details.deadlines
        readers = relations(actor, details)
        may_read = reads_motivation(readers, approval=request.approval, was_accepted=request.queue_number is not None)
        attended = None if request.attendance is None else request.attendance.attended
        waits = request.approval is Approval.AWAITING_EMPLOYER
        return cls(
            id=request.id,
            version=request.version,
            account_id=request.account_id,
            structure_id=request.structure_id,
            training_id=request.training_id,
            session_id=request.session_id,
            person=PersonView.model_validate(details.person),
            structure=StructureView.model_validate(details.structure),
            session=SessionView.model_validate(details.session),
            requested_at=request.requested_at,
            approval=request.approval,
            seat=request.seat,
            status_label=status_label(request.approval, request.seat, details.closed_by, attended=request.attended),
            late=request.late,
            mine="person" in readers,
            motivation=(details.motivation or None) if may_read else None,
            attended=attended,
            rank=None if rank is None else rank.place,
            queue_length=details.session.queued if request.seat is Seat.QUEUED else None,
            rank_reason=None if rank is None else rank.sentence,
            structure_held=details.held_by_structure,
            quota=None if details.quota is None else QuotaView.of(details.quota),
            last_decision=_last_decision(details.last_decision, readers),
            question=_question(details.question, readers),
            decide_before=until.decide_before if until and waits else None,
            can_withdraw_without_late_until=(
                until.withdraw_until.astimezone(UTC) if until and until.withdraw_until and request.is_open else None
            ),
            undo_until=_undo_until(offered),
            certificate=_certificate(request.id) if attended and readers & {"person", "employer", "staff"} else None,
            moves=moves_of(request.id, offered.moves),
        )


def _certificate(enrollment_id: UUID) -> str:
    return f"/api/enrollment/v1/enrollments/{enrollment_id}/certificate"


def _undo_until(offered: Offered) -> datetime | None:
    last, can_undo = offered.details.last_decision, any(move is Move.UNDO for move, _ in offered.moves)
    return last.at + UNDO_TIME if can_undo and last else None


def _last_decision(made: MoveMade | None, readers: frozenset[Relation]) -> LastDecision | None:
    if made is None:
        return None
    note = note_for(readers, act=made.move, acting_as=made.acting_as, note=made.note)
    return LastDecision(label=move_label(made.move), at=made.at, by=author(made.by, made.acting_as), note=note)


def _question(asked: MoveMade | None, readers: frozenset[Relation]) -> WaitingQuestion | None:
    if asked is None:
        return None
    text = note_for(readers, act=asked.move, acting_as=asked.acting_as, note=asked.note)
    return WaitingQuestion(text=text, at=asked.at, by=author(asked.by, asked.acting_as))


def author(by: PersonName | None, acting_as: str) -> str:
    name = "" if by is None else " ".join(part for part in (by.first_name, by.last_name) if part)
    return author_label(acting_as, name)


class SessionNameView(View):
    """A session: `starts_at` is the start of its first slot, `ends_at` the end of its last slot."""

    id: UUID
    title: str = Field(examples=["Conduire un entretien d'orientation"])
    place: str = Field(examples=["Limoges, 2 rue des Écoles"])
    starts_at: datetime
    ends_at: datetime


class HistoryLine(View):
    """One move of a request, with its states before and after. The first line is the request itself.

    `moved_by` is null if no person made the move. `note` is null for those it is not meant for. `from_session` and
    `to_session` are those of a move to another session.
    """

    version: int = Field(examples=[2])
    move: HistoryMove = Field(examples=["accept"])
    label: str = Field(examples=["Demande acceptée"])
    from_approval: Approval = Field(examples=["awaiting_employer"])
    to_approval: Approval = Field(examples=["awaiting_trainer"])
    from_seat: Seat = Field(examples=["none"])
    to_seat: Seat = Field(examples=["held"])
    status_label: str = Field(examples=["Pré-inscrit·e"])
    moved_by: PersonView | None
    by: str = Field(examples=["Élise Roux, employeur"])
    acting_as: ActingAs = Field(examples=["employer"])
    at: datetime
    note: str | None = Field(examples=["Accord donné."])
    from_session: SessionNameView | None = None
    to_session: SessionNameView | None = None

    @classmethod
    def of(cls, entry: HistoryEntry) -> Self:
        return cls(
            version=entry.version,
            move=entry.move,
            label=move_label(entry.move),
            from_approval=entry.from_approval,
            to_approval=entry.to_approval,
            from_seat=entry.from_seat,
            to_seat=entry.to_seat,
            status_label=status_label(entry.to_approval, entry.to_seat, entry.acting_as),
            moved_by=None if entry.moved_by is None else PersonView.model_validate(entry.moved_by),
            by=author(entry.moved_by, entry.acting_as),
            acting_as=entry.acting_as,
            at=entry.at,
            note=entry.note,
            from_session=entry.from_session and SessionNameView.model_validate(entry.from_session),
            to_session=entry.to_session and SessionNameView.model_validate(entry.to_session),
        )
