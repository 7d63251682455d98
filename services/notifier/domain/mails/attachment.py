"""Mails about the attachment of a person to a structure."""

from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.conditions import ALWAYS, attachment_is
from services.notifier.domain.mails.spec import About, CalendarEffect, MailSpec

_PAGE: Final = "rattachements/{subject}"

ATTACHMENT_REQUESTED: Final = MailSpec(
    kind="attachment_requested",
    label="Rattachement demandé",
    audiences=(Audience.REFERENT, Audience.DESK),
    about=About.ATTACHMENT,
    true_while=(attachment_is("requested"),),
    page=_PAGE,
)
ATTACHMENT_RECEIPT: Final = MailSpec(
    kind="attachment_receipt",
    label="Demande de rattachement reçue",
    audiences=(Audience.PERSON,),
    about=About.ATTACHMENT,
    true_while=(attachment_is("requested"),),
    page=_PAGE,
)
ATTACHMENT_ANSWERED: Final = MailSpec(
    kind="attachment_answered",
    label="Rattachement traité par une autre personne",
    audiences=(Audience.REFERENT,),
    about=About.ATTACHMENT,
    true_while=ALWAYS,
    page=_PAGE,
)
ATTACHMENT_CONFIRMED: Final = MailSpec(
    kind="attachment_confirmed",
    label="Rattachement confirmé",
    audiences=(Audience.PERSON,),
    about=About.ATTACHMENT,
    true_while=(attachment_is("active"),),
    page=_PAGE,
)
FIRST_USER: Final = MailSpec(
    kind="first_user",
    label="Première personne référente",
    audiences=(Audience.DESK, Audience.CONTACT),
    about=About.ATTACHMENT,
    true_while=(attachment_is("active"),),
    page=_PAGE,
    pages={Audience.CONTACT: "connexion"},
)
UNCONFIRMED_REFERENT: Final = MailSpec(
    kind="unconfirmed_referent",
    label="Demande de rattachement reçue, référent non confirmé",
    audiences=(Audience.PERSON,),
    about=About.ATTACHMENT,
    true_while=(attachment_is("requested"),),
    page=_PAGE,
)
ATTACHMENT_REFUSED: Final = MailSpec(
    kind="attachment_refused",
    label="Rattachement refusé",
    audiences=(Audience.PERSON,),
    about=About.ATTACHMENT,
    true_while=(attachment_is("refused"),),
    page=_PAGE,
)
ATTACHMENT_ENDED: Final = MailSpec(
    kind="attachment_ended",
    label="Rattachement terminé",
    audiences=(Audience.PERSON,),
    about=About.ATTACHMENT,
    true_while=(attachment_is("ended"),),
    page=_PAGE,
    calendar=CalendarEffect.CANCELS,
    includes=("cancelled", "cancelled_together"),
)
ATTACHMENT_LEFT: Final = MailSpec(
    kind="attachment_left",
    label="Personne partie, ou qui ne demande plus à venir",
    audiences=(Audience.REFERENT, Audience.DESK),
    about=About.ATTACHMENT,
    true_while=(attachment_is("ended"),),
    page=_PAGE,
)
PEOPLE_RECEIVED: Final = MailSpec(
    kind="people_received",
    label="Structure fusionnée avec celle du destinataire",
    audiences=(Audience.REFERENT,),
    about=About.FACTS,
    true_while=ALWAYS,
    page="structure/personnes",
)
STATUSES_CHANGED: Final = MailSpec(
    kind="statuses_changed",
    label="Statuts modifiés",
    audiences=(Audience.PERSON,),
    about=About.ATTACHMENT,
    true_while=(attachment_is("active"),),
    page=_PAGE,
)
