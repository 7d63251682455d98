"""The answers of enrollment's endpoints."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field, JsonValue

from services.enrollment.api.moves import MoveView, moves_of
from services.enrollment.domain.states import status_label
from services.enrollment.use_cases.offer import Offered
from shared.http.views import View


class PersonView(View):
    """A person. The names are empty until the event of the account has arrived."""

    id: UUID
    first_name: str = Field(examples=["Awa"])
    last_name: str = Field(examples=["Moreau"])


class StructureView(View):
    """A structure. The name is empty until the event of the structure has arrived."""

    id: UUID
    name: str = Field(examples=["Mission locale du Limousin"])


class SessionView(View):
    """A session: `starts_at` is the start of its first slot, `ends_at` the end of its last slot."""

    id: UUID
    title: str = Field(examples=["Conduire un entretien d'orientation"])
    place: str = Field(examples=["Limoges, 2 rue des Écoles"])
    starts_at: datetime
    ends_at: datetime


class EnrollmentView(View):
    """One request. `moves` are the moves that the caller may make now.

    `rank` is the place in the waiting list, from 1, and `rank_reason` explains it; both are null unless the request is
    queued. `attended` is null until the attendance is closed.
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
    moves: list[MoveView]

    @classmethod
    def of(cls, offered: Offered) -> Self:
        details = offered.details
        request, rank = details.enrollment, details.rank
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
            approval=request.approval.value,
            seat=request.seat.value,
            status_label=status_label(request.approval, request.seat, details.closed_by),
            late=request.late,
            motivation=details.motivation,
            attended=None if request.attendance is None else request.attendance.attended,
            rank=None if rank is None else rank.place,
            rank_reason=None if rank is None else rank.sentence,
            moves=moves_of(request.id, offered.moves),
        )


class HistoryLine(View):
    """One move of a request, with its states before and after. `moved_by` is null if no person made the move."""

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


class DecisionView(View):
    """A decision that the caller took as an employer, and the present state of the request."""

    enrollment_id: UUID
    move: str = Field(examples=["accept"])
    at: datetime
    note: str | None
    person: PersonView
    structure: StructureView
    session: SessionView
    status_label: str = Field(examples=["Inscrit·e"])


class CartLine(View):
    """A session in the cart. `state` tells whether it still takes place."""

    session_id: UUID
    training_id: UUID
    title: str = Field(examples=["Conduire un entretien d'orientation"])
    place: str = Field(examples=["Limoges, 2 rue des Écoles"])
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime
    state: str = Field(examples=["scheduled"])


class Cart(View):
    """The person's cart, sorted by the start of the sessions."""

    lines: list[CartLine]


class Requests(View):
    """The requests that the validation of a cart made."""

    requests: list[EnrollmentView]


class VerdictView(View):
    """The verdict of one rule. If `blocks` is true, no request can be made."""

    rule: str = Field(examples=["structure_cap"])
    passed: bool
    blocks: bool
    sentence: str = Field(examples=["Votre structure n'a pas encore 2 places dans cette formation."])


class RuleView(View):
    """A rule of the agency with its setting in force.

    Send `version` in If-Match to set the rule; it is 0 until somebody has set it.
    """

    name: str = Field(examples=["structure_cap"])
    title: str = Field(examples=["Places d'une structure dans une formation"])
    version: int = Field(examples=[0])
    enabled: bool
    value: dict[str, JsonValue] = Field(examples=[{"people": 2}])
