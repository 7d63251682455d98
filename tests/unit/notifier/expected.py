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
    "P": "La place n'est plus celle que le message annonce.",
    "A": "Le rattachement n'est plus dans cet état.",
    "X": "La session est annulée, ou dans un état inconnu.",
    "L": "Le lien a expiré avant l'envoi.",
    "N": "Un message plus récent dit la même chose.",
    "R": "Toutes les demandes du panier sont closes.",
    "V": "Aucune présence n'est enregistrée.",
    "W": "La personne s'est désistée elle-même, et rien n'est à retirer de son agenda.",
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
CARTS: Final = (("refused", "awaiting_employer"), ("refused",), (NEW_WORD,))
"""The approvals of the requests of a cart."""
PRESENCES: Final[tuple[Mapping[str, bool] | None, ...]] = ({"slot": True, "other": False}, {"slot": False}, None)
CALENDARS: Final = ("with entries", "without")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """`approval`, `attachment`: the states just after the event, in which the mail is true.

    `outcomes`: one letter for each value of APPROVALS, SEATS, ATTACHMENT_STATES, SESSION_STATES, LINKS, NEWER_MAILS,
    CARTS, PRESENCES and CALENDARS, in groups; everything else is as it was just after the event.
    """

    outcomes: str
    audiences: tuple[Audience, ...]
    about: About
    page: str
    approval: str = "validated"
    attachment: str = "active"
    calendar: CalendarEffect = CalendarEffect.NONE
    secret: bool = False
    certificate: bool = False


_NOTICE = Expected(
    outcomes=".......... ....... ..... ... .. .. ... ... ..",
    audiences=(Audience.OWNER,),
    about=About.NOTHING,
    page="connexion",
)

