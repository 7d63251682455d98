"""Write the mail of a validation, with the slots as a calendar file."""

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import Account, Enrollment, Session, Slot, Structure
from services.notifier.domain.mail import Mail, Situation
from services.notifier.domain.mails.all import SPECS
from services.notifier.use_cases.compose import SenderIdentity, compose
from services.notifier.use_cases.message import message_of

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
BEGINS = NOW + timedelta(days=10)
account = Account(id=UUID(int=1), first_name="Zoé", last_name="Martin", email="zoe@exemple.example", civility="Mme")
structure = Structure(id=UUID(int=2), name="Les Amis", siret="73282932000074", town="Lyon")
session = Session(
    id=UUID(int=3),
    version=1,
    training_title="Tenir une réunion",
    place="Salle 2",
    slots=(Slot(id=UUID(int=4), starts_at=BEGINS, ends_at=BEGINS + timedelta(hours=3)),),
    trainer_ids=(),
    state="scheduled",
    capacity=8,
)
enrollment = Enrollment(
    id=UUID(int=5),
    version=2,
    account_id=account.id,
    structure_id=structure.id,
    session_id=session.id,
    approval="validated",
    seat="held",
)
mail = Mail(
    id=UUID(int=6),
    kind="validated",
    audience=Audience.PERSON,
    recipient=account.email,
    recipient_account_id=account.id,
    subject_id=enrollment.id,
    facts={"seat": "held"},
    attempts=1,
    correlation_id="request-1",
)
sender = SenderIdentity(
    public_url="https://agence.example",
    email="ne-pas-repondre@agence.example",
    name="L'agence",
    desk_email="contact@agence.example",
    desk_phone="",
)
situation = Situation(recipient=account, person=account, structure=structure, session=session, enrollment=enrollment)
content = message_of(mail, compose(SPECS["validated"], mail, situation, sender, now=NOW), sender, now=NOW)
print(json.dumps({"validation.eml": base64.b64encode(content).decode()}))  # noqa: T201 - a program
