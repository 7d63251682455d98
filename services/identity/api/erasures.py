"""The erasure of accounts: one's own, and for staff that of others, with the ledger of all."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from services.identity.api.dependencies import Acting, SigningIn, Tx, acting
from services.identity.api.problems import ACCOUNT_DISABLED, HAS_OBLIGATIONS, OWN_ACCOUNT, TOO_BUSY, TOO_SOON
from services.identity.api.requests import ErasureReason, OwnErasure
from services.identity.domain.erasures import Erasure, State
from services.identity.storage.erasures import LedgerLine
from services.identity.use_cases import erasures
from shared.errors import NotFound
from shared.http.clock import Now
from shared.http.pagination import BY_TIME, Limit, Page, TimeKey
from shared.http.problems import INVALID, NOT_FOUND, problems
from shared.http.tokens import SignedIn
from shared.http.views import View
from shared.own_data import OwnData

router = APIRouter(tags=["erasures"])


class ErasureView(View):
    """An erasure that was asked for. It ends as `refused`, with what has to be done first, or as `done`."""

    id: UUID
    account_id: UUID
    asked_by: UUID
    by_staff: bool
    reason: str | None = Field(description="Of staff", examples=["Demande reçue par courrier le 3 mars."])
    asked_at: datetime
    state: State
    obligations: list[str] = Field(examples=[["open_requests"]])
    sentences: list[str] = Field(
        description="What has to be done first, for the person and for staff",
        examples=[["Des demandes de formation sont en cours : elles doivent d'abord être annulées."]],
    )
    ended_at: datetime | None


class LedgerLineView(ErasureView):
    """A line of the ledger, with the names that are left."""

    account_name: str | None = Field(description="Null once the account is erased", examples=["Zoé Roy"])
    asked_by_name: str = Field(examples=["Nadia Ferrand"])


@router.get("/me/data", responses=problems(ACCOUNT_DISABLED))
async def read_own_data(actor: Acting, tx: Tx) -> OwnData:
    """Everything that identity has of the signed-in person, but secrets: the rows of each kind of data."""
    return await tx.erasures.own_data(actor.account_id)


@router.post(
    "/me/erasure",
    status_code=202,
    responses=problems(ACCOUNT_DISABLED, HAS_OBLIGATIONS, TOO_SOON, INVALID, TOO_BUSY),
)
async def ask_own_erasure(body: OwnErasure, claims: SignedIn, sign_in: SigningIn, now: Now) -> ErasureView:
    """Ask for the erasure of one's own account; the other services are asked first what stands against it."""
    async with sign_in.begin() as tx:
        await acting(claims, tx)
    return ErasureView.model_validate(await erasures.ask_own(sign_in, claims.sub, password=body.password, now=now))


@router.get("/me/erasure", responses=problems(NOT_FOUND))
async def read_own_erasure(actor: Acting, tx: Tx) -> ErasureView:
    """What became of the last erasure that was asked for; while it is not refused, the account may end any moment."""
    return _view(await tx.erasures.newest(actor.account_id))


@router.post(
    "/accounts/{account_id}/erasure",
    status_code=202,
    responses=problems(NOT_FOUND, OWN_ACCOUNT, HAS_OBLIGATIONS, INVALID),
)
async def ask_erasure(account_id: UUID, body: ErasureReason, actor: Acting, tx: Tx, now: Now) -> ErasureView:
    """Ask for the erasure of a person's account. Staff only."""
    return ErasureView.model_validate(await erasures.ask_for(tx, actor, account_id, reason=body.reason, now=now))


@router.get("/accounts/{account_id}/erasure", responses=problems(NOT_FOUND))
async def read_erasure(account_id: UUID, actor: Acting, tx: Tx) -> ErasureView:
    """What became of the last erasure that was asked for about an account. Staff only."""
    await tx.accounts.for_staff(account_id, actor)
    return _view(await tx.erasures.newest(account_id))


@router.get("/erasures", responses=problems(NOT_FOUND, INVALID))
async def list_erasures(
    *, actor: Acting, tx: Tx, after: Annotated[TimeKey | None, Depends(BY_TIME)], limit: Limit = 20
) -> Page[LedgerLineView]:
    """The ledger: every erasure that was asked for, newest first. Staff only."""
    return Page[LedgerLineView].of(
        await tx.erasures.page(actor, after=after, limit=limit),
        limit,
        view=_line,
        sort_key=BY_TIME,
        key=lambda line: (line.erasure.asked_at, line.erasure.id),
    )


def _line(line: LedgerLine) -> LedgerLineView:
    erasure = ErasureView.model_validate(line.erasure).model_dump()
    return LedgerLineView(**erasure, account_name=line.account_name, asked_by_name=line.asked_by_name)


def _view(erasure: Erasure | None) -> ErasureView:
    if erasure is None:
        raise NotFound
    return ErasureView.model_validate(erasure)
