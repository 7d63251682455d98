"""The endpoint with the figures of the agency's dashboard."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import Field

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.problems import NOT_ADMITTED
from services.enrollment.domain.paris import PARIS
from services.enrollment.domain.states import Approval
from shared.errors import NotFound, refuse
from shared.http.clock import Now
from shared.http.pagination import Moment
from shared.http.problems import INVALID, NOT_FOUND, problems
from shared.http.views import View

router = APIRouter(tags=["figures"])

LONGEST: Final = timedelta(days=731)
_YEAR: Final = timedelta(days=365)


class MonthView(View):
    """The requests that were made in a month (time of Paris), and had this approval when they were counted."""

    month: str = Field(examples=["2027-03"])
    approval: Approval = Field(examples=["validated"])
    requests: int = Field(examples=[42])


class FillView(View):
    """How full the sessions of an axis are. `axis_name` is null for trainings whose axis is not known yet."""

    axis_name: str | None = Field(examples=["Accueil et orientation"])
    sessions: int = Field(examples=[12])
    capacity: int = Field(examples=[144])
    held: int = Field(examples=[120])
    queued: int = Field(examples=[6])


class DelayView(View):
    """How many decisions of employers of the last 30 days took from `since` to less than `until` days.

    `until` is null for the longest delays.
    """

    since: int = Field(examples=[1])
    until: int | None = Field(examples=[3])
    decisions: int = Field(examples=[14])


class WaitingView(View):
    """What waits for somebody now; each number is counted up to 1,000.

    `decision_hours` is the median time until an employer decided, of the last 30 days; null if nobody decided.
    """

    queued: int = Field(examples=[6])
    sheets_to_close: int = Field(examples=[2])
    sessions_without_trainer: int = Field(examples=[1])
    sessions_overbooked: int = Field(examples=[0])
    undelivered: int = Field(examples=[0])
    decision_hours: float | None = Field(examples=[51.5])


class FiguresView(View):
    """The figures of the months of a period: requests by the month in which they were made, sessions by their start.

    `requests`, `fill`, `delays` and `decision_hours` were counted at `counted_at`, at most some minutes ago; it is null
    if they have not been counted yet.
    """

    since: datetime
    until: datetime
    counted_at: datetime | None
    requests: list[MonthView]
    fill: list[FillView]
    delays: list[DelayView]
    waiting: WaitingView


@router.get(
    "/figures", responses=problems(NOT_ADMITTED, NOT_FOUND, INVALID), summary="Read the figures of the dashboard"
)
async def read_figures(
    actor: Acting,
    tx: Tx,
    now: Now,
    since: Annotated[Moment | None, Query(alias="from", description="A year ago by default")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="In a year by default, at most two after")] = None,
) -> FiguresView:
    """The figures of the months of a period of two years at most; a month in which it begins or ends is counted whole.

    For staff only; the answer to others is 404.
    """
    if not actor.is_staff:
        raise NotFound
    begin = since or now - _YEAR
    end = until or begin + LONGEST
    if not begin < end <= begin + LONGEST:
        refuse([("to", "La fin doit suivre le début, de deux ans au plus.")])
    counted = await tx.counted_figures.of_months(_month(begin), _month(end - timedelta.resolution))
    waiting = await tx.figures.waiting(now)
    return FiguresView(
        since=begin,
        until=end,
        counted_at=counted.counted_at,
        requests=[MonthView.model_validate(each) for each in counted.requests],
        fill=[FillView.model_validate(each) for each in counted.fill],
        delays=[DelayView.model_validate(each) for each in counted.delays],
        waiting=WaitingView(**asdict(waiting), decision_hours=counted.decision_hours),
    )


def _month(time: datetime) -> str:
    return f"{time.astimezone(PARIS):%Y-%m}"
