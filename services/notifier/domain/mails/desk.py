"""Mails about what the agency's desk has to do for structures, and to the people who asked for it."""

from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.conditions import ALWAYS
from services.notifier.domain.mails.spec import About, MailSpec

STRUCTURE_REQUESTED: Final = MailSpec(
    kind="structure_requested",
    audiences=(Audience.DESK,),
    about=About.NOTHING,
    true_while=ALWAYS,
    page="structures/demandes/{subject}",
)
STRUCTURE_CHANGE_REPORTED: Final = MailSpec(
    kind="structure_change_reported",
    audiences=(Audience.DESK,),
    about=About.STRUCTURE,
    true_while=ALWAYS,
    page="structures/{subject}",
)
STRUCTURE_REGISTERED: Final = MailSpec(
    kind="structure_registered",
    audiences=(Audience.CONTACT,),
    about=About.NOTHING,
    true_while=ALWAYS,
    page="compte/nouveau",
)
STRUCTURE_REQUEST_REFUSED: Final = MailSpec(
    kind="structure_request_refused",
    audiences=(Audience.CONTACT,),
    about=About.NOTHING,
    true_while=ALWAYS,
    page="structures",
)
