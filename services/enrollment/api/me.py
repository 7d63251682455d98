"""The endpoint for the header of every page: who the caller is here, and what waits for them."""

from fastapi import APIRouter
from pydantic import Field

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.problems import NOT_ADMITTED
from shared.http.clock import Now
from shared.http.problems import problems
from shared.http.views import View
from shared.own_data import OwnData

router = APIRouter(tags=["me"])


class RolesView(View):
    """The roles of the caller. Employer, referent and beneficiary: of at least one structure."""

    beneficiary: bool
    employer: bool
    referent: bool
    trainer: bool
    staff: bool


class WorkView(View):
    """What waits for the caller; each number is counted up to 100.

    `proposals_to_answer` are those to the caller. `proposals_waiting` are those to people of the structures for which
    the caller decides, who have not answered yet.
    """

    cart_lines: int = Field(examples=[2])
    to_decide: int = Field(examples=[3])
    to_validate: int = Field(examples=[0])
    to_answer: int = Field(examples=[1])
    sheets_to_close: int = Field(examples=[0])
    proposals_to_answer: int = Field(examples=[1])
    proposals_waiting: int = Field(examples=[0])


class MeView(View):
    """The caller in enrollment."""

    roles: RolesView
    counts: WorkView


@router.get("/me", responses=problems(NOT_ADMITTED), summary="Read the caller's roles and what waits for them")
async def read_me(actor: Acting, tx: Tx, now: Now) -> MeView:
    """The roles of the caller as enrollment knows them now, and the numbers beside the entries of a menu."""
    work = await tx.own_work.of(actor, now)
    return MeView(
        roles=RolesView(
            beneficiary=bool(actor.beneficiary_of),
            employer=bool(actor.employer_of),
            referent=bool(actor.referent_of),
            trainer=work.is_trainer,
            staff=actor.is_staff,
        ),
        counts=WorkView.model_validate(work),
    )


@router.get("/me/data", responses=problems(NOT_ADMITTED), summary="Read everything about the caller")
async def read_own_data(actor: Acting, tx: Tx) -> OwnData:
    """Everything that enrollment has of the caller, with what others wrote about it: the rows of each kind of data."""
    return await tx.erasures.own_data(actor.account_id)
