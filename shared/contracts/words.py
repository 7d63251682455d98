"""The open sets of words in enrollment's messages: a version may add some, and no subscriber breaks of it."""

from typing import Annotated

from shared.contracts.fields import Known

Approval = Annotated[
    str,
    Known(
        "awaiting_employer",
        "awaiting_trainer",
        "awaiting_beneficiary",
        "validated",
        "refused",
        "declined",
        "expired",
        "withdrawn",
        "cancelled",
        "abandoned",
    ),
]
Seat = Annotated[str, Known("none", "queued", "held")]
CancelledBy = Annotated[str, Known("employer", "staff", "session", "attachment", "referent", "trainer", "clock")]
ActingAs = Annotated[str, Known("beneficiary", "employer", "trainer", "staff", "clock", "queue")]
"""The role in which somebody acted. Staff who act in another's place always gave a reason."""
EndedBecause = Annotated[str, Known("attachment_ended", "disabled", "status_lost")]
Decision = Annotated[str, Known("accept", "refuse", "validate", "decline")]
Awaited = Annotated[str, Known("employer", "trainer", "answer")]
