"""The parameters of the calls."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, StringConstraints, WithJsonSchema

from services.notifier.domain.mails.all import SPECS
from services.notifier.storage.mails import Wanted
from shared.http.pagination import Moment

Status = Literal["pending", "sent", "dropped", "failed", "unknown"]


def _declared(kind: str) -> str:
    if kind not in SPECS:
        raise ValueError("n'est pas une sorte de message")
    return kind


Kind = Annotated[str, AfterValidator(_declared), WithJsonSchema({"type": "string", "enum": list(SPECS)})]
"""The kind of a mail: one that a record declares."""
_Text = Annotated[str, StringConstraints(min_length=1, max_length=320, pattern=r"^[^\x00]*$")]


async def wanted(
    *,
    status: Annotated[Status | None, Query(description="What became of the mail")] = None,
    kind: Annotated[Kind | None, Query(description="What the mail is about")] = None,
    recipient: Annotated[_Text | None, Query(description="An address, exactly as it was written")] = None,
    account_id: Annotated[UUID | None, Query(description="The recipient's account")] = None,
    subject_id: Annotated[
        UUID | None, Query(description="The request, attachment, session or structure that the mail is about")
    ] = None,
    correlation_id: Annotated[_Text | None, Query(description="Of the call that led to the mail")] = None,
    cause: Annotated[_Text | None, Query(description="What the mail was queued for, as another mail names it")] = None,
    since: Annotated[Moment | None, Query(alias="from", description="Queued at this time or later")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Queued before this time")] = None,
) -> Wanted:
    """The filters of the list and of its export."""
    return Wanted(
        status=status,
        kind=kind,
        recipient=recipient,
        account_id=account_id,
        subject_id=subject_id,
        correlation_id=correlation_id,
        cause=cause,
        since=since,
        until=until,
    )
