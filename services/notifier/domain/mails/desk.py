"""Mails about what the agency's desk has to do for structures, and to the people who asked for it."""

from typing import Final

from services.notifier.domain.kinds import Audience, Kind
from services.notifier.domain.mails.conditions import ALWAYS
from services.notifier.domain.mails.spec import About, MailSpec

SPECS: Final = (
    MailSpec(
        kind=Kind.STRUCTURE_REQUESTED,
        audiences=(Audience.DESK,),
        about=About.NOTHING,
        true_while=ALWAYS,
        page="structures/demandes/{subject}",
    ),
    MailSpec(
        kind=Kind.STRUCTURE_CHANGE_REPORTED,
        audiences=(Audience.DESK,),
        about=About.STRUCTURE,
        true_while=ALWAYS,
        page="structures/{subject}",
    ),
    MailSpec(
        kind=Kind.STRUCTURE_REGISTERED,
        audiences=(Audience.CONTACT,),
        about=About.NOTHING,
        true_while=ALWAYS,
        page="compte/nouveau",
    ),
    MailSpec(
        kind=Kind.STRUCTURE_REQUEST_REFUSED,
        audiences=(Audience.CONTACT,),
        about=About.NOTHING,
        true_while=ALWAYS,
        page="structures",
    ),
)
