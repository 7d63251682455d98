"""What is expected of each kind of mail, written out by hand: nothing here is read from the records under test."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.spec import About, CalendarEffect

REASONS: Final[Mapping[str, str | None]] = {
    ".": None,
    "S": "La demande n'est plus dans cet état.",
    "C": "La demande est close, ou dans un état inconnu.",
    "B": "La demande a changé depuis.",
    "P": "La place n'est plus celle que le message annonce.",
    "A": "Le rattachement n'est plus dans cet état.",
    "X": "La session est annulée, ou dans un état inconnu.",
    "Z": "La session n'est plus dans cet état.",
    "L": "Le lien a expiré avant l'envoi.",
    "N": "Un message plus récent dit la même chose.",
    "R": "Toutes les demandes sont closes.",
    "Y": "Aucune des demandes n'est plus dans cet état.",
    "V": "Aucune présence n'est enregistrée.",
    "T": "Le formateur n'a reçu aucun message sur cette demande.",
    "E": "L'émargement de la session est clos.",
    "O": "La session n'a pas plus d'inscriptions que de places.",
    "K": "La session a un formateur.",
    "D": "La structure a de nouveau un employeur ou un référent.",
}
"""Why a mail is dropped, for each letter of the outcomes; a dot: it is sent."""
NEW_WORD: Final = "a word of the future"
APPROVALS: Final = (
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
    NEW_WORD,
)
SEATS: Final = (
    ("held", "held"),
    ("held", "queued"),
    ("held", "none"),
    ("queued", "held"),
    ("queued", "queued"),
    ("queued", "none"),
    (NEW_WORD, NEW_WORD),
)
"""The seat that the mail announces, and the seat that the request has now."""
ATTACHMENT_STATES: Final = ("requested", "active", "refused", "ended", NEW_WORD)
SESSION_STATES: Final = ("scheduled", "cancelled", NEW_WORD)
LINKS: Final = ("valid", "expired")
NEWER_MAILS: Final = (False, True)
CARTS: Final = (("refused", "awaiting_employer"), ("refused",), ("cancelled",), (NEW_WORD,))
"""The approvals of several requests, such as those of a cart."""
PRESENCES: Final[tuple[Mapping[str, bool] | None, ...]] = ({"slot": True, "other": False}, {"slot": False}, None)
TOLD: Final = (True, False)
"""Whether the trainer was told of the request before."""
SHEETS: Final = (False, True)
"""Whether the attendance is closed."""
SEATS_HELD: Final = (2, 1)
"""Of a session with one seat."""
TRAINERS: Final = (True, False)
"""Whether the session has trainers."""
DECIDERS: Final = ((), ("beneficiary",), ("employer",), ("referent",))
"""The statuses that people of the structure have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """`approval`, `attachment`, `session`, `trainers`: the states just after the event, in which the mail is true.

    `outcomes`: one letter for each value of APPROVALS, SEATS, ATTACHMENT_STATES, SESSION_STATES, LINKS, NEWER_MAILS,
    CARTS, PRESENCES, TOLD, SHEETS, SEATS_HELD, TRAINERS and DECIDERS, in groups; everything else is as it was just
    after the event.
    """

    outcomes: str
    audiences: tuple[Audience, ...]
    about: About
    page: str
    approval: str = "validated"
    attachment: str = "active"
    session: str = "scheduled"
    trainers: bool = True
    calendar: CalendarEffect = CalendarEffect.NONE
    secret: bool = False
    motivation: bool = False


