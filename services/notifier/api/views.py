"""The answers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.notifier.api.requests import Status
from services.notifier.domain.mails.all import SPECS
from shared.http.pagination import Page
from shared.http.views import View

_ID = "6f1c2f0e-8f3b-4a53-9d0b-0f6f0a1f7f10"


class MailLine(View):
    """A mail in the list. `why_not`: why it was dropped, failed, or waits for another attempt.

    `unknown`: the connection was lost before the server confirmed, so the mail may have arrived; one more copy is sent.
    `subject_id` is the request, attachment, session or structure that it is about; mails with the same `cause` were
    queued by the same event. `resent_from` is the mail that staff sent again as this one.
    """

    id: UUID = Field(examples=[_ID])
    kind: str = Field(examples=["validated"], json_schema_extra={"enum": [*sorted(SPECS)]})
    kind_label: str = Field(examples=["Demande validée"])
    recipient: str = Field(examples=["claire.dupuy@mission-locale.example"])
    recipient_account_id: UUID | None = Field(examples=[_ID])
    recipient_name: str | None = Field(examples=["Claire Dupuy"])
    status: Status
    status_label: str = Field(examples=["Envoyé"])
    subject: str | None = Field(examples=["Inscription confirmée : Conduire un entretien"])
    subject_id: UUID = Field(examples=[_ID])
    cause: str = Field(examples=[f"enrollment.enrollment_validated.v1:{_ID}:4"])
    attempts: int = Field(examples=[1])
    correlation_id: str | None = Field(examples=["b1d8f6c2"])
    created_at: datetime
    sent_at: datetime | None
    why_not: str | None = Field(examples=[None])
    can_be_resent: bool = Field(examples=[True])
    resent_from: UUID | None = Field(examples=[None])
    resent_by: UUID | None = Field(examples=[None])


class MailPage(Page[MailLine]):
    """A page of mails. `total` is how many there are with the filters."""

    total: int = Field(0, examples=[42])


class MailView(MailLine):
    """A whole mail. `text` and `html` are null for a mail with a secret link. `files`: names of the attached files."""

    text: str | None = Field(examples=["Bonjour Claire, …"])
    html: str | None = Field(examples=["<p>Bonjour Claire,</p>"])
    files: Annotated[list[str], Field(validation_alias="file_names", examples=[["creneaux.ics"]])]


class WaitingView(View):
    """How many mails have waited so long."""

    label: str = Field(examples=["moins de 10 minutes"])
    count: int = Field(examples=[3])


class FiguresView(View):
    """What staff have to look at: mails that failed, whose outcome is unknown, or that wait."""

    failed: int = Field(examples=[0])
    unknown: int = Field(examples=[0])
    waiting: list[WaitingView]
    oldest_waiting: datetime | None
