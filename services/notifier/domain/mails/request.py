"""Mails about a request, from the cart to the decisions."""

from typing import Final

from services.notifier.domain.kinds import Audience, Kind
from services.notifier.domain.mails.conditions import (
    A_REQUEST_OF_THE_CART_IS_OPEN,
    PERSON_HAS_CALENDAR_ENTRIES,
    REQUEST_IS_OPEN,
    request_is,
    seat_is_still,
)
from services.notifier.domain.mails.spec import About, CalendarEffect, MailSpec

_PAGE: Final = "demandes/{subject}"

SPECS: Final = (
    MailSpec(
        kind=Kind.REQUEST_TO_DECIDE,
        audiences=(Audience.EMPLOYER, Audience.REFERENT, Audience.DESK),
        about=About.REQUEST,
        true_while=(request_is("awaiting_employer"),),
        page=_PAGE,
    ),
    MailSpec(
        kind=Kind.REQUEST_RECEIPT,
        audiences=(Audience.PERSON,),
        about=About.CART,
        true_while=(A_REQUEST_OF_THE_CART_IS_OPEN,),
        page="demandes",
    ),
    MailSpec(
        kind=Kind.ACCEPTED,
        audiences=(Audience.PERSON,),
        about=About.REQUEST,
        true_while=(REQUEST_IS_OPEN, seat_is_still("held", "queued")),
        page=_PAGE,
    ),
    MailSpec(
        kind=Kind.REQUEST_TO_VALIDATE,
        audiences=(Audience.TRAINER,),
        about=About.REQUEST,
        true_while=(request_is("awaiting_trainer"), seat_is_still("held")),
        page=_PAGE,
    ),
    MailSpec(
        kind=Kind.REFUSED,
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        true_while=(request_is("refused"),),
        page=_PAGE,
    ),
    MailSpec(
        kind=Kind.DECLINED,
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        true_while=(request_is("declined"),),
        page=_PAGE,
    ),
    MailSpec(
        kind=Kind.EXPIRED,
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        true_while=(request_is("expired"),),
        page=_PAGE,
    ),
    MailSpec(
        kind=Kind.QUESTION,
        audiences=(Audience.PERSON,),
        about=About.REQUEST,
        true_while=(request_is("awaiting_beneficiary"),),
        page=_PAGE,
    ),
    MailSpec(
        kind=Kind.ANSWER,
        audiences=(Audience.TRAINER,),
        about=About.REQUEST,
        true_while=(request_is("awaiting_trainer"),),
        page=_PAGE,
    ),
    MailSpec(
        kind=Kind.PROMOTED,
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        true_while=(REQUEST_IS_OPEN, seat_is_still("held")),
        page=_PAGE,
        calendar=CalendarEffect.PUTS,
    ),
    MailSpec(
        kind=Kind.VALIDATED,
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        true_while=(request_is("validated"), seat_is_still("held", "queued")),
        page=_PAGE,
        calendar=CalendarEffect.PUTS,
    ),
    MailSpec(
        kind=Kind.WITHDRAWN,
        audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
        about=About.REQUEST,
        true_while=(request_is("withdrawn"), PERSON_HAS_CALENDAR_ENTRIES),
        page=_PAGE,
        calendar=CalendarEffect.CANCELS,
    ),
    MailSpec(
        kind=Kind.CANCELLED,
        audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
        about=About.REQUEST,
        true_while=(request_is("cancelled"),),
        page=_PAGE,
        calendar=CalendarEffect.CANCELS,
    ),
)
