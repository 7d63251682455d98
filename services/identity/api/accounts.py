"""Accounts, for the desk."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.identity.api.cursors import after_name, page
from services.identity.api.dependencies import Acting, Tx
from services.identity.api.fields import Civility, Name, Words
from services.identity.api.problems import ADDRESS_TAKEN, CHANGED, NOT_FOUND, OWN_ACCOUNT, VERSION_MISSING
from services.identity.api.views import AccountView
from services.identity.use_cases.accounts import add_account, mark_account
from shared.http.clock import Now
from shared.http.etag import expected_version, tag
from shared.http.fields import Email, Strict
from shared.http.idempotency import Once
from shared.http.pagination import Cursor, Limit, Page
from shared.http.problems import INVALID, problems

router = APIRouter(prefix="/accounts", tags=["accounts"])


class NewAccount(Strict):
    """Somebody who needs an account without a structure: a trainer, a colleague."""

    civility: Civility | None = None
    first_name: Name = Field(examples=["Nadia"])
    last_name: Name = Field(examples=["Ferrand"])
    email: Email = Field(examples=["nadia.ferrand@formation.example"])
    is_staff: bool = False


class Marks(Strict):
    """What is sent changes, the rest stays."""

    is_staff: bool | None = None
    disabled: bool | None = None


@router.get("", responses=problems(NOT_FOUND, INVALID))
async def list_accounts(
    actor: Acting, tx: Tx, q: Words = "", cursor: Cursor = None, limit: Limit = 20
) -> Page[AccountView]:
    """Find an account by name or address; for the desk."""
    found = await tx.accounts.page(actor, q, after=after_name(cursor), limit=limit)
    return page(found, limit, view=lambda one: AccountView.of(one[0]), key=lambda one: (one[1], one[0].id))


@router.get("/{account_id}", responses=problems(NOT_FOUND))
async def get_account(account_id: UUID, actor: Acting, tx: Tx, response: Response) -> AccountView:
    """One account; for the desk."""
    account = await tx.accounts.for_staff(account_id, actor)
    tag(response, account.version)
    return AccountView.of(account)


@router.post("", status_code=201, responses=problems(NOT_FOUND, ADDRESS_TAKEN, INVALID))
async def post_account(body: NewAccount, actor: Acting, tx: Tx, now: Now, once: Once) -> AccountView:
    """The desk makes an account; its owner gets a link to prove the address and set a password."""

    async def perform() -> AccountView:
        return AccountView.of(await add_account(tx, actor, body.model_dump(), now=now))

    answer: AccountView = await once(perform)
    return answer


@router.patch("/{account_id}", responses=problems(NOT_FOUND, OWN_ACCOUNT, CHANGED, VERSION_MISSING, INVALID))
async def patch_account(
    account_id: UUID,
    body: Marks,
    actor: Acting,
    tx: Tx,
    *,
    now: Now,
    expected: Annotated[int, Depends(expected_version)],
    response: Response,
) -> AccountView:
    """The desk gives or takes the staff mark, disables or enables an account."""
    marked = await mark_account(
        tx, actor, account_id, is_staff=body.is_staff, disabled=body.disabled, expected=expected, now=now
    )
    tag(response, marked.version)
    return AccountView.of(marked)
