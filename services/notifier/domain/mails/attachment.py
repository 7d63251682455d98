"""Mails about the attachment of a person to a structure."""

from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.conditions import attachment_is
from services.notifier.domain.mails.spec import About, MailSpec

_PAGE: Final = "rattachements/{subject}"

ATTACHMENT_REQUESTED: Final = MailSpec(
    kind="attachment_requested",
    audiences=(Audience.REFERENT, Audience.DESK),
    about=About.ATTACHMENT,
    true_while=(attachment_is("requested"),),
    page=_PAGE,
)
ATTACHMENT_CONFIRMED: Final = MailSpec(
    kind="attachment_confirmed",
    audiences=(Audience.PERSON,),
    about=About.ATTACHMENT,
    true_while=(attachment_is("active"),),
    page=_PAGE,
)
FIRST_USER: Final = MailSpec(
    kind="first_user",
    audiences=(Audience.DESK, Audience.CONTACT),
    about=About.ATTACHMENT,
    true_while=(attachment_is("active"),),
    page=_PAGE,
)
UNCONFIRMED_REFERENT: Final = MailSpec(
    kind="unconfirmed_referent",
    audiences=(Audience.PERSON,),
    about=About.ATTACHMENT,
    true_while=(attachment_is("requested"),),
    page=_PAGE,
)
ATTACHMENT_REFUSED: Final = MailSpec(
    kind="attachment_refused",
    audiences=(Audience.PERSON,),
    about=About.ATTACHMENT,
    true_while=(attachment_is("refused"),),
    page=_PAGE,
)
ATTACHMENT_ENDED: Final = MailSpec(
    kind="attachment_ended",
    audiences=(Audience.PERSON,),
    about=About.ATTACHMENT,
    true_while=(attachment_is("ended"),),
    page=_PAGE,
)
STATUSES_CHANGED: Final = MailSpec(
    kind="statuses_changed",
    audiences=(Audience.PERSON,),
    about=About.ATTACHMENT,
    true_while=(attachment_is("active"),),
    page=_PAGE,
)
