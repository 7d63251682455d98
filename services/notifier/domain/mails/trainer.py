"""Mails to trainers about their sessions."""

from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.conditions import (
    ALWAYS,
    SESSION_IS_SCHEDULED,
    SHEET_IS_OPEN,
    session_is,
)
from services.notifier.domain.mails.spec import About, CalendarEffect, MailSpec

_PAGE: Final = "formateur/sessions/{session}"

SESSION_GIVEN: Final = MailSpec(
    kind="session_given",
    label="Session confiée",
    audiences=(Audience.TRAINER,),
    about=About.SESSION,
    true_while=(SESSION_IS_SCHEDULED,),
    page=_PAGE,
    calendar=CalendarEffect.PUTS,
)
SESSION_TAKEN: Final = MailSpec(
    kind="session_taken",
    label="Session retirée",
    audiences=(Audience.FORMER_TRAINER,),
    about=About.SESSION,
    true_while=ALWAYS,
    page="sessions/{session}",
    calendar=CalendarEffect.CANCELS,
)
SESSION_MOVED_TRAINER: Final = MailSpec(
    kind="session_moved_trainer",
    label="Session déplacée, formateur",
    audiences=(Audience.TRAINER,),
    about=About.SESSION,
    true_while=(SESSION_IS_SCHEDULED,),
    page=_PAGE,
    newest_only=True,
    calendar=CalendarEffect.PUTS,
)
SESSION_CANCELLED_TRAINER: Final = MailSpec(
    kind="session_cancelled_trainer",
    label="Session annulée, formateur",
    audiences=(Audience.TRAINER,),
    about=About.SESSION,
    true_while=(session_is("cancelled"),),
    page=_PAGE,
    calendar=CalendarEffect.CANCELS,
)
SESSION_REINSTATED_TRAINER: Final = MailSpec(
    kind="session_reinstated_trainer",
    label="Session rétablie, formateur",
    audiences=(Audience.TRAINER,),
    about=About.SESSION,
    true_while=(SESSION_IS_SCHEDULED,),
    page=_PAGE,
    calendar=CalendarEffect.PUTS,
    replaces=("session_cancelled_trainer",),
)
ATTENDANCE_OVERDUE: Final = MailSpec(
    kind="attendance_overdue",
    label="Rappel : émargement à clore",
    audiences=(Audience.TRAINER, Audience.DESK),
    about=About.SESSION,
    true_while=(SESSION_IS_SCHEDULED, SHEET_IS_OPEN),
    page="formateur/sessions/{session}/emargement",
)
