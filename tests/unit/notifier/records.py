"""Records of everything that a mail can be about, for tests that change one of them at a time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import (
    Account,
    Attachment,
    Enrollment,
    Occupancy,
    RequestLine,
    Session,
    Slot,
    Structure,
)
from services.notifier.domain.mail import HeldEntries, Mail

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PERSON = Account(id=uuid4(), first_name="Zoé", last_name="Martin", email="zoe@example.org", civility="Mme")
STRUCTURE = Structure(id=uuid4(), name="Les <Amis>", siret="12345678900011", town="Lyon")
SLOTS = tuple(
    Slot(id=uuid4(), starts_at=NOW + timedelta(days=days), ends_at=NOW + timedelta(days=days, hours=3))
    for days in (10, 11)
)
SESSION = Session(
    id=uuid4(),
    version=3,
    training_title="Tenir une réunion",
    place="Salle 2",
    slots=SLOTS,
    trainer_ids=(PERSON.id,),
    state="scheduled",
    capacity=1,
)
OCCUPANCY = Occupancy(capacity=1, held=2, queued=1)
HELD = HeldEntries(slots=SLOTS, place="Salle 1", sequence=4)
REQUEST = Enrollment(
    id=uuid4(),
    version=4,
    account_id=PERSON.id,
    structure_id=STRUCTURE.id,
    session_id=SESSION.id,
    approval="validated",
    seat="held",
    attendance={str(SLOTS[0].id): True, str(SLOTS[1].id): False},
)
ATTACHMENT = Attachment(
    id=uuid4(), account_id=PERSON.id, structure_id=STRUCTURE.id, state="active", statuses=("beneficiary",)
)
LINE = RequestLine(enrollment=REQUEST, person=PERSON, session=SESSION)
FACTS: dict[str, Any] = {
    "token": "s3cret",
    "expires_at": "2026-03-03T08:00:00+00:00",
    "first_name": "Zoé",
    "structure_name": None,
    "reason": "Budget <b>épuisé</b>",
    "question": "Pourquoi\N{NO-BREAK SPACE}?",
    "answer": "Parce que.",
    "text": "Nouveau nom",
    "reporter": "Zoé Martin",
    "referent": "Claire Dupuy",
    "name": "Les Amis",
    "town": "Lyon",
    "siret": "12345678900011",
    "contact_name": "Zoé",
    "contact_email": "zoe@example.org",
    "before": ["beneficiary"],
    "first": True,
    "seat": "held",
    "late": True,
    "by": "employer",
    "by_name": "Ada Roux",
    "decision": "validate",
    "approval": "validated",
    "state": "active",
    "subject": "Salle à l’étage",
    "because": "disabled",
    "ended_at": "2026-03-01T08:00:00+00:00",
    "referents": ["Claire", "Paul"],
    "was": {
        "place": "Salle 1",
        "slots": [
            {"id": str(uuid4()), "starts_at": "2026-03-10T10:00:00+01:00", "ends_at": "2026-03-10T12:00:00+01:00"}
        ],
    },
    "new_dates": True,
    "new_place": True,
    "open_requests": 2,
    "from_name": "Le Foyer",
    "people": 2,
    "from_session_id": str(uuid4()),
    "capacity_before": 3,
}


def mail_of(kind: str, audience: Audience = Audience.PERSON, **facts: Any) -> Mail:
    return Mail(
        id=uuid4(),
        kind=kind,
        audience=audience,
        recipient=PERSON.email,
        recipient_account_id=PERSON.id,
        subject_id=REQUEST.id,
        facts={**FACTS, **facts},
        attempts=1,
        correlation_id="request-1",
    )
