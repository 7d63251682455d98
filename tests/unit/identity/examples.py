"""Objects that the unit tests of identity start from."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from services.identity.domain.accounts import Account
from services.identity.domain.attachment_moves import (
    State,
)
from services.identity.domain.attachments import (
    Attachment,
    Status,
)
from services.identity.domain.structures import ChangeReport, Structure, StructureRequest

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SOMEBODY = uuid4()
ACCOUNT = Account(
    id=uuid4(),
    version=4,
    civility="Mme",
    first_name="Claire",
    last_name="Dupuy",
    email="claire@ml.example",
    is_staff=True,
    proved=True,
)
STRUCTURE = Structure(id=uuid4(), version=2, name="ML", siret="7" * 14, town="Limoges", is_member=True)
REQUEST = StructureRequest(
    id=uuid4(),
    version=1,
    name="ML",
    siret="7" * 14,
    town="Limoges",
    contact_name="Claire",
    contact_email="claire@ml.example",
    asked_at=NOW,
)
REPORT = ChangeReport(
    id=uuid4(), version=1, structure_id=STRUCTURE.id, reported_by=SOMEBODY, text="Déménagement", reported_at=NOW
)


def an_attachment(state: State, *statuses: Status) -> Attachment:
    return Attachment(
        id=uuid4(), version=3, account_id=ACCOUNT.id, structure_id=STRUCTURE.id, state=state, statuses=statuses
    )


def changed(before: Any, after: Any) -> dict[str, Any]:
    """The fields that differ, with their new values."""
    names = type(before).__dataclass_fields__
    return {name: getattr(after, name) for name in names if getattr(before, name) != getattr(after, name)}
