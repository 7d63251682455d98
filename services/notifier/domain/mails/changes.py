"""Mails about a request that was put right, moved or reminded of, and about proposals."""

from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.conditions import (
    ALWAYS,
    LINK_IS_VALID,
    REQUEST_IS_OPEN,
    REQUEST_IS_STILL_AS_ANNOUNCED,
    SESSION_IS_SCHEDULED,
    SOME_REQUEST_IS_OPEN,
    TRAINER_KNOWS_OF_THE_PERSON,
    request_is,
)
from services.notifier.domain.mails.spec import About, CalendarEffect, MailSpec

_PAGE: Final = "demandes/{subject}"

DECISION_UNDONE: Final = MailSpec(
    kind="decision_undone",
    label="Décision reprise",
    audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
    about=About.REQUEST,
    true_while=(REQUEST_IS_STILL_AS_ANNOUNCED, TRAINER_KNOWS_OF_THE_PERSON),
    page=_PAGE,
    calendar=CalendarEffect.PUTS,
)
REOPENED: Final = MailSpec(
    kind="reopened",
    label="Demande rouverte",
    audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
    about=About.REQUEST,
    true_while=(REQUEST_IS_OPEN,),
    page=_PAGE,
    calendar=CalendarEffect.PUTS,
)
TRANSFERRED: Final = MailSpec(
    kind="transferred",
    label="Demande passée à une autre session",
    audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
    about=About.REQUEST,
    true_while=(REQUEST_IS_OPEN,),
    page=_PAGE,
    calendar=CalendarEffect.PUTS,
)
LEFT_SESSION: Final = MailSpec(
    kind="left_session",
    label="Personne passée à une autre session",
    audiences=(Audience.TRAINER,),
    about=About.FACTS,
    true_while=(TRAINER_KNOWS_OF_THE_PERSON,),
    page="formateur/sessions/{session}",
)
REMINDER_TO_DECIDE: Final = MailSpec(
    kind="reminder_to_decide",
    label="Rappel : demande à décider",
    audiences=(Audience.EMPLOYER, Audience.REFERENT, Audience.DESK),
    about=About.REQUEST,
    true_while=(request_is("awaiting_employer"),),
    page=_PAGE,
    newest_only=True,
    motivation=True,
)
REMINDER_TO_VALIDATE: Final = MailSpec(
    kind="reminder_to_validate",
    label="Rappel : pré-inscription à valider",
    audiences=(Audience.TRAINER, Audience.DESK),
    about=About.REQUEST,
    true_while=(request_is("awaiting_trainer"),),
    page=_PAGE,
    newest_only=True,
    motivation=True,
)
REMINDER_TO_ANSWER: Final = MailSpec(
    kind="reminder_to_answer",
    label="Rappel : question sans réponse",
    audiences=(Audience.PERSON,),
    about=About.REQUEST,
    true_while=(request_is("awaiting_beneficiary"),),
    page=_PAGE,
    newest_only=True,
)
PROPOSAL: Final = MailSpec(
    kind="proposal",
    label="Session proposée",
    audiences=(Audience.PERSON,),
    about=About.FACTS,
    true_while=(LINK_IS_VALID, SESSION_IS_SCHEDULED),
    page="propositions/{subject}",
)
PROPOSAL_DECLINED: Final = MailSpec(
    kind="proposal_declined",
    label="Proposition déclinée",
    audiences=(Audience.PROPOSER,),
    about=About.FACTS,
    true_while=ALWAYS,
    page="sessions/{session}",
)
REQUESTS_LEFT_OPEN: Final = MailSpec(
    kind="requests_left_open",
    label="Demandes restées ouvertes",
    audiences=(Audience.REFERENT, Audience.DESK),
    about=About.FACTS,
    true_while=(SOME_REQUEST_IS_OPEN,),
    page="structure/demandes-ouvertes/{subject}",
    pages={Audience.DESK: "agence/demandes-ouvertes/{subject}"},
)
