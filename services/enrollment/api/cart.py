"""Endpoints for the cart, for its validation, and for the verdicts of the rules about a session."""

from uuid import UUID

from fastapi import APIRouter

from services.enrollment.api.cart_views import (
    Cart,
    CartLine,
    CartOfStructure,
    Requests,
    SessionVerdicts,
    VerdictView,
)
from services.enrollment.api.dependencies import Acting, HotOnceCall, Tx
from services.enrollment.api.problems import NOT_ADMITTED, TWICE_IN_CART
from services.enrollment.api.requests import Candidates, CartValidation, Draft
from services.enrollment.api.views import EnrollmentView, PersonView, SessionSlot
from services.enrollment.use_cases import eligibility
from services.enrollment.use_cases.request import add_to_cart, keep_draft, validate_cart
from shared.errors import WrongFields
from shared.http.clock import Now
from shared.http.problems import INVALID, NOT_FOUND, problems

router = APIRouter(tags=["cart"])


@router.get("/cart", responses=problems(NOT_ADMITTED), summary="Read the cart")
async def get_cart(actor: Acting, tx: Tx, now: Now) -> Cart:
    """The caller's cart: its lines with their drafts, and the verdicts about all lines together for each structure."""
    content = await eligibility.read_cart(tx, actor=actor, now=now)
    return Cart(
        lines=[_line(line) for line in content.lines],
        structures=[CartOfStructure.model_validate(each) for each in content.structures],
    )


@router.put(
    "/cart/sessions/{session_id}",
    status_code=204,
    responses=problems(NOT_ADMITTED, NOT_FOUND, TWICE_IN_CART),
    summary="Put a session into the cart",
)
async def put_into_cart(session_id: UUID, actor: Acting, tx: Tx, now: Now) -> None:
    """Put a session into the cart. This makes no request yet."""
    await add_to_cart(tx, session_id, actor=actor, now=now)


@router.delete(
    "/cart/sessions/{session_id}",
    status_code=204,
    responses=problems(NOT_ADMITTED),
    summary="Take a session out of the cart",
)
async def take_out_of_cart(session_id: UUID, actor: Acting, tx: Tx) -> None:
    """Take a session out of the cart."""
    await tx.carts.remove(account_id=actor.account_id, session_id=session_id)


@router.post(
    "/cart/validation",
    status_code=201,
    responses=problems(NOT_ADMITTED, INVALID),
    summary="Make requests of the cart",
)
async def validate(body: CartValidation, call: HotOnceCall) -> Requests:
    """Make one request for each line, or none at all if one line is refused. The employers are notified."""
    motivations = {line.session_id: line.motivation for line in body.lines}
    if len(motivations) < len(body.lines):
        raise WrongFields([("lines", "Une session ne peut être demandée qu'une fois.")])

    async def perform() -> Requests:
        requests = await validate_cart(call.tx, body.structure_id, motivations, actor=call.actor, now=call.now)
        return Requests(requests=[EnrollmentView.of(request, call.actor) for request in requests])

    return await call.once(perform)


@router.put(
    "/cart/lines/{session_id}/motivation",
    status_code=204,
    responses=problems(NOT_ADMITTED, NOT_FOUND, INVALID),
    summary="Keep the draft of a motivation",
)
async def put_draft(session_id: UUID, body: Draft, actor: Acting, tx: Tx) -> None:
    """Keep the draft of a motivation until the session leaves the cart. Nobody else can read it."""
    await keep_draft(tx, session_id, body.motivation, actor=actor)


@router.get("/eligibility", responses=problems(NOT_ADMITTED, NOT_FOUND, INVALID), summary="Judge one session")
async def read_eligibility(
    session_id: UUID, actor: Acting, tx: Tx, now: Now, structure_id: UUID | None = None
) -> list[VerdictView]:
    """List every rule of the agency with its verdict about a request of the caller for a session.

    The first verdict tells whether the caller is beneficiary of the structure. A caller who is beneficiary of only one
    structure may leave out `structure_id`.
    """
    answers = await eligibility.verdicts(tx, session_id, structure_id, actor=actor, now=now)
    return [VerdictView.model_validate(verdict) for verdict in answers]


@router.post("/eligibility", responses=problems(NOT_ADMITTED, INVALID), summary="Judge many sessions")
async def read_eligibilities(body: Candidates, actor: Acting, tx: Tx, now: Now) -> list[SessionVerdicts]:
    """The same for many sessions, each as if it were the only one; nothing is stored."""
    answers = await eligibility.verdicts_of_many(tx, body.session_ids, body.structure_id, actor=actor, now=now)
    return [SessionVerdicts.model_validate(answer) for answer in answers]


def _line(line: eligibility.CartLine) -> CartLine:
    wanted, session = line.session.wanted, line.session.summary
    return CartLine(
        session_id=session.id,
        training_id=wanted.training_id,
        title=session.title,
        place=session.place,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        opens_at=wanted.opens_at,
        closes_at=wanted.closes_at,
        slots=[SessionSlot.model_validate(slot) for slot in session.slots],
        trainers=[PersonView.model_validate(trainer) for trainer in session.trainers],
        state=session.state,
        training_state=line.session.training_state,
        kind=session.kind,
        axis_name=session.axis_name,
        members_only=wanted.members_only,
        capacity=session.capacity,
        free=max(session.capacity - session.held, 0),
        queued=session.queued,
        motivation=line.motivation,
    )
