"""The mails, for staff. The text of a mail with a secret link is never shown."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.notifier.api.dependencies import Acting, Tx
from services.notifier.api.requests import Kind
from services.notifier.api.views import MailLine, MailView, Status
from services.notifier.use_cases import read_mails
from shared.http.pagination import BY_TIME, Limit, Page, TimeKey
from shared.http.problems import NOT_FOUND, problems

router = APIRouter(prefix="/mails", tags=["mails"])


@router.get("", responses=problems(NOT_FOUND))
async def list_mails(
    actor: Acting,
    tx: Tx,
    *,
    limit: Limit = 20,
    after: Annotated[TimeKey | None, Depends(BY_TIME)],
    status: Annotated[Status | None, Query()] = None,
    kind: Annotated[Kind | None, Query()] = None,
) -> Page[MailLine]:
    """List the mails, newest first."""
    mails = await tx.mails.list(actor, limit=limit, after=after, status=status, kind=kind)
    return Page[MailLine].of(
        mails, limit, view=MailLine.model_validate, sort_key=BY_TIME, key=lambda mail: (mail.created_at, mail.id)
    )


@router.get("/{mail_id}", responses=problems(NOT_FOUND))
async def read_mail(mail_id: UUID, actor: Acting, tx: Tx) -> MailView:
    """Read one mail."""
    return MailView.model_validate(await read_mails.read_mail(tx, actor, mail_id))
