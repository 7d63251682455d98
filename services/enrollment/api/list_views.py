"""The answers of the lists of enrollment: pages, counts, decisions."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from services.enrollment.api.views import EnrollmentView, PersonView, SessionView, StructureView, author
from services.enrollment.domain.history_labels import HistoryMove, move_label
from services.enrollment.domain.states import ActingAs, Approval, Seat
from services.enrollment.storage.access import Actor
from services.enrollment.storage.decisions import DecisionDetails
from services.enrollment.storage.filters import Group
from services.enrollment.storage.request_pages import Order
from services.enrollment.use_cases.offer import Offered
from services.enrollment.use_cases.read import RequestPage
from shared.http.pagination import BY_TIME, Page, TimeKey
from shared.http.views import View


class DecisionView(View):
    """A decision that somebody took for a structure, and the present state of the request.

    `own` is true if they decided on their own request.
    """

    enrollment_id: UUID
    move: HistoryMove = Field(examples=["accept"])
    label: str = Field(examples=["Demande acceptée"])
    at: datetime
    by: str = Field(examples=["Élise Roux, employeur"])
    decided_by: PersonView | None
    acting_as: ActingAs = Field(examples=["employer"])
    own: bool = Field(examples=[False])
    note: str | None = Field(examples=["Effectif insuffisant."])
    person: PersonView
    structure: StructureView
    session: SessionView
    approval: Approval = Field(examples=["validated"])
    seat: Seat = Field(examples=["held"])
    attended: bool | None
    status_label: str = Field(examples=["Inscrit·e"])

    @classmethod
    def of(cls, decision: DecisionDetails) -> Self:
        return cls(
            enrollment_id=decision.enrollment_id,
            move=decision.move,
            label=move_label(decision.move),
            at=decision.at,
            by=author(decision.decided_by, decision.acting_as),
            decided_by=None if decision.decided_by is None else PersonView.model_validate(decision.decided_by),
            acting_as=decision.acting_as,
            own=decision.own,
            note=decision.note,
            person=PersonView.model_validate(decision.person),
            structure=StructureView.model_validate(decision.structure),
            session=SessionView.model_validate(decision.session),
            approval=decision.approval,
            seat=decision.seat,
            attended=decision.attended,
            status_label=decision.status_label,
        )


class CountView(View):
    """A number of requests. If `more` is true, there are more, or may be: requests are counted up to 1,000.

    With words, a seat, times of sessions or only late ones, the requests of all approvals are counted together; with
    words up to 100.
    """

    count: int = Field(examples=[12])
    more: bool = Field(examples=[False])


class CountsView(View):
    """The number of requests of each approval and in each group, with the filters of the list."""

    approvals: dict[Approval, CountView] = Field(
        examples=[{"awaiting_employer": {"count": 2, "more": False}, "validated": {"count": 1000, "more": True}}]
    )
    groups: dict[Group, CountView] = Field(examples=[{"requested": {"count": 5, "more": False}}])


class EnrollmentPage(Page[EnrollmentView]):
    """A page of requests. `total` is how many there are with the filters, counted up to 1,000, with words up to 100.

    There are more if `more_than_total`.
    """

    total: int = Field(examples=[42])
    more_than_total: bool = Field(examples=[False])

    @classmethod
    def of_requests(cls, found: RequestPage, limit: int, actor: Actor, order: Order) -> Self:
        def key(offered: Offered) -> TimeKey:
            details = offered.details
            request, until = details.enrollment, details.deadlines
            before = until.decide_before if until else None
            times = {
                "requested_at": request.requested_at,
                "session_start": details.session.starts_at,
                "decide_before": before or details.session.starts_at,
            }
            return times[order.by], request.id

        page = Page[EnrollmentView].of(
            found.requests, limit, view=lambda offered: EnrollmentView.of(offered, actor), sort_key=BY_TIME, key=key
        )
        total = found.total
        return cls(items=page.items, next=page.next, total=total.count, more_than_total=total.more)
