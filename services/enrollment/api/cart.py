"""Endpoints for the cart, for its validation, and for the verdicts of the rules about a session."""

from uuid import UUID

from fastapi import APIRouter

from services.enrollment.api.dependencies import Acting, HotOnceCall, Tx
from services.enrollment.api.problems import NOT_ADMITTED, TWICE_IN_CART
from services.enrollment.api.requests import CartValidation
from services.enrollment.api.views import Cart, CartLine, EnrollmentView, Requests, VerdictView
from services.enrollment.use_cases.request import add_to_cart, validate_cart, verdicts
from shared.errors import WrongFields
from shared.http.clock import Now
from shared.http.problems import INVALID, NOT_FOUND, problems

router = APIRouter(tags=["cart"])


@router.get("/cart", responses=problems(NOT_ADMITTED))
async def read_cart(actor: Acting, tx: Tx) -> Cart:
    """The caller's cart."""
    lines = await tx.carts.lines(actor.account_id)
    return Cart(lines=[CartLine.model_validate(line) for line in lines])


@router.put("/cart/sessions/{session_id}", status_code=204, responses=problems(NOT_ADMITTED, NOT_FOUND, TWICE_IN_CART))
async def put_into_cart(session_id: UUID, actor: Acting, tx: Tx, now: Now) -> None:
    """Put a session into the cart. This makes no request yet."""
    await add_to_cart(tx, session_id, actor=actor, now=now)


@router.delete("/cart/sessions/{session_id}", status_code=204, responses=problems(NOT_ADMITTED))
async def take_out_of_cart(session_id: UUID, actor: Acting, tx: Tx) -> None:
    """Take a session out of the cart."""
    await tx.carts.remove(account_id=actor.account_id, session_id=session_id)


@router.post("/cart/validation", status_code=201, responses=problems(NOT_ADMITTED, INVALID))
async def validate(body: CartValidation, call: HotOnceCall) -> Requests:
    """Make one request for each line, or none at all if one line is refused. The employers are notified."""
    motivations = {line.session_id: line.motivation for line in body.lines}
    if len(motivations) < len(body.lines):
        raise WrongFields([("lines", "Une session ne peut être demandée qu'une fois.")])

    async def perform() -> Requests:
        requests = await validate_cart(call.tx, body.structure_id, motivations, actor=call.actor, now=call.now)
        return Requests(requests=[EnrollmentView.of(request) for request in requests])

    return await call.once(perform)


@router.get("/eligibility", responses=problems(NOT_ADMITTED, NOT_FOUND, INVALID))
async def read_eligibility(
    session_id: UUID, actor: Acting, tx: Tx, now: Now, structure_id: UUID | None = None
) -> list[VerdictView]:
    """List every rule of the agency with its verdict about a request of the caller for a session.

    A caller who is beneficiary of only one structure may leave out `structure_id`.
    """
    answers = await verdicts(tx, session_id, structure_id, actor=actor, now=now)
    return [VerdictView.model_validate(verdict) for verdict in answers]
