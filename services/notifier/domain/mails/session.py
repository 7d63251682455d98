"""Mails to people and employers about a session: its dates, and who was there."""

from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.conditions import (
    ALWAYS,
    PERSON_WAS_PRESENT,
    REQUEST_IS_OPEN,
    SESSION_IS_SCHEDULED,
    SOME_REQUEST_IS_OPEN,
    request_is,
    some_request_is,
)
from services.notifier.domain.mails.spec import About, CalendarEffect, MailSpec

_PAGE: Final = "sessions/{session}"

SESSION_MOVED: Final = MailSpec(
    kind="session_moved",
    label="Session déplacée",
    audiences=(Audience.PERSON,),
    about=About.REQUEST,
    true_while=(REQUEST_IS_OPEN, SESSION_IS_SCHEDULED),
    page=_PAGE,
    newest_only=True,
    calendar=CalendarEffect.PUTS,
)
SESSION_MOVED_PEOPLE: Final = MailSpec(
    kind="session_moved_people",
    label="Session déplacée, personnes de la structure",
    audiences=(Audience.EMPLOYER,),
    about=About.FACTS,
    true_while=(SOME_REQUEST_IS_OPEN, SESSION_IS_SCHEDULED),
    page=_PAGE,
    newest_only=True,
)
# the cancellation may be known from enrollment before the catalogue's event
SESSION_CANCELLED: Final = MailSpec(
    kind="session_cancelled",
    label="Session annulée",
    audiences=(Audience.PERSON,),
    about=About.REQUEST,
    true_while=ALWAYS,
    page=_PAGE,
    calendar=CalendarEffect.CANCELS,
)
SESSION_CANCELLED_PEOPLE: Final = MailSpec(
    kind="session_cancelled_people",
    label="Session annulée, personnes de la structure",
    audiences=(Audience.EMPLOYER,),
    about=About.FACTS,
    true_while=ALWAYS,
    page=_PAGE,
)
SESSION_REINSTATED: Final = MailSpec(
    kind="session_reinstated",
    label="Session rétablie",
    audiences=(Audience.PERSON,),
    about=About.REQUEST,
    true_while=(request_is("cancelled"), SESSION_IS_SCHEDULED),
    page="demandes/{subject}",
    replaces=("session_cancelled",),
)
SESSION_REINSTATED_PEOPLE: Final = MailSpec(
    kind="session_reinstated_people",
    label="Session rétablie, personnes de la structure",
    audiences=(Audience.EMPLOYER,),
    about=About.FACTS,
    true_while=(some_request_is("cancelled"), SESSION_IS_SCHEDULED),
    page=_PAGE,
    replaces=("session_cancelled_people",),
)
SESSION_MESSAGE: Final = MailSpec(
    kind="session_message",
    label="Message aux personnes d'une session",
    audiences=(Audience.PERSON,),
    about=About.SESSION,
    true_while=ALWAYS,
    page=_PAGE,
)
ATTENDANCE: Final = MailSpec(
    kind="attendance",
    label="Présences",
    audiences=(Audience.EMPLOYER,),
    about=About.ATTENDANCE_SHEET,
    true_while=ALWAYS,
    page="structure/presences?session={session}",
    newest_only=True,
    replaces=("attendance",),
)
CERTIFICATE: Final = MailSpec(
    kind="certificate",
    label="Certificat de réalisation",
    audiences=(Audience.PERSON,),
    about=About.REQUEST,
    true_while=(PERSON_WAS_PRESENT,),
    page="demandes/{subject}",
    replaces=("certificate",),
)
ATTENDANCE_CORRECTED: Final = MailSpec(
    kind="attendance_corrected",
    label="Présence rectifiée",
    audiences=(Audience.PERSON,),
    about=About.REQUEST,
    true_while=ALWAYS,
    page="demandes/{subject}",
    newest_only=True,
    replaces=("certificate",),
)
