"""Mails about a request, from the cart to the decisions."""

from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.conditions import (
    A_REQUEST_OF_THE_CART_IS_OPEN,
    PERSON_HAS_CALENDAR_ENTRIES,
    REQUEST_IS_OPEN,
    request_is,
    seat_is_still,
)
from services.notifier.domain.mails.spec import About, CalendarEffect, MailSpec

_PAGE: Final = "demandes/{subject}"

REQUEST_TO_DECIDE: Final = MailSpec(
    kind="request_to_decide",
    audiences=(Audience.EMPLOYER, Audience.REFERENT, Audience.DESK),
    about=About.REQUEST,
    true_while=(request_is("awaiting_employer"),),
    page=_PAGE,
)
REQUEST_RECEIPT: Final = MailSpec(
    kind="request_receipt",
    audiences=(Audience.PERSON,),
    about=About.CART,
    true_while=(A_REQUEST_OF_THE_CART_IS_OPEN,),
    page="demandes",
)
ACCEPTED: Final = MailSpec(
    kind="accepted",
    audiences=(Audience.PERSON,),
    about=About.REQUEST,
    true_while=(REQUEST_IS_OPEN, seat_is_still("held", "queued")),
    page=_PAGE,
)
REQUEST_TO_VALIDATE: Final = MailSpec(
    kind="request_to_validate",
    audiences=(Audience.TRAINER,),
    about=About.REQUEST,
    true_while=(request_is("awaiting_trainer"), seat_is_still("held")),
    page=_PAGE,
)
REFUSED: Final = MailSpec(
    kind="refused",
    audiences=(Audience.PERSON, Audience.EMPLOYER),
    about=About.REQUEST,
    true_while=(request_is("refused"),),
    page=_PAGE,
)
DECLINED: Final = MailSpec(
    kind="declined",
    audiences=(Audience.PERSON, Audience.EMPLOYER),
    about=About.REQUEST,
    true_while=(request_is("declined"),),
    page=_PAGE,
)
EXPIRED: Final = MailSpec(
    kind="expired",
    audiences=(Audience.PERSON, Audience.EMPLOYER),
    about=About.REQUEST,
    true_while=(request_is("expired"),),
    page=_PAGE,
)
QUESTION: Final = MailSpec(
    kind="question",
    audiences=(Audience.PERSON,),
    about=About.REQUEST,
    true_while=(request_is("awaiting_beneficiary"),),
    page=_PAGE,
)
ANSWER: Final = MailSpec(
    kind="answer",
    audiences=(Audience.TRAINER,),
    about=About.REQUEST,
    true_while=(request_is("awaiting_trainer"),),
    page=_PAGE,
)
PROMOTED: Final = MailSpec(
    kind="promoted",
    audiences=(Audience.PERSON, Audience.EMPLOYER),
    about=About.REQUEST,
    true_while=(REQUEST_IS_OPEN, seat_is_still("held")),
    page=_PAGE,
    calendar=CalendarEffect.PUTS,
)
VALIDATED: Final = MailSpec(
    kind="validated",
    audiences=(Audience.PERSON, Audience.EMPLOYER),
    about=About.REQUEST,
    true_while=(request_is("validated"), seat_is_still("held", "queued")),
    page=_PAGE,
    calendar=CalendarEffect.PUTS,
)
WITHDRAWN: Final = MailSpec(
    kind="withdrawn",
    audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
    about=About.REQUEST,
    true_while=(request_is("withdrawn"), PERSON_HAS_CALENDAR_ENTRIES),
    page=_PAGE,
    calendar=CalendarEffect.CANCELS,
)
CANCELLED: Final = MailSpec(
    kind="cancelled",
    audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
    about=About.REQUEST,
    true_while=(request_is("cancelled"),),
    page=_PAGE,
    calendar=CalendarEffect.CANCELS,
)
