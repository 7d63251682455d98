"""The mail about a cancelled session, for which two events call: the catalogue's and enrollment's."""

from uuid import UUID

from services.notifier.domain.mails.session import SESSION_CANCELLED
from services.notifier.use_cases.queue_mails import NewMail


def session_cancelled(enrollment_id: UUID, reason: str) -> NewMail:
    """The cause is the same for both events, so that only the first of them queues the mail."""
    return NewMail(
        spec=SESSION_CANCELLED,
        cause=f"session cancelled:{enrollment_id}",
        subject_id=enrollment_id,
        facts={"reason": reason},
    )
