"""Mails about a request, from the cart to the decisions."""

from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.conditions import (
    REQUEST_IS_OPEN,
    TRAINER_KNOWS_OF_THE_PERSON,
    request_is,
    seat_is_still,
    some_request_is,
)
from services.notifier.domain.mails.spec import About, CalendarEffect, MailSpec

_PAGE: Final = "demandes/{subject}"

REQUEST_TO_DECIDE: Final = MailSpec(
    kind="request_to_decide",
    label="Demande à décider",
    audiences=(Audience.EMPLOYER, Audience.REFERENT, Audience.DESK),
    about=About.REQUEST,
    true_while=(request_is("awaiting_employer"),),
    page=_PAGE,
    motivation=True,
)
REQUESTS_TO_DECIDE: Final = MailSpec(
    kind="requests_to_decide",
    label="Demandes en attente d'une décision",
    audiences=(Audience.EMPLOYER, Audience.REFERENT, Audience.DESK),
    about=About.FACTS,
    true_while=(some_request_is("awaiting_employer"),),
    page="structure/demandes",
    pages={Audience.DESK: "agence/demandes?etat=awaiting_employer"},
)
REQUEST_RECEIPT: Final = MailSpec(
    kind="request_receipt",
    label="Demande enregistrée",
    audiences=(Audience.PERSON,),
    about=About.CART,
    true_while=(some_request_is("awaiting_employer"),),
    page="demandes",
)
ACCEPTED: Final = MailSpec(
    kind="accepted",
    label="Demande acceptée",
    audiences=(Audience.PERSON, Audience.EMPLOYER),
    about=About.REQUEST,
    true_while=(REQUEST_IS_OPEN, seat_is_still("held", "queued")),
    page=_PAGE,
)
REQUEST_TO_VALIDATE: Final = MailSpec(
    kind="request_to_validate",
    label="Pré-inscription à valider",
    audiences=(Audience.TRAINER, Audience.DESK),
    about=About.REQUEST,
    true_while=(request_is("awaiting_trainer"), seat_is_still("held")),
    page=_PAGE,
    motivation=True,
)
REFUSED: Final = MailSpec(
    kind="refused",
    label="Demande refusée",
    audiences=(Audience.PERSON, Audience.EMPLOYER),
    about=About.REQUEST,
    true_while=(request_is("refused"),),
    page=_PAGE,
)
DECLINED: Final = MailSpec(
    kind="declined",
    label="Demande déclinée",
    audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
    about=About.REQUEST,
    true_while=(request_is("declined"), TRAINER_KNOWS_OF_THE_PERSON),
    page=_PAGE,
)
EXPIRED: Final = MailSpec(
    kind="expired",
    label="Demande sans réponse",
    audiences=(Audience.PERSON, Audience.EMPLOYER),
    about=About.REQUEST,
    true_while=(request_is("expired"),),
    page=_PAGE,
)
QUESTION: Final = MailSpec(
    kind="question",
    label="Question",
    audiences=(Audience.PERSON, Audience.TRAINER),
    about=About.REQUEST,
    true_while=(request_is("awaiting_beneficiary"), TRAINER_KNOWS_OF_THE_PERSON),
    page=_PAGE,
)
ANSWER: Final = MailSpec(
    kind="answer",
    label="Réponse à une question",
    audiences=(Audience.TRAINER, Audience.DESK),
    about=About.REQUEST,
    true_while=(request_is("awaiting_trainer"),),
    page=_PAGE,
    motivation=True,
)
PROMOTED: Final = MailSpec(
    kind="promoted",
    label="Place libérée",
    audiences=(Audience.PERSON, Audience.EMPLOYER),
    about=About.REQUEST,
    true_while=(REQUEST_IS_OPEN, seat_is_still("held")),
    page=_PAGE,
    calendar=CalendarEffect.PUTS,
)
VALIDATED: Final = MailSpec(
    kind="validated",
    label="Demande validée",
    audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
    about=About.REQUEST,
    true_while=(request_is("validated"), seat_is_still("held", "queued"), TRAINER_KNOWS_OF_THE_PERSON),
    page=_PAGE,
    calendar=CalendarEffect.PUTS,
)
WITHDRAWN: Final = MailSpec(
    kind="withdrawn",
    label="Désistement",
    audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
    about=About.REQUEST,
    true_while=(request_is("withdrawn"), TRAINER_KNOWS_OF_THE_PERSON),
    page=_PAGE,
    calendar=CalendarEffect.CANCELS,
)
ABANDONED: Final = MailSpec(
    kind="abandoned",
    label="Abandon",
    audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
    about=About.REQUEST,
    true_while=(request_is("abandoned"), TRAINER_KNOWS_OF_THE_PERSON),
    page=_PAGE,
    calendar=CalendarEffect.CANCELS,
)
CANCELLED: Final = MailSpec(
    kind="cancelled",
    label="Demande annulée",
    audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
    about=About.REQUEST,
    true_while=(request_is("cancelled"), TRAINER_KNOWS_OF_THE_PERSON),
    page=_PAGE,
    calendar=CalendarEffect.CANCELS,
)
CANCELLED_TOGETHER: Final = MailSpec(
    kind="cancelled_together",
    label="Demandes annulées ensemble",
    audiences=(Audience.PERSON, Audience.EMPLOYER, Audience.TRAINER),
    about=About.FACTS,
    true_while=(TRAINER_KNOWS_OF_THE_PERSON, some_request_is("cancelled")),
    page="demandes",
    pages={
        Audience.EMPLOYER: "structure/demandes?etat=cancelled",
        Audience.TRAINER: "formateur/demandes?etat=cancelled",
    },
    calendar=CalendarEffect.CANCELS,
)