EXPECTED: Final[Mapping[str, Expected]] = {
    "address_proof": Expected(
        outcomes="........... ....... ..... ... .L .. .... ... .. .. .. .. ....",
        audiences=(Audience.OWNER,),
        about=About.NOTHING,
        page="compte/adresse/s3cret",
        secret=True,
    ),
    "password_reset": Expected(
        outcomes="........... ....... ..... ... .L .. .... ... .. .. .. .. ....",
        audiences=(Audience.OWNER,),
        about=About.NOTHING,
        page="compte/mot-de-passe/s3cret",
        secret=True,
    ),
    "address_change": Expected(
        outcomes="........... ....... ..... ... .L .. .... ... .. .. .. .. ....",
        audiences=(Audience.OWNER,),
        about=About.NOTHING,
        page="compte/adresse-nouvelle/s3cret",
        secret=True,
    ),
    "address_changed": Expected(
        outcomes="........... ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.OWNER,),
        about=About.NOTHING,
        page="connexion",
    ),
    "already_registered": Expected(
        outcomes="........... ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.OWNER,),
        about=About.NOTHING,
        page="compte/mot-de-passe-oublie",
    ),
    "password_changed": Expected(
        outcomes="........... ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.OWNER,),
        about=About.NOTHING,
        page="connexion",
    ),
    "second_factor_enrolled": Expected(
        outcomes="........... ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.OWNER,),
        about=About.NOTHING,
        page="connexion",
    ),
    "second_factor_reset": Expected(
        outcomes="........... ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.OWNER,),
        about=About.NOTHING,
        page="connexion",
    ),
    "recovery_code_used": Expected(
        outcomes="........... ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.OWNER,),
        about=About.NOTHING,
        page="connexion",
    ),
    "structure_invitation": Expected(
        outcomes="........... ....... ..... ... .L .. .... ... .. .. .. .. ....",
        audiences=(Audience.CONTACT,),
        about=About.NOTHING,
        page="compte/nouveau?structure={structure}&invitation=s3cret",
        secret=True,
    ),
    "attachment_requested": Expected(
        attachment="requested",
        outcomes="........... ....... .AAAA ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.REFERENT, Audience.DESK),
        about=About.ATTACHMENT,
        page="rattachements/{subject}",
    ),
    "attachment_receipt": Expected(
        attachment="requested",
        outcomes="........... ....... .AAAA ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON,),
        about=About.ATTACHMENT,
        page="rattachements/{subject}",
    ),
    "attachment_answered": Expected(
        outcomes="........... ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.REFERENT,),
        about=About.ATTACHMENT,
        page="rattachements/{subject}",
    ),
    "attachment_confirmed": Expected(
        outcomes="........... ....... A.AAA ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON,),
        about=About.ATTACHMENT,
        page="rattachements/{subject}",
    ),
    "first_user": Expected(
        outcomes="........... ....... A.AAA ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.DESK, Audience.CONTACT),
        about=About.ATTACHMENT,
        page="rattachements/{subject}",
    ),
    "unconfirmed_referent": Expected(
        attachment="requested",
        outcomes="........... ....... .AAAA ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON,),
        about=About.ATTACHMENT,
        page="rattachements/{subject}",
    ),
    "attachment_refused": Expected(
        attachment="refused",
        outcomes="........... ....... AA.AA ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON,),
        about=About.ATTACHMENT,
        page="rattachements/{subject}",
    ),
    "attachment_ended": Expected(
        attachment="ended",
        outcomes="........... ....... AAA.A ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON,),
        about=About.ATTACHMENT,
        page="rattachements/{subject}",
    ),
    "statuses_changed": Expected(
        outcomes="........... ....... A.AAA ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON,),
        about=About.ATTACHMENT,
        page="rattachements/{subject}",
    ),
    "structure_requested": Expected(
        outcomes="........... ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.DESK,),
        about=About.NOTHING,
        page="structures/demandes/{subject}",
    ),
    "structure_change_reported": Expected(
        outcomes="........... ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.DESK,),
        about=About.STRUCTURE,
        page="structures/{subject}",
    ),
    "structure_request_refused": Expected(
        outcomes="........... ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.CONTACT,),
        about=About.NOTHING,
        page="structures",
    ),
    "no_decider": Expected(
        outcomes="........... ....... ..... ... .. .N .... ... .. .. .. .. ..DD",
        audiences=(Audience.DESK,),
        about=About.FACTS,
        page="structures/{structure}",
    ),
    "session_without_trainer": Expected(
        trainers=False,
        outcomes="........... ....... ..... .XX .. .N .... ... KK .. .. K. ....",
        audiences=(Audience.DESK,),
        about=About.SESSION,
        page="sessions/{session}",
    ),
    "session_overbooked": Expected(
        outcomes="........... ....... ..... .XX .. .N .... ... .. .. .O .. ....",
        audiences=(Audience.DESK,),
        about=About.SESSION,
        page="sessions/{session}",
    ),
    "request_to_decide": Expected(
        approval="awaiting_employer",
        outcomes=".SSSSSSSSSS ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.EMPLOYER, Audience.REFERENT, Audience.DESK),
        about=About.REQUEST,
        page="demandes/{subject}",
        motivation=True,
    ),
    "requests_to_decide": Expected(
        approval="awaiting_employer",
        outcomes="........... ....... ..... ... .. .. .YYY ... .. .. .. .. ....",
        audiences=(Audience.EMPLOYER, Audience.REFERENT, Audience.DESK),
        about=About.FACTS,
        page="demandes",
    ),
    "request_receipt": Expected(
        outcomes="........... ....... ..... ... .. .. .RRR ... .. .. .. .. ....",
        audiences=(Audience.PERSON,),
        about=About.CART,
        page="demandes",
    ),
    "accepted": Expected(
        approval="awaiting_trainer",
        outcomes="....CCCCCCC .PPP.PP ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        page="demandes/{subject}",
    ),
    "request_to_validate": Expected(
        approval="awaiting_trainer",
        outcomes="S.SSSSSSSSS .PPPPPP ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.TRAINER, Audience.DESK),
        about=About.REQUEST,
        page="demandes/{subject}",
        motivation=True,
    ),
    "refused": Expected(
        approval="refused",
        outcomes="SSSS.SSSSSS ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        page="demandes/{subject}",
    ),
    "declined": Expected(
        approval="declined",
        outcomes="SSSSS.SSSSS ....... ..... ... .. .. .... ... .T .. .. .. ....",
        audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
        about=About.REQUEST,
        page="demandes/{subject}",
    ),
    "expired": Expected(
        approval="expired",
        outcomes="SSSSSS.SSSS ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        page="demandes/{subject}",
    ),
    "question": Expected(
        approval="awaiting_beneficiary",
        outcomes="SS.SSSSSSSS ....... ..... ... .. .. .... ... .T .. .. .. ....",
        audiences=(Audience.PERSON, Audience.TRAINER),
        about=About.REQUEST,
        page="demandes/{subject}",
    ),
    "answer": Expected(
        approval="awaiting_trainer",
        outcomes="S.SSSSSSSSS ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.TRAINER, Audience.DESK),
        about=About.REQUEST,
        page="demandes/{subject}",
        motivation=True,
    ),
    "promoted": Expected(
        approval="awaiting_trainer",
        outcomes="....CCCCCCC .PPPPPP ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        page="demandes/{subject}",
        calendar=CalendarEffect.PUTS,
    ),
    "validated": Expected(
        outcomes="SSS.SSSSSSS .PPP.PP ..... ... .. .. .... ... .T .. .. .. ....",
        audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
        about=About.REQUEST,
        page="demandes/{subject}",
        calendar=CalendarEffect.PUTS,
    ),
    "withdrawn": Expected(
        approval="withdrawn",
        outcomes="SSSSSSS.SSS ....... ..... ... .. .. .... ... .T .. .. .. ....",
        audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
        about=About.REQUEST,
        page="demandes/{subject}",
        calendar=CalendarEffect.CANCELS,
    ),
    "abandoned": Expected(
        approval="abandoned",
        outcomes="SSSSSSSSS.S ....... ..... ... .. .. .... ... .T .. .. .. ....",
        audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
        about=About.REQUEST,
        page="demandes/{subject}",
        calendar=CalendarEffect.CANCELS,
    ),
    "cancelled": Expected(
        approval="cancelled",
        outcomes="SSSSSSSS.SS ....... ..... ... .. .. .... ... .T .. .. .. ....",
        audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
        about=About.REQUEST,
        page="demandes/{subject}",
        calendar=CalendarEffect.CANCELS,
    ),
    "decision_undone": Expected(
        approval="awaiting_trainer",
        outcomes="B.BBBBBBBBB ....... ..... ... .. .. .... ... .T .. .. .. ....",
        audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
        about=About.REQUEST,
        page="demandes/{subject}",
        calendar=CalendarEffect.PUTS,
    ),
    "reopened": Expected(
        approval="awaiting_trainer",
        outcomes="....CCCCCCC ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
        about=About.REQUEST,
        page="demandes/{subject}",
        calendar=CalendarEffect.PUTS,
    ),
    "transferred": Expected(
        outcomes="....CCCCCCC ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
        about=About.REQUEST,
        page="demandes/{subject}",
        calendar=CalendarEffect.PUTS,
    ),
    "left_session": Expected(
        outcomes="........... ....... ..... ... .. .. .... ... .T .. .. .. ....",
        audiences=(Audience.TRAINER,),
        about=About.FACTS,
        page="sessions/{session}",
    ),
    "reminder_to_decide": Expected(
        approval="awaiting_employer",
        outcomes=".SSSSSSSSSS ....... ..... ... .. .N .... ... .. .. .. .. ....",
        audiences=(Audience.EMPLOYER, Audience.REFERENT, Audience.DESK),
        about=About.REQUEST,
        page="demandes/{subject}",
        motivation=True,
    ),
    "reminder_to_validate": Expected(
        approval="awaiting_trainer",
        outcomes="S.SSSSSSSSS ....... ..... ... .. .N .... ... .. .. .. .. ....",
        audiences=(Audience.TRAINER, Audience.DESK),
        about=About.REQUEST,
        page="demandes/{subject}",
        motivation=True,
    ),
    "reminder_to_answer": Expected(
        approval="awaiting_beneficiary",
        outcomes="SS.SSSSSSSS ....... ..... ... .. .N .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON,),
        about=About.REQUEST,
        page="demandes/{subject}",
    ),
    "proposal": Expected(
        outcomes="........... ....... ..... .XX .L .. .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON,),
        about=About.FACTS,
        page="propositions/{subject}",
    ),
    "proposal_declined": Expected(
        outcomes="........... ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.PROPOSER,),
        about=About.FACTS,
        page="sessions/{session}",
    ),
    "requests_left_open": Expected(
        outcomes="........... ....... ..... ... .. .. .RRR ... .. .. .. .. ....",
        audiences=(Audience.REFERENT, Audience.DESK),
        about=About.FACTS,
        page="demandes",
    ),
    "session_moved": Expected(
        outcomes="....CCCCCCC ....... ..... .XX .. .N .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON,),
        about=About.REQUEST,
        page="sessions/{session}",
        calendar=CalendarEffect.PUTS,
    ),
    "session_moved_people": Expected(
        outcomes="........... ....... ..... .XX .. .N .RRR ... .. .. .. .. ....",
        audiences=(Audience.EMPLOYER,),
        about=About.FACTS,
        page="sessions/{session}",
    ),
    "session_cancelled": Expected(
        approval="cancelled",
        outcomes="........... ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON,),
        about=About.REQUEST,
        page="sessions/{session}",
        calendar=CalendarEffect.CANCELS,
    ),
    "session_cancelled_people": Expected(
        outcomes="........... ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.EMPLOYER,),
        about=About.FACTS,
        page="sessions/{session}",
    ),
    "session_reinstated": Expected(
        approval="cancelled",
        outcomes="SSSSSSSS.SS ....... ..... .XX .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON,),
        about=About.REQUEST,
        page="demandes/{subject}",
    ),
    "session_reinstated_people": Expected(
        approval="cancelled",
        outcomes="........... ....... ..... .XX .. .. YY.Y ... .. .. .. .. ....",
        audiences=(Audience.EMPLOYER,),
        about=About.FACTS,
        page="sessions/{session}",
    ),
    "session_message": Expected(
        outcomes="........... ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON,),
        about=About.SESSION,
        page="sessions/{session}",
    ),
    "attendance": Expected(
        outcomes="........... ....... ..... ... .. .N .... ... .. .. .. .. ....",
        audiences=(Audience.EMPLOYER,),
        about=About.ATTENDANCE_SHEET,
        page="structure/presences?session={session}",
    ),
    "certificate": Expected(
        outcomes="........... ....... ..... ... .. .. .... .VV .. .. .. .. ....",
        audiences=(Audience.PERSON,),
        about=About.REQUEST,
        page="demandes/{subject}",
    ),
    "attendance_corrected": Expected(
        outcomes="........... ....... ..... ... .. .N .... ... .. .. .. .. ....",
        audiences=(Audience.PERSON,),
        about=About.REQUEST,
        page="demandes/{subject}",
    ),
    "session_given": Expected(
        outcomes="........... ....... ..... .XX .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.TRAINER,),
        about=About.SESSION,
        page="sessions/{session}",
        calendar=CalendarEffect.PUTS,
    ),
    "session_taken": Expected(
        outcomes="........... ....... ..... ... .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.FORMER_TRAINER,),
        about=About.SESSION,
        page="sessions/{session}",
        calendar=CalendarEffect.CANCELS,
    ),
    "session_moved_trainer": Expected(
        outcomes="........... ....... ..... .XX .. .N .... ... .. .. .. .. ....",
        audiences=(Audience.TRAINER,),
        about=About.SESSION,
        page="sessions/{session}",
        calendar=CalendarEffect.PUTS,
    ),
    "session_cancelled_trainer": Expected(
        session="cancelled",
        outcomes="........... ....... ..... Z.Z .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.TRAINER,),
        about=About.SESSION,
        page="sessions/{session}",
        calendar=CalendarEffect.CANCELS,
    ),
    "session_reinstated_trainer": Expected(
        outcomes="........... ....... ..... .XX .. .. .... ... .. .. .. .. ....",
        audiences=(Audience.TRAINER,),
        about=About.SESSION,
        page="sessions/{session}",
        calendar=CalendarEffect.PUTS,
    ),
    "attendance_overdue": Expected(
        outcomes="........... ....... ..... .XX .. .. .... ... .. .E .. .. ....",
        audiences=(Audience.TRAINER, Audience.DESK),
        about=About.SESSION,
        page="sessions/{session}/emargement",
    ),
}
