# ruff: noqa: INP001 - a folder of documents with the programs that write them
"""Example facts and copies for `make mails`: one structure, one session, and the people who have to do with it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

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
from services.notifier.domain.mail import NO_ENTRIES, HeldEntries, Mail, Situation
from services.notifier.domain.mails.all import SPECS
from services.notifier.domain.mails.spec import About, CalendarEffect
from services.notifier.use_cases.compose import SenderIdentity

NOW: Final = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
SENDER: Final = SenderIdentity(
    public_url="https://parcourspro.cap-exemple.example",
    email="ne-pas-repondre@cap-exemple.example",
    name="Cap Exemple",
    desk_email="contact@cap-exemple.example",
    desk_phone="04 73 00 00 00",
)


def _id(number: int) -> UUID:
    return UUID(int=number)


def _slots(*days: int) -> tuple[Slot, ...]:
    begin = datetime(2027, 3, 22, 8, 0, tzinfo=UTC)
    return tuple(
        Slot(id=_id(100 + day), starts_at=begin + timedelta(days=day), ends_at=begin + timedelta(days=day, hours=3))
        for day in days
    )


INES = Account(id=_id(1), first_name="Inès", last_name="Moreau", email="ines@mlj.example", civility="Mme")
ISSA = Account(id=_id(2), first_name="Issa", last_name="Diallo", email="issa@mlj.example", civility="M.")
CLAIRE = Account(id=_id(3), first_name="Claire", last_name="Dupuy", email="claire@mlj.example", civility="Mme")
THEO = Account(id=_id(4), first_name="Théo", last_name="Roche", email="theo@cap-exemple.example", civility="M.")
STRUCTURE = Structure(id=_id(10), name="Mission locale de Jaude", siret="12345678900011", town="Clermont-Ferrand")
SESSION = Session(
    id=_id(20),
    version=3,
    training_title="Conduire un entretien d’embauche",
    place="Salle Volcan, 12 rue Blatin, Clermont-Ferrand",
    slots=_slots(0, 1, 6),
    trainer_ids=(THEO.id,),
    state="scheduled",
    capacity=12,
)
EARLIER = replace(SESSION, id=_id(21), place="Salle Allier, Vichy", slots=_slots(-7, -6))
ATTACHMENT = Attachment(
    id=_id(30), account_id=INES.id, structure_id=STRUCTURE.id, state="active", statuses=("beneficiary", "employer")
)
REQUEST = Enrollment(
    id=_id(40),
    version=4,
    account_id=INES.id,
    structure_id=STRUCTURE.id,
    session_id=SESSION.id,
    approval="awaiting_trainer",
    seat="held",
    attendance={str(slot.id): number != 0 for number, slot in enumerate(SESSION.slots)},
)
OCCUPANCY = Occupancy(capacity=12, held=9, queued=0)
FULL = Occupancy(capacity=12, held=12, queued=3)
APPROVALS: Final = {
    "request_to_decide": "awaiting_employer",
    "requests_to_decide": "awaiting_employer",
    "reminder_to_decide": "awaiting_employer",
    "reminder_to_answer": "awaiting_beneficiary",
    "question": "awaiting_beneficiary",
    "validated": "validated",
    "session_moved": "validated",
    "cancelled_together": "cancelled",
}
STATES: Final = {"attachment_requested": "requested", "attachment_receipt": "requested"}
FACTS: Final[Mapping[str, Any]] = {
    "token": "aQ3…",
    "expires_at": "2027-03-03T08:00:00+00:00",
    "decide_before": "2027-03-20T08:00:00+00:00",
    "ended_at": "2027-02-24T16:00:00+00:00",
    "first_name": "Inès",
    "structure_name": "Mission locale de Jaude",
    "structure_id": str(STRUCTURE.id),
    "reason": "Le budget de l’année est épuisé.",
    "question": "Avez-vous déjà mené des entretiens ?",
    "answer": "Oui, trois cette année.",
    "text": "Bonjour à tous,\napportez une fiche de poste de votre structure.",
    "subject": "À préparer",
    "reporter": "Claire Dupuy (claire@mlj.example)",
    "referent": "Claire Dupuy",
    "referents": ["Claire", "Issa"],
    "name": "Les Voisins",
    "town": "Vichy",
    "siret": "98765432100017",
    "contact_name": "Léa Petit",
    "contact_email": "lea@voisins.example",
    "before": ["beneficiary"],
    "now": ["beneficiary", "employer"],
    "first": False,
    "seat": "held",
    "late": False,
    "by": "employer",
    "by_name": "Issa Diallo",
    "decision": "accept",
    "approval": "awaiting_employer",
    "state": "active",
    "because": "disabled",
    "open_requests": 2,
    "was": {
        "place": "Salle Allier, Vichy",
        "slots": [
            {"id": str(slot.id), "starts_at": slot.starts_at.isoformat(), "ends_at": slot.ends_at.isoformat()}
            for slot in EARLIER.slots
        ],
    },
    "new_dates": True,
    "new_place": True,
    "from_session_id": str(EARLIER.id),
    "capacity_before": 12,
}
_AGENCY: Final = {"by": "staff", "by_name": ""}
_BY_PERSON: Final = {"by": "beneficiary", "by_name": ""}
_TRAINER: Final = {"by": "trainer", "by_name": "Théo Roche"}
VARIANTS: Final[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
    "address_proof": {"": {}, "invited": {"structure_name": None}},
    "attachment_confirmed": {"": {}, "first": {"first": True}, "waiting": {"first": True, "waiting": 2}},
    "attachment_receipt": {"": {}, "desk": {"referents": []}},
    "attachment_answered": {"": {}, "agency": {"by_name": "", "state": "refused"}},
    "attachment_ended": {
        "": {},
        "left": {"by_person": True, "reason": None, "open_requests": 1},
        "taken_back": {"by_person": True, "reason": None, "open_requests": 0, "taken_back": True},
        "closed": {"structure_closed": True},
        "merged": {"structure_closed": True, "continues_in": "Espace jeunes de Riom", "open_requests": 2},
    },
    "accepted": {"": {}, "queued": {"seat": "queued"}, "over_cap": {"seat": "queued", "cap": True}, "agency": _AGENCY},
    "refused": {"": {}, "agency": _AGENCY},
    "declined": {"": _TRAINER, "agency": _AGENCY},
    "question": {"": _TRAINER, "agency": _AGENCY},
    "validated": {"": _TRAINER, "queued": {**_TRAINER, "seat": "queued"}, "agency": _AGENCY},
    "promoted": {"": {"by": "queue"}, "agency": _AGENCY, "enrolled": {"by": "queue", "enrolled": True}},
    "withdrawn": {"": _BY_PERSON, "late": {**_BY_PERSON, "late": True}, "employer": {}, "agency": _AGENCY},
    "abandoned": {"": _BY_PERSON, "agency": _AGENCY, "trainer": _TRAINER},
    "cancelled": {
        "": {"because": ""},
        "agency": {**_AGENCY, "because": ""},
        "referent": {"by": "referent", "by_name": "", "because": "status_lost"},
        "attachment": {"by": "attachment", "by_name": "", "reason": "", "because": "attachment_ended"},
    },
    "cancelled_together": {
        "": {"by": "attachment", "by_name": "", "reason": "", "because": "attachment_ended"},
        "disabled": _AGENCY,
        "status": {"by": "referent", "by_name": "", "because": "status_lost"},
    },
    "decision_undone": {
        "": {},
        "refuse": {"decision": "refuse"},
        "validate": {**_TRAINER, "decision": "validate", "approval": "awaiting_trainer"},
        "decline": {**_AGENCY, "decision": "decline", "approval": "awaiting_trainer"},
    },
    "transferred": {"": _AGENCY, "employer": {}, "consent": _BY_PERSON},
    "proposal": {"": {"from_session_id": None}, "agency": _AGENCY, "trainer": _TRAINER},
    "proposal_declined": {"": {"from_session_id": None, "reason": None}, "session": {}},
    "requests_left_open": {"": {}, "status": {"because": "status_lost"}},
    "session_moved": {"": {}, "place": {"new_dates": False}, "dates": {"new_place": False}},
    "session_message": {"": _TRAINER, "agency": _AGENCY},
    "statuses_changed": {"": {"reason": None}, "reason": {}},
    "attendance": {"": {}, "corrected": {"corrected": True}},
    "certificate": {"": {}, "corrected": {"corrected": True}},
    "request_to_decide": {"": {}, "full": {"full": True, "decide_before": None}},
}
"""Facts that differ from the usual ones, by kind and name of the variant."""


def mail_of(kind: str, audience: Audience, changes: Mapping[str, Any]) -> Mail:
    recipient = recipient_of(audience)
    facts = {name: value for name, value in FACTS.items() if audience is Audience.OWNER or name != "first_name"}
    about_session = SPECS[kind].about is About.SESSION
    return Mail(
        id=_id(50),
        kind=kind,
        audience=audience,
        recipient=recipient.email if recipient else "contact@cap-exemple.example",
        recipient_account_id=recipient.id if recipient else None,
        subject_id=SESSION.id if about_session else REQUEST.id,
        facts={**facts, **changes},
        attempts=1,
    )


def recipient_of(audience: Audience) -> Account | None:
    match audience:
        case Audience.PERSON:
            return INES
        case Audience.EMPLOYER | Audience.REFERENT | Audience.PROPOSER:
            return CLAIRE
        case Audience.TRAINER | Audience.FORMER_TRAINER:
            return THEO
        case _:
            return None


def situation_of(kind: str, audience: Audience, changes: Mapping[str, Any]) -> Situation:
    spec = SPECS[kind]
    queued = changes.get("seat") == "queued"
    approval = "validated" if changes.get("enrolled") else APPROVALS.get(kind, "awaiting_trainer")
    request = replace(REQUEST, approval=approval, seat="queued" if queued else "held", rank=2 if queued else None)
    lines = tuple(RequestLine(enrollment=request, person=person, session=SESSION) for person in (INES, ISSA))
    occupancy = FULL if (queued and "cap" not in changes) or "full" in changes else OCCUPANCY
    if kind == "session_overbooked":
        occupancy = replace(FULL, capacity=10)
    cancels = spec.calendar is CalendarEffect.CANCELS or kind == "transferred"
    return Situation(
        recipient=recipient_of(audience),
        person=INES,
        structure=STRUCTURE,
        attachment=replace(ATTACHMENT, state=STATES.get(kind, "active")),
        session=replace(
            SESSION,
            state="cancelled" if kind.startswith("session_cancelled") else "scheduled",
            capacity=occupancy.capacity,
        ),
        other_session=EARLIER,
        enrollment=request,
        lines=lines,
        occupancy=occupancy,
        motivation="Je mène mes premiers entretiens et je veux apprendre à les préparer.",
        held=HeldEntries(slots=SESSION.slots, place=SESSION.place, sequence=5) if cancels else NO_ENTRIES,
    )
