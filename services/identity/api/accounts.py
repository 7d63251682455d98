"""Accounts, for staff."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.identity.api.dependencies import Acting, Tx
from services.identity.api.exports import ACCOUNTS
from services.identity.api.fields import Words
from services.identity.api.pages import CountedPage
from services.identity.api.problems import ADDRESS_TAKEN, ALREADY_PROVED, DISABLED_MEANWHILE, OWN_ACCOUNT, TOO_SOON
from services.identity.api.requests import AccountMarks, NewAccount
from services.identity.api.views import (
    Accepted,
    AccountDetailsView,
    AccountView,
    AttachmentView,
    ListedAccountView,
    OwnAttachment,
)
from services.identity.storage.accounts import AccountFilters, ListedAccount
from services.identity.storage.attachment_pages import AttachmentFilters
from services.identity.use_cases import accounts
from services.identity.use_cases.accounts import add_account, mark_account
from services.identity.use_cases.second_factor import reset_factor_of
from shared.http.clock import Now
from shared.http.etag import ExpectedVersion, tag
from shared.http.export import EXPORTED, MOST_ROWS, ChosenFormat, export
from shared.http.idempotency import Once
from shared.http.pagination import BY_NAME, Limit, NameKey
from shared.http.problems import CHANGED_MEANWHILE, INVALID, NOT_FOUND, VERSION_EXPECTED, problems

router = APIRouter(prefix="/accounts", tags=["accounts"])

MOST_ATTACHMENTS: Final = 50


async def _filters(
    *, q: Words = "", is_staff: bool | None = None, disabled: bool | None = None, proved: bool | None = None
) -> AccountFilters:
    return AccountFilters(words=q, is_staff=is_staff, disabled=disabled, proved=proved)


Filters = Annotated[AccountFilters, Depends(_filters)]


@router.get("", responses=problems(NOT_FOUND, INVALID))
async def list_accounts(
    *,
    actor: Acting,
    tx: Tx,
    filters: Filters,
    after: Annotated[NameKey | None, Depends(BY_NAME)],
    limit: Limit = 20,
) -> CountedPage[ListedAccountView]:
    """Find accounts by name or address, each with its open attachments. Staff only."""
    listed = await tx.accounts.page(actor, filters, after=after, limit=limit)
    total = await tx.accounts.count(actor, filters)
    attachments = await tx.attachment_pages.of_accounts([line.account.id for line in listed[:limit]])

    def view(line: ListedAccount) -> ListedAccountView:
        own = [each for each in attachments if each.account.id == line.account.id]
        return ListedAccountView(
            **dict(AccountView.model_validate(line.account)),
            attachments=[OwnAttachment.model_validate(each) for each in own],
        )

    return CountedPage[ListedAccountView].counted(
        listed,
        limit,
        total=total,
        view=view,
        sort_key=BY_NAME,
        key=lambda line: (line.sort_key, line.account.id),
    )


@router.get("/export", response_class=Response, responses={**EXPORTED, **problems(NOT_FOUND, INVALID)})
async def export_accounts(*, actor: Acting, tx: Tx, filters: Filters, chosen: ChosenFormat = "csv") -> Response:
    """The list of accounts as a file. Staff only."""
    listed = await tx.accounts.page(actor, filters, after=None, limit=MOST_ROWS)
    return await export(listed, ACCOUNTS, format=chosen, name="comptes", filters=("q", "is_staff", "disabled"))


@router.get("/{account_id}", responses=problems(NOT_FOUND))
async def read_account(account_id: UUID, actor: Acting, tx: Tx, response: Response) -> AccountDetailsView:
    """One account, with its newest attachments, also refused and ended ones. Staff only."""
    account = await tx.accounts.for_staff(account_id, actor)
    filters = AttachmentFilters(scope="all", account_id=account_id)
    attachments = await tx.attachment_pages.page(
        actor, filters, sort="requested_at", descending=True, after=None, limit=MOST_ATTACHMENTS
    )
    tag(response, account.version)
    return AccountDetailsView(
        **dict(AccountView.model_validate(account)),
        attachments=[AttachmentView.model_validate(each) for each in attachments[:MOST_ATTACHMENTS]],
    )


@router.post("", status_code=201, responses=problems(NOT_FOUND, ADDRESS_TAKEN, INVALID))
async def make_account(body: NewAccount, actor: Acting, tx: Tx, now: Now, once: Once) -> AccountView:
    """Make an account; the person gets a link to prove the address and set a password. Staff only."""

    async def perform() -> AccountView:
        return AccountView.model_validate(await add_account(tx, actor, **dict(body), now=now))

    return await once(perform)


@router.post(
    "/{account_id}/invitation",
    status_code=202,
    responses=problems(NOT_FOUND, ALREADY_PROVED, DISABLED_MEANWHILE, TOO_SOON),
)
async def invite_again(account_id: UUID, actor: Acting, tx: Tx, now: Now) -> Accepted:
    """Mail a new link to a person who has not proved the address yet. Staff only."""
    await accounts.invite_again(tx, actor, account_id, now=now)
    return Accepted()


@router.delete("/{account_id}/second-factor", status_code=204, responses=problems(NOT_FOUND, OWN_ACCOUNT))
async def reset_second_factor(account_id: UUID, actor: Acting, tx: Tx, now: Now) -> None:
    """Delete the second factor of a person who has lost the device; all their sessions end. Staff only."""
    await reset_factor_of(tx, actor, account_id, now=now)


@router.patch("/{account_id}", responses=problems(NOT_FOUND, OWN_ACCOUNT, CHANGED_MEANWHILE, VERSION_EXPECTED, INVALID))
async def change_account(
    account_id: UUID,
    body: AccountMarks,
    actor: Acting,
    tx: Tx,
    *,
    now: Now,
    expected: ExpectedVersion,
    response: Response,
) -> AccountView:
    """Give or take the staff mark, disable or enable an account. Staff only."""
    account = await mark_account(
        tx, actor, account_id, is_staff=body.is_staff, disabled=body.disabled, expected=expected, now=now
    )
    tag(response, account.version)
    return AccountView.model_validate(account)
