"""What the worker measures of seats and queues for `/metrics`."""

from typing import Final

from sqlalchemy import BigInteger, cast, func, select

from services.enrollment.storage.conditions import IS_QUEUED, word
from services.enrollment.storage.tables import enrollments, sessions
from shared.messaging.measures import Measure

_IS_TO_COME: Final = (sessions.c.state == word("scheduled")) & (sessions.c.starts_at > func.now())
_QUEUED: Final = (
    select(func.count())
    .select_from(enrollments.join(sessions, sessions.c.id == enrollments.c.session_id))
    .where(IS_QUEUED, _IS_TO_COME)
    .scalar_subquery()
)

MEASURES: Final = (
    Measure(
        statement=select(
            func.count().label("sessions_to_come"),
            cast(func.coalesce(func.sum(sessions.c.capacity), 0), BigInteger).label("seats_offered"),
            cast(func.coalesce(func.sum(sessions.c.held), 0), BigInteger).label("seats_taken"),
            _QUEUED.label("requests_queued"),
        ).where(_IS_TO_COME),
        gauges={
            "sessions_to_come": "Sessions that are scheduled and have not begun",
            "seats_offered": "The capacity of all of them",
            "seats_taken": "Seats that people hold in them",
            "requests_queued": "Requests that wait for a seat in them",
        },
    ),
)
