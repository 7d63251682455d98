"""The deliveries that failed, for staff: the same endpoints in every service. `messages …` is the same for operators.

Secrets and confidential texts are never shown. Each act is kept by the same code, with who did it, and why.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field, StringConstraints

from shared.errors import NotFound
from shared.http.fields import Strict, Text
from shared.http.pagination import Limit, Page, SortKey, Version
from shared.http.problems import INVALID, NOT_FOUND, problems
from shared.http.transactions import Work
from shared.http.views import View
from shared.messaging import repairs, undelivered
from shared.messaging.repairs import Author
from shared.messaging.secret_messages import shown
from shared.messaging.selection import Selection

ACTS_SHOWN: Final = 10
BY_NUMBER: Final[SortKey[tuple[int]]] = SortKey(tuple[Version])
Number = Annotated[int, Path(ge=1, lt=2**63, description="The number of the delivery")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class Acting(Protocol):
    """The acting person of a service."""

    @property
    def account_id(self) -> UUID | None: ...
    @property
    def is_staff(self) -> bool: ...


class RepairView(View):
    """An act on deliveries: of staff, or without `acted_by` of an operator with `messages …`."""

    id: UUID = Field(examples=["2b1c7d0f-3a64-4f0e-8a6d-0c9e5b1f2a34"])
    at: datetime = Field(examples=["2026-03-12T09:30:00Z"])
    act: Literal["replay", "drop"] = Field(examples=["replay"])
    acted_by: UUID | None = Field(examples=["7d0f3a64-2b1c-4f0e-8a6d-0c9e5b1f2a33"])
    reason: str = Field(examples=["Le service des formations répond de nouveau."])
    deliveries: int = Field(examples=[12])
    number: int | None = Field(examples=[4711])
    name: str | None = Field(examples=["catalogue.session_updated.v1"])
    handler: str | None = Field(examples=["when_a_session_is_updated"])


class DeliveryLine(View):
    """A delivery that failed. It is parked, or is tried again at `next_at`."""

    number: int = Field(examples=[4711])
    name: str = Field(description="The name of the message", examples=["identity.account_updated.v1"])
    handler: str | None = Field(
        description="The handler that failed; null if the message could not be read",
        examples=["when_an_account_is_updated"],
    )
    attempts: int = Field(examples=[12])
    next_at: datetime | None = Field(examples=["2026-03-12T10:30:00Z"])
    parked_at: datetime | None = Field(examples=[None])
    created_at: datetime = Field(examples=["2026-03-12T09:30:00Z"])
    last_error: str = Field(description="Why the last attempt failed", examples=["ConnectionRefusedError"])


class DeliveryPage(Page[DeliveryLine]):
    """A part of the list, with the number of all, and the last acts on deliveries of this service."""

    parked: int = Field(0, examples=[1])
    waiting: int = Field(0, examples=[3])
    acts: list[RepairView] = Field(default_factory=list)


class DeliveryView(DeliveryLine):
    """A delivery with its body: secrets and confidential texts are replaced, and so is what cannot be read."""

    message_id: str | None = Field(examples=["9c1e7d0f-3a64-4f0e-8a6d-0c9e5b1f2a35"])
    correlation_id: str | None = Field(examples=["5d2f7d0f-3a64-4f0e-8a6d-0c9e5b1f2a36"])
    source: str | None = Field(description="The service that published the message", examples=["identity"])
    body: str = Field(examples=['{"account_id": "7d0f3a64-2b1c-4f0e-8a6d-0c9e5b1f2a33"}'])


class Why(Strict):
    """Why somebody acts. It is kept and must not name a person."""

    reason: Text = Field(examples=["Le service des formations répond de nouveau."])


class ReplayAll(Why):
    """Which parked deliveries are tried again, and how fast; without a name and a handler: all."""

    name: Name | None = Field(None, examples=["catalogue.session_updated.v1"])
    handler: Name | None = Field(None, examples=["when_a_session_is_updated"])
    per_second: int = Field(20, ge=1, le=100, examples=[20])


class Replayed(View):
    """How many deliveries are tried again, and after how many seconds the last one is."""

    deliveries: int = Field(examples=[12])
    seconds: int = Field(examples=[1])


def deliveries_router(acting: Callable[..., Any]) -> APIRouter:
    """The endpoints of one service; `acting` is its dependency that gives the acting person."""
    router = APIRouter(prefix="/deliveries", tags=["deliveries"])

    async def staff_only(actor: Annotated[Acting, Depends(acting, scope="function")]) -> UUID | None:
        if not actor.is_staff:
            raise NotFound
        return actor.account_id

    Staff = Annotated[UUID | None, Depends(staff_only, scope="function")]  # noqa: N806 - a type

    @router.get("", responses=problems(NOT_FOUND, INVALID))
    async def list_deliveries(
        _: Staff,
        work: Work,
        *,
        parked: Annotated[bool, Query(description="Only those that are not tried again by themselves")] = False,
        name: Annotated[Name | None, Query(description="Only those of this message")] = None,
        handler: Annotated[Name | None, Query(description="Only those of this handler")] = None,
        limit: Limit = 20,
        after: Annotated[tuple[int] | None, Depends(BY_NUMBER)],
    ) -> DeliveryPage:
        """The deliveries that failed, newest first. Staff only."""
        selection = Selection(parked=parked, name=name, handler=handler)
        before = None if after is None else after[0]
        page = DeliveryPage.of(
            await repairs.page(work.connection, selection, after=before, limit=limit),
            limit,
            view=DeliveryLine.model_validate,
            sort_key=BY_NUMBER,
            key=lambda delivery: (delivery.number,),
        )
        counted = await repairs.counts(work.connection)
        page.parked, page.waiting = counted.parked, counted.waiting
        acts = await repairs.newest(work.connection, limit=ACTS_SHOWN)
        page.acts = [RepairView.model_validate(each) for each in acts]
        return page

    @router.post("/replay", responses=problems(NOT_FOUND, INVALID))
    async def replay_deliveries(body: ReplayAll, staff: Staff, work: Work) -> Replayed:
        """Try parked deliveries again, with all their attempts left, one after the other. Staff only."""
        selection = Selection(parked=True, name=body.name, handler=body.handler)
        author = Author(acted_by=staff, reason=body.reason)
        replayed = await repairs.replay_many(work.connection, selection, author, per_second=body.per_second)
        return Replayed(deliveries=replayed, seconds=-(-replayed // body.per_second))

    @router.get("/{number}", responses=problems(NOT_FOUND))
    async def read_delivery(number: Number, _: Staff, work: Work) -> DeliveryView:
        """A delivery that failed, with its body. Staff only."""
        return _view(await undelivered.find(work.connection, number))

    @router.post("/{number}/replay", responses=problems(NOT_FOUND, INVALID))
    async def replay_delivery(number: Number, body: Why, staff: Staff, work: Work) -> Replayed:
        """Try a delivery again at once, with all its attempts left. Staff only."""
        if not await repairs.replay_one(work.connection, number, Author(acted_by=staff, reason=body.reason)):
            raise NotFound
        return Replayed(deliveries=1, seconds=1)

    @router.post("/{number}/drop", status_code=204, responses=problems(NOT_FOUND, INVALID))
    async def drop_delivery(number: Number, body: Why, staff: Staff, work: Work) -> None:
        """Give up a delivery: its effect is never made. Staff only."""
        if not await repairs.drop_one(work.connection, number, Author(acted_by=staff, reason=body.reason)):
            raise NotFound

    return router


def _view(delivery: undelivered.Undelivered | None) -> DeliveryView:
    if delivery is None:
        raise NotFound
    line = DeliveryLine.model_validate(delivery).model_dump()
    envelope = delivery.envelope
    return DeliveryView(
        **line,
        message_id=envelope.message_id,
        correlation_id=envelope.correlation_id,
        source=envelope.source,
        body=_indented(shown(delivery.name, delivery.body)),
    )


def _indented(body: str) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return body
