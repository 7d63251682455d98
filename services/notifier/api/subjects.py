"""The mails about one object, beside its history."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.notifier.api.dependencies import Acting, Tx
from services.notifier.api.requests import Status
from shared.http.views import View

router = APIRouter(prefix="/subjects", tags=["mails"])


class MailAbout(View):
    """A mail about an object. `at`: when it was sent, or when it was queued if it was not."""

    id: UUID
    at: datetime
    kind_label: str = Field(examples=["Demande validée"])
    subject: str | None = Field(examples=["Inscription confirmée : Conduire un entretien"])
    recipient_name: str | None = Field(examples=["Claire Dupuy"])
    status: Status
    status_label: str = Field(examples=["Envoyé"])


@router.get("/{subject_id}/mails", summary="List the mails about a request or another object")
async def list_mails_about(subject_id: UUID, actor: Acting, tx: Tx) -> list[MailAbout]:
    """The mails about a request, an attachment, a session or a structure, oldest first, 100 at most.

    Staff get all of them, whatever became of them; everybody else those that were sent to them.
    """
    return [MailAbout.model_validate(mail) for mail in await tx.mails.about(actor, subject_id)]
