"""Mails about a session: its dates, and who was there."""

from typing import Final

from services.notifier.domain.kinds import Audience, Kind
from services.notifier.domain.mails.conditions import (
    ALWAYS,
    PERSON_WAS_PRESENT,
    REQUEST_IS_OPEN,
    SESSION_IS_SCHEDULED,
)
from services.notifier.domain.mails.spec import About, CalendarEffect, MailSpec

_PAGE: Final = "sessions/{session}"

SPECS: Final = (
    MailSpec(
        kind=Kind.SESSION_MOVED,
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        true_while=(REQUEST_IS_OPEN, SESSION_IS_SCHEDULED),
        page=_PAGE,
        calendar=CalendarEffect.PUTS,
        newest_only=True,
    ),
    MailSpec(
        kind=Kind.SESSION_CANCELLED,
        audiences=(Audience.PERSON, Audience.EMPLOYER),
        about=About.REQUEST,
        # the cancellation may be known from enrollment before the catalogue's event, and it is final
        true_while=ALWAYS,
        page=_PAGE,
        calendar=CalendarEffect.CANCELS,
    ),
    MailSpec(
        kind=Kind.ATTENDANCE,
        audiences=(Audience.EMPLOYER,),
        about=About.ATTENDANCE_SHEET,
        true_while=ALWAYS,
        page=_PAGE,
        newest_only=True,
    ),
    MailSpec(
        kind=Kind.CERTIFICATE,
        audiences=(Audience.PERSON,),
        about=About.REQUEST,
        true_while=(PERSON_WAS_PRESENT,),
        page="demandes/{subject}",
        certificate=True,
    ),
)
