"""How an attachment begins: for the first user, for the invited contact, and for everybody else."""

from dataclasses import replace
from uuid import uuid4

import pytest

from services.identity.domain.attachment_moves import State
from services.identity.domain.attachments import Attachment, AttachmentRequested, FirstUserAttached, Status
from services.identity.domain.joining import StructureToJoin, request_attachment
from tests.unit.identity.examples import SOMEBODY

LEA = "lea@mairie.example"
EMPTY = StructureToJoin(
    id=uuid4(),
    has_people=False,
    has_referent=False,
    unconfirmed_referent=SOMEBODY,
    contact_email=LEA,
    invited=None,
)


@pytest.mark.parametrize(
    ("structure", "email", "is_first"),
    [
        (EMPTY, "rose@ml.example", True),
        (replace(EMPTY, has_people=True), "rose@ml.example", False),
        (replace(EMPTY, invited=LEA), "rose@ml.example", False),
        (replace(EMPTY, invited=LEA), LEA, True),
        (replace(EMPTY, invited=LEA, has_people=True), LEA, True),
        (replace(EMPTY, invited=LEA, has_people=True, has_referent=True), LEA, False),
    ],
)
def test_the_first_user_or_the_invited_contact_is_referent_at_once_and_others_wait(
    structure: StructureToJoin, email: str, is_first: bool
) -> None:
    attachment_id, account_id = uuid4(), uuid4()
    made = request_attachment(attachment_id, account_id=account_id, email=email, structure=structure)
    assert type(made) is (FirstUserAttached if is_first else AttachmentRequested)
    told = made.contact_email if isinstance(made, FirstUserAttached) else made.unconfirmed_referent
    assert told == (LEA if is_first else SOMEBODY)
    assert made.attachment == Attachment(
        id=attachment_id,
        version=1,
        account_id=account_id,
        structure_id=structure.id,
        state=State.ACTIVE if is_first else State.REQUESTED,
        statuses=(Status.REFERENT,) if is_first else (),
        unconfirmed=is_first and structure.invited is None,
    )
