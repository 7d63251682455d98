"""The answers about attendance sheets."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, Self
from uuid import UUID

from pydantic import Field

from services.enrollment.api.sessions import TrainerSessionView
from services.enrollment.api.views import PersonView, StructureView
from services.enrollment.domain.attendance import PresenceStatus, Slot
from services.enrollment.domain.decisions import ByTrainer
from services.enrollment.domain.sheet_moves import SheetMove, recordable_slots, sheet_moves
from services.enrollment.domain.states import Approval, status_label
from services.enrollment.storage.attendance import Participant, RecordedPresence, SheetEntry
from services.enrollment.use_cases.sheet import Sheet
from shared.http.views import View
from shared.records import from_attributes

_LABELS: Final[Mapping[str, str]] = {
    "close": "Émargement clos",
    "reopen": "Émargement rouvert",
    "correct": "Présences corrigées",
}
_ACTS: Final[Mapping[SheetMove, str]] = {
    "record": "Enregistrer les présences",
    "add": "Ajouter une personne",
    "close": "Clore l'émargement",
    "reopen": "Rouvrir l'émargement",
    "correct": "Corriger une ligne",
}


class PresenceView(View):
    """What is recorded of one person in one slot. All but `slot_id` is null as long as nothing is."""

    slot_id: UUID
    status: PresenceStatus | None = Field(None, examples=["late"])
    arrived_at: datetime | None = Field(None, examples=["2027-03-02T08:40:00Z"])
    remark: str | None = Field(None, examples=["Train en retard."])
    recorded_by: PersonView | None = None
    recorded_at: datetime | None = Field(None, examples=["2027-03-02T10:05:00Z"])


class SheetPerson(PersonView):
    """A person of a sheet. `civility` and `email` are null until the event of the account has arrived."""

    civility: str | None = Field(examples=["Mme"])
    email: str | None = Field(examples=["awa.moreau@mission-locale.example"])


class SheetLine(View):
    """One person of a sheet.

    `validated` is false if the person holds a seat and nobody has validated the request: the closing asks what becomes
    of it. `abandoned`: the person gave up during the session, and nothing more is recorded. `slots` has one presence
    for each slot of the session, in order; `presences` is their short form, null if nothing is recorded.
    """

    enrollment_id: UUID
    person: SheetPerson
    structure: StructureView
    validated: bool
    abandoned: bool
    status_label: str = Field(examples=["Inscrit·e"])
    slots: list[PresenceView]
    presences: dict[UUID, bool | None]


class SheetEvent(View):
    """A line of the history of a sheet. `enrollment_id` is the corrected request."""

    version: int = Field(examples=[2])
    act: Literal["close", "reopen", "correct"]
    label: str = Field(examples=["Émargement rouvert"])
    acted_by: PersonView | None
    acting_as: Literal["trainer", "staff"] = Field(examples=["trainer"])
    at: datetime
    note: str | None = Field(examples=["Les présences de l'après-midi ont été interverties."])
    enrollment_id: UUID | None

    @classmethod
    def of(cls, entry: SheetEntry) -> Self:
        person = entry.acted_by and PersonView.model_validate(entry.acted_by)
        return from_attributes(cls, entry, acted_by=person, label=_LABELS[entry.act])


class SheetMoveView(View):
    """What the caller can do with the sheet now. `needs` is what the body must have; null if nothing must be."""

    move: SheetMove = Field(examples=["close"])
    label: str = Field(examples=["Clore l'émargement"])
    needs: Literal["reason"] | None = Field(examples=[None])


class SheetView(View):
    """The attendance sheet of a session: one line for each person who holds a seat, sorted by name.

    `recordable` are the slots whose presences can be recorded now, `moves` what the caller can do.

    `version` grows with each closing, reopening and correction, which `history` lists.
    """

    session: TrainerSessionView
    version: int = Field(examples=[1])
    closed_at: datetime | None
    lines: list[SheetLine]
    history: list[SheetEvent]
    recordable: list[UUID]
    acting_as: ByTrainer = Field(examples=["trainer"])
    moves: list[SheetMoveView]

    @classmethod
    def of(cls, sheet: Sheet, now: datetime) -> Self:
        return cls(
            session=TrainerSessionView.of(sheet.session, now),
            version=sheet.version,
            closed_at=sheet.session.attendance_closed_at,
            lines=[_line(each, sheet.slots, sheet.presences.get(each.enrollment.id, {})) for each in sheet.people],
            history=[SheetEvent.of(entry) for entry in sheet.history],
            recordable=recordable_slots(sheet.slots, closed_at=sheet.session.attendance_closed_at, now=now),
            acting_as=sheet.acting_as,
            moves=_moves(sheet, now),
        )


class CandidateView(View):
    """A beneficiary who may be added to a sheet, in one of their structures."""

    person: PersonView
    structure: StructureView


class Candidates(View):
    """The first people whose name contains the words."""

    items: list[CandidateView]


def _moves(sheet: Sheet, now: datetime) -> list[SheetMoveView]:
    moves = sheet_moves(
        sheet.slots,
        scheduled=sheet.session.state == "scheduled",
        closed_at=sheet.session.attendance_closed_at,
        is_trainer=not sheet.is_staff,
        now=now,
    )
    return [
        SheetMoveView(
            move=move,
            label=_ACTS[move],
            needs="reason" if move in {"reopen", "correct"} or sheet.acting_as == "staff" else None,
        )
        for move in moves
    ]


def _line(participant: Participant, slots: Sequence[Slot], recorded: Mapping[UUID, RecordedPresence]) -> SheetLine:
    request = participant.enrollment
    person = participant.person
    present = {slot_id: each.presence.present for slot_id, each in recorded.items()}
    return SheetLine(
        enrollment_id=request.id,
        person=SheetPerson(
            id=person.id,
            first_name=person.first_name,
            last_name=person.last_name,
            civility=participant.civility,
            email=participant.email,
        ),
        structure=StructureView.model_validate(participant.structure),
        validated=request.approval is Approval.VALIDATED,
        abandoned=request.approval == "abandoned",
        status_label=status_label(request.approval, request.seat, None, attended=request.attended),
        slots=[_presence(slot.id, recorded.get(slot.id)) for slot in slots],
        presences={slot.id: present.get(slot.id) for slot in slots},
    )


def _presence(slot_id: UUID, recorded: RecordedPresence | None) -> PresenceView:
    if recorded is None:
        return PresenceView(slot_id=slot_id)
    return PresenceView(
        slot_id=slot_id,
        status=recorded.presence.status,
        arrived_at=recorded.presence.arrived_at,
        remark=recorded.remark,
        recorded_by=PersonView.model_validate(recorded.recorded_by),
        recorded_at=recorded.recorded_at,
    )
