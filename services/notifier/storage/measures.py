"""What the worker measures in the table of mails for `/metrics`."""

from datetime import timedelta
from typing import Final

from sqlalchemy import Float, Interval, case, cast, func, literal, literal_column, select

from services.notifier.storage.queue import IS_OPEN
from services.notifier.storage.tables import mails
from shared.messaging.measures import Measure

_IS_DUE: Final = mails.c.next_at <= func.now()
_WAITING: Final = (
    select(
        # a mail that a worker sends now has its lease, which is over soon
        case(
            (_IS_DUE, literal_column("'due'")),
            (mails.c.attempts > 0, literal_column("'tried'")),
            else_=literal_column("'later'"),
        ).label("state"),
        case((_IS_DUE, mails.c.next_at), else_=mails.c.created_at).label("since"),
    )
    .where(IS_OPEN)
    .subquery("waiting")
)
_AGE: Final = func.extract("epoch", func.now() - func.min(_WAITING.c.since))
_DAY: Final = literal(timedelta(days=1), Interval)

MEASURES: Final = (
    Measure(
        statement=select(
            _WAITING.c.state,
            func.count().label("mails_waiting"),
            cast(_AGE, Float).label("mails_oldest_seconds"),
        ).group_by(_WAITING.c.state),
        gauges={
            "mails_waiting": "Mails that are to be sent: due now, tried and due again later, or due later",
            "mails_oldest_seconds": "For how long the oldest has been due or, if it is not due now, has been there",
        },
        states=("due", "tried", "later"),
    ),
    # those of a day: to count all would take longer each year
    Measure(
        statement=select(mails.c.status.label("state"), func.count().label("mails_of_a_day"))
        .where(mails.c.created_at > func.now() - _DAY)
        .group_by(mails.c.status),
        gauges={"mails_of_a_day": "Mails of the last 24 hours by what became of them"},
        states=("pending", "sent", "unknown", "failed", "dropped"),
    ),
)
