"""The mails, for staff. The text of a mail with a secret link is never shown."""

from collections.abc import Sequence
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.notifier.api.dependencies import Acting, Tx
from services.notifier.api.problems import CANNOT_BE_SENT_AGAIN
from services.notifier.api.requests import wanted
from services.notifier.api.views import FiguresView, MailLine, MailPage, MailView, WaitingView
from services.notifier.storage.mails import StoredMail, Wanted
from services.notifier.use_cases import read_mails
from shared.http.export import EXPORTED, MOST_ROWS, ChosenFormat, Column, export
from shared.http.pagination import BY_TIME, Limit, TimeKey
from shared.http.problems import INVALID, NOT_FOUND, problems

router = APIRouter(prefix="/mails", tags=["mails"])

Filters = Annotated[Wanted, Depends(wanted)]
AGES: Final = ("moins de 10 minutes", "moins d'une heure", "moins d'un jour", "un jour ou plus")
COLUMNS: Final[Sequence[Column[StoredMail]]] = (
    Column("Date", lambda mail: mail.created_at),
    Column("Envoi", lambda mail: mail.sent_at),
    Column("Message", lambda mail: mail.kind_label),
    Column("Objet", lambda mail: mail.subject),
    Column("Destinataire", lambda mail: mail.recipient_name),
    Column("Adresse", lambda mail: mail.recipient),
    Column("État", lambda mail: mail.status_label),
    Column("Tentatives", lambda mail: mail.attempts),
    Column("Pourquoi", lambda mail: mail.why_not),
)


@router.get("", responses=problems(NOT_FOUND), summary="List the mails")
async def list_mails(
    actor: Acting,
    tx: Tx,
    filters: Filters,
    *,
    limit: Limit = 20,
    after: Annotated[TimeKey | None, Depends(BY_TIME)],
) -> MailPage:
    """The mails, newest first, whatever became of them."""
    mails = await tx.mails.list(actor, filters, limit=limit, after=after)
    page = MailPage.of(
        mails, limit, view=MailLine.model_validate, sort_key=BY_TIME, key=lambda mail: (mail.created_at, mail.id)
    )
    page.total = await tx.mails.count(actor, filters)
    return page


@router.get(
    "/export",
    responses={**problems(NOT_FOUND, INVALID), **EXPORTED},
    response_class=Response,
    summary="Export the list of mails as a file",
)
async def export_mails(actor: Acting, tx: Tx, filters: Filters, file_format: ChosenFormat = "csv") -> Response:
    """The mails of the list with the same filters, without their texts, 10,000 lines at most."""
    mails = await tx.mails.list(actor, filters, limit=MOST_ROWS)
    return await export(mails, COLUMNS, format=file_format, name="messages", filters=("from", "to"))


@router.get("/figures", responses=problems(NOT_FOUND), summary="Count the mails that failed or wait")
async def read_figures(actor: Acting, tx: Tx) -> FiguresView:
    """How many mails failed, may have been lost, or wait, by how long they have waited."""
    figures = await tx.mails.figures(actor)
    waiting = [WaitingView(label=label, count=count) for label, count in zip(AGES, figures.waiting, strict=True)]
    return FiguresView(
        failed=figures.failed, unknown=figures.unknown, waiting=waiting, oldest_waiting=figures.oldest_waiting
    )


@router.get("/{mail_id}", responses=problems(NOT_FOUND), summary="Read one mail")
async def read_mail(mail_id: UUID, actor: Acting, tx: Tx) -> MailView:
    """The mail as it was sent, in text and HTML."""
    return MailView.model_validate(await read_mails.read_mail(tx, actor, mail_id))


@router.post(
    "/{mail_id}/resend",
    status_code=201,
    responses=problems(NOT_FOUND, CANNOT_BE_SENT_AGAIN),
    summary="Send a mail again",
)
async def resend_mail(mail_id: UUID, actor: Acting, tx: Tx) -> MailView:
    """Queue a mail that was sent or has failed once more, as a new mail that names the old one.

    It is written again from what is known now, goes to the recipient's present address, and is dropped if it is not
    true any more.
    """
    return MailView.model_validate(await read_mails.send_again(tx, actor, mail_id))
