"""Mails about a session: its dates, and who was there."""

from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.conditions import (
    ALWAYS,
    PERSON_WAS_PRESENT,
    REQUEST_IS_OPEN,
    SESSION_IS_SCHEDULED,
)
from services.notifier.domain.mails.spec import About, CalendarEffect, MailSpec

_PAGE: Final = "sessions/{session}"

SESSION_MOVED: Final = MailSpec(
    kind="session_moved",
    audiences=(Audience.PERSON, Audience.EMPLOYER),
    about=About.REQUEST,
    true_while=(REQUEST_IS_OPEN, SESSION_IS_SCHEDULED),
    page=_PAGE,
    calendar=CalendarEffect.PUTS,
    newest_only=True,
)
SESSION_CANCELLED: Final = MailSpec(
    kind="session_cancelled",
    audiences=(Audience.PERSON, Audience.EMPLOYER),
    about=About.REQUEST,
    # the cancellation may be known from enrollment before the catalogue's event, and it is final
    true_while=ALWAYS,
    page=_PAGE,
    calendar=CalendarEffect.CANCELS,
)
ATTENDANCE: Final = MailSpec(
    kind="attendance",
    audiences=(Audience.EMPLOYER,),
    about=About.ATTENDANCE_SHEET,
    true_while=ALWAYS,
    page=_PAGE,
    newest_only=True,
)
CERTIFICATE: Final = MailSpec(
    kind="certificate",
    audiences=(Audience.PERSON,),
    about=About.REQUEST,
    true_while=(PERSON_WAS_PRESENT,),
    page="demandes/{subject}",
    certificate=True,
)
