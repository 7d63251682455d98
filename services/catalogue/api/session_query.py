"""The parameters of the lists of sessions."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query
from starlette.exceptions import HTTPException

from services.catalogue.api.dependencies import Reader
from services.catalogue.api.fields import Month, PlaceWords, PlausibleTime, Town, Words
from services.catalogue.domain.paris import PARIS
from services.catalogue.storage.session_filter import SessionFilter
from shared.http.clock import Now


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionQuery:
    """Which sessions, and in which order."""

    wanted: SessionFilter
    newest_first: bool


async def session_query(
    *,
    actor: Reader,
    now: Now,
    q: Words = None,
    axis_id: UUID | None = None,
    training_id: UUID | None = None,
    place: PlaceWords = None,
    town: Town = None,
    distance: Annotated[bool | None, Query(description="At a distance, or not")] = None,
    kind: Annotated[Literal["training", "other_action"] | None, Query(description="Kind of the training")] = None,
    members_only: Annotated[bool | None, Query(description="For members only, or for all structures")] = None,
    free: Annotated[bool, Query(description="Only sessions with a free seat")] = False,
    is_open: Annotated[bool, Query(alias="open", description="Only sessions that accept requests now")] = False,
    since: Annotated[
        PlausibleTime | None, Query(alias="from", description="Earliest start of the first slot; now by default")
    ] = None,
    until: Annotated[
        PlausibleTime | None, Query(alias="to", description="The first slot starts before this time")
    ] = None,
    month: Month | None = None,
    past: Annotated[bool, Query(description="Sessions that have begun, the latest first by default")] = False,
    sort: Annotated[
        Literal["asc", "desc"] | None, Query(description="By the start of the first slot: the earliest or latest first")
    ] = None,
    state: Annotated[
        Literal["scheduled", "cancelled", "all"], Query(description="Scheduled or cancelled sessions, or both")
    ] = "scheduled",
    mine: Annotated[bool, Query(description="Only sessions of which the signed-in person is a trainer")] = False,
    trainer_id: Annotated[UUID | None, Query(description="Only sessions of this trainer")] = None,
    without_trainer: Annotated[bool, Query(description="Only sessions without a trainer")] = False,
    overbooked: Annotated[bool, Query(description="Only sessions with more seats held than there are")] = False,
) -> SessionQuery:
    """Read the parameters; 401 for `mine` if nobody is signed in."""
    if mine and actor.account_id is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    begins, ends = _period(since, until, month, past=past, now=now)
    wanted = SessionFilter(
        since=begins,
        until=ends,
        state=None if state == "all" else state,
        words=(q or "").split(),
        place_words=(place or "").split(),
        axis_id=axis_id,
        training_id=training_id,
        town=town,
        distance=distance,
        kind=kind,
        members_only=members_only,
        free=free,
        open_at=now if is_open else None,
        trained_by=actor.account_id if mine else trainer_id,
        without_trainer=without_trainer,
        overbooked=overbooked,
    )
    return SessionQuery(wanted=wanted, newest_first=sort == "desc" or (sort is None and past))


def _period(
    since: datetime | None, until: datetime | None, month: str | None, *, past: bool, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """The earliest and latest start. A month is shown whole; `from` and `to` narrow it."""
    starts, ends = [since], [until]
    if month is not None:
        year, number = map(int, month.split("-"))
        starts.append(datetime(year, number, 1, tzinfo=PARIS).astimezone(UTC))
        ends.append(datetime(year + number // 12, number % 12 + 1, 1, tzinfo=PARIS).astimezone(UTC))
    if past:
        ends.append(now)
    elif since is None and month is None:
        starts.append(now)
    return max(filter(None, starts), default=None), min(filter(None, ends), default=None)


Sessions = Annotated[SessionQuery, Depends(session_query, scope="function")]
