"""Mails about the attachment of a person to a structure."""

from typing import Final

from services.notifier.domain.kinds import Audience, Kind
from services.notifier.domain.mails.conditions import attachment_is
from services.notifier.domain.mails.spec import About, MailSpec

_PAGE: Final = "rattachements/{subject}"

SPECS: Final = (
    MailSpec(
        kind=Kind.ATTACHMENT_REQUESTED,
        audiences=(Audience.REFERENT, Audience.DESK),
        about=About.ATTACHMENT,
        true_while=(attachment_is("requested"),),
        page=_PAGE,
    ),
    MailSpec(
        kind=Kind.ATTACHMENT_CONFIRMED,
        audiences=(Audience.PERSON,),
        about=About.ATTACHMENT,
        true_while=(attachment_is("active"),),
        page=_PAGE,
    ),
    MailSpec(
        kind=Kind.ATTACHMENT_REFUSED,
        audiences=(Audience.PERSON,),
        about=About.ATTACHMENT,
        true_while=(attachment_is("refused"),),
        page=_PAGE,
    ),
    MailSpec(
        kind=Kind.ATTACHMENT_ENDED,
        audiences=(Audience.PERSON,),
        about=About.ATTACHMENT,
        true_while=(attachment_is("ended"),),
        page=_PAGE,
    ),
    MailSpec(
        kind=Kind.STATUSES_CHANGED,
        audiences=(Audience.PERSON,),
        about=About.ATTACHMENT,
        true_while=(attachment_is("active"),),
        page=_PAGE,
    ),
)
