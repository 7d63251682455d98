"""The answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.http.views import View

Status = Literal["pending", "sent", "dropped", "failed", "unknown"]


class MailLine(View):
    """A mail in the list. `why_not`: why it was dropped, failed, or waits for another attempt.

    `unknown`: the connection was lost before the server confirmed, so the mail may have arrived; one more copy is sent.
    """

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
    """A whole mail. `text` is None for a mail with a secret link. `files`: the names of the attached files."""

    text: str | None
    files: Annotated[list[str], Field(validation_alias="file_names")]