EXPECTED: Final[Mapping[str, Expected]] = {
    "address_proof": Expected(
        outcomes=".......... ....... ..... ... .L .. ... ... ..",
        audiences=(Audience.OWNER,),
        about=About.NOTHING,
        page="compte/adresse/s3cret",
        secret=True,
    ),
    "password_reset": Expected(
        outcomes=".......... ....... ..... ... .L .. ... ... ..",
        audiences=(Audience.OWNER,),
        about=About.NOTHING,
        page="compte/mot-de-passe/s3cret",
        secret=True,
    ),
    "already_registered": Expected(
        outcomes=".......... ....... ..... ... .. .. ... ... ..",
        audiences=(Audience.OWNER,),
        about=About.NOTHING,
        page="compte/mot-de-passe-oublie",
    ),
    "password_changed": _NOTICE,
    "second_factor_enrolled": _NOTICE,
    "second_factor_reset": _NOTICE,
    "recovery_code_used": _NOTICE,
    "attachment_requested": Expected(
        attachment="requested",
        outcomes=".......... ....... .AAAA ... .. .. ... ... ..",
        audiences=(Audience.REFERENT, Audience.DESK),
        about=About.ATTACHMENT,
        page="rattachements/{subject}",
    ),
    "attachment_confirmed": Expected(
        outcomes=".......... ....... A.AAA ... .. .. ... ... ..",
        audiences=(Audience.PERSON,),
        about=About.ATTACHMENT,
        page="rattachements/{subject}",
    ),
    "first_user": Expected(
        outcomes=".......... ....... A.AAA ... .. .. ... ... ..",
        audiences=(Audience.DESK, Audience.CONTACT),
        about=About.ATTACHMENT,
        page="rattachements/{subject}",
    ),
    "unconfirmed_referent": Expected(
        attachment="requested",
        outcomes=".......... ....... .AAAA ... .. .. ... ... ..",
        audiences=(Audience.PERSON,),
        about=About.ATTACHMENT,
        page="rattachements/{subject}",
    ),
    "attachment_refused": Expected(
        attachment="refused",
        outcomes=".......... ....... AA.AA ... .. .. ... ... ..",
        audiences=(Audience.PERSON,),
        about=About.ATTACHMENT,
        page="rattachements/{subject}",
    ),
    "attachment_ended": Expected(
        attachment="ended",
        outcomes=".......... ....... AAA.A ... .. .. ... ... ..",
        audiences=(Audience.PERSON,),
        about=About.ATTACHMENT,
        page="rattachements/{subject}",
    ),
    "statuses_changed": Expected(
        outcomes=".......... ....... A.AAA ... .. .. ... ... ..",
        audiences=(Audience.PERSON,),
        about=About.ATTACHMENT,
        page="rattachements/{subject}",
    ),
    "structure_requested": Expected(
        outcomes=".......... ....... ..... ... .. .. ... ... ..",
        audiences=(Audience.DESK,),
        about=About.NOTHING,
        page="structures/demandes/{subject}",
    ),
    "structure_change_reported": Expected(
        outcomes=".......... ....... ..... ... .. .. ... ... ..",
        audiences=(Audience.DESK,),
        about=About.STRUCTURE,
        page="structures/{subject}",
    ),
    "structure_registered": Expected(
        outcomes=".......... ....... ..... ... .. .. ... ... ..",
        audiences=(Audience.CONTACT,),
        about=About.NOTHING,
        page="compte/nouveau",
    ),
    "structure_request_refused": Expected(
        outcomes=".......... ....... ..... ... .. .. ... ... ..",
        audiences=(Audience.CONTACT,),
        about=About.NOTHING,
        page="structures",
    ),
    "request_to_decide": Expected(
        approval="awaiting_employer",
        outcomes=".SSSSSSSSS ....... ..... ... .. .. ... ... ..",
        audiences=(Audience.EMPLOYER, Audience.REFERENT, Audience.DESK),
        about=About.REQUEST,
        page="demandes/{subject}",
    ),
    "request_receipt": Expected(
        outcomes=".......... ....... ..... ... .. .. .RR ... ..",
        audiences=(Audience.PERSON,),
        about=About.CART,
        page="demandes",
    ),
    "accepted": Expected(
        approval="awaiting_trainer",
        outcomes="....CCCCCC .PPP.PP ..... ... .. .. ... ... ..",
        audiences=(Audience.PERSON,),
        about=About.REQUEST,
        page="demandes/{subject}",
    ),
    "request_to_validate": Expected(
        approval="awaiting_trainer",
        outcomes="S.SSSSSSSS .PPPPPP ..... ... .. .. ... ... ..",
        audiences=(Audience.TRAINER,),
        about=About.REQUEST,
        page="demandes/{subject}",
    ),
    "refused": Expected(
        approval="refused",
        outcomes="SSSS.SSSSS ....... ..... ... .. .. ... ... ..",
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        page="demandes/{subject}",
    ),
    "declined": Expected(
        approval="declined",
        outcomes="SSSSS.SSSS ....... ..... ... .. .. ... ... ..",
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        page="demandes/{subject}",
    ),
    "expired": Expected(
        approval="expired",
        outcomes="SSSSSS.SSS ....... ..... ... .. .. ... ... ..",
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        page="demandes/{subject}",
    ),
    "question": Expected(
        approval="awaiting_beneficiary",
        outcomes="SS.SSSSSSS ....... ..... ... .. .. ... ... ..",
        audiences=(Audience.PERSON,),
        about=About.REQUEST,
        page="demandes/{subject}",
    ),
    "answer": Expected(
        approval="awaiting_trainer",
        outcomes="S.SSSSSSSS ....... ..... ... .. .. ... ... ..",
        audiences=(Audience.TRAINER,),
        about=About.REQUEST,
        page="demandes/{subject}",
    ),
    "promoted": Expected(
        approval="awaiting_trainer",
        outcomes="....CCCCCC .PPPPPP ..... ... .. .. ... ... ..",
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        page="demandes/{subject}",
        calendar=CalendarEffect.PUTS,
    ),
    "validated": Expected(
        outcomes="SSS.SSSSSS .PPP.PP ..... ... .. .. ... ... ..",
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        page="demandes/{subject}",
        calendar=CalendarEffect.PUTS,
    ),
    "withdrawn": Expected(
        approval="withdrawn",
        outcomes="SSSSSSS.SS ....... ..... ... .. .. ... ... .W",
        audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
        about=About.REQUEST,
        page="demandes/{subject}",
        calendar=CalendarEffect.CANCELS,
    ),
    "cancelled": Expected(
        approval="cancelled",
        outcomes="SSSSSSSS.S ....... ..... ... .. .. ... ... ..",
        audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
        about=About.REQUEST,
        page="demandes/{subject}",
        calendar=CalendarEffect.CANCELS,
    ),
    "session_moved": Expected(
        outcomes="....CCCCCC ....... ..... .XX .. .N ... ... ..",
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        page="sessions/{session}",
        calendar=CalendarEffect.PUTS,
    ),
    "session_cancelled": Expected(
        outcomes=".......... ....... ..... ... .. .. ... ... ..",
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        page="sessions/{session}",
        calendar=CalendarEffect.CANCELS,
    ),
    "attendance": Expected(
        outcomes=".......... ....... ..... ... .. .N ... ... ..",
        audiences=(Audience.EMPLOYER,),
        about=About.ATTENDANCE_SHEET,
        page="sessions/{session}",
    ),
    "certificate": Expected(
        outcomes=".......... ....... ..... ... .. .. ... .VV ..",
        audiences=(Audience.PERSON,),
        about=About.REQUEST,
        page="demandes/{subject}",
        certificate=True,
    ),
}
