"""What enrollment answers when the erasure of an account is asked for."""

from typing import Annotated
from uuid import UUID

from shared.contracts.fields import Known
from shared.contracts.message import Message, event

Obligation = Annotated[str, Known("open_requests", "open_proposals", "sessions_to_train", "open_sheets")]


@event("enrollment.account_erasure_reviewed.v1")
class AccountErasureReviewed(Message):
    """What the person still has to do or to end; without any, the account can do nothing any more in enrollment.

    `open_sheets`: the attendance sheet of a session that the person trained, or took part in, is not closed yet.
    """

    erasure_id: UUID
    account_id: UUID
    obligations: tuple[Obligation, ...]

    @property
    def aggregate_id(self) -> UUID:
        return self.erasure_id

    @property
    def aggregate_version(self) -> int:
        return 1
