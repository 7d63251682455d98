"""The mails, for staff. The text of a mail with a secret link is never shown."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import Row

from services.notifier.api.dependencies import Tx
from services.notifier.domain.kinds import SECRET, Kind
from services.notifier.use_cases.read_mails import list_mails, one_mail
from shared.errors import WrongFields
from shared.http.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from shared.http.problems import NOT_FOUND, problems
from shared.http.tokens import SignedIn

router = APIRouter(prefix="/mails", tags=["mails"])

Status = Literal["pending", "sent", "dropped", "failed"]


class MailLine(BaseModel):
    """A mail in the list; `why_not` says why it was dropped, failed, or waits for another attempt."""

    id: UUID
    kind: str
    recipient: str
    status: Status
    subject: str | None
    attempts: int
    correlation_id: str | None
    created_at: datetime
    sent_at: datetime | None
    why_not: str | None


class MailView(MailLine):
    """A mail whole; `text` is None for one with a secret link."""

    text: str | None
    files: list[str]


def _line(row: Row[Any]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in MailLine.model_fields}


@router.get("", responses=problems(NOT_FOUND))
async def get_mails(
    reader: SignedIn,
    tx: Tx,
    *,
    limit: Limit = 20,
    cursor: Cursor = None,
    status: Annotated[Status | None, Query()] = None,
    kind: Annotated[Kind | None, Query()] = None,
) -> Page[MailLine]:
    """What was sent, newest first."""
    after = _after(cursor) if cursor else None
    rows = await list_mails(tx, reader, limit=limit + 1, after=after, status=status, kind=kind)
    more = encode_cursor(rows[limit - 1].created_at.isoformat(), str(rows[limit - 1].id)) if len(rows) > limit else None
    return Page(items=[MailLine(**_line(row)) for row in rows[:limit]], next=more)


@router.get("/{mail_id}", responses=problems(NOT_FOUND))
async def get_mail(mail_id: UUID, reader: SignedIn, tx: Tx) -> MailView:
    """One mail."""
    row = await one_mail(tx, reader, mail_id)
    text = None if row.kind in SECRET else row.text
    return MailView(**_line(row), text=text, files=[one["name"] for one in row.attachments])


def _after(cursor: str) -> tuple[datetime, UUID]:
    created_at, mail_id = decode_cursor(cursor, parts=2)
    try:
        return datetime.fromisoformat(created_at), UUID(mail_id)
    except ValueError as error:
        raise WrongFields([("cursor", "Ce curseur n'est pas valide : reprenez depuis la première page.")]) from error
