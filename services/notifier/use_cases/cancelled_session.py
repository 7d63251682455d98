"""The mails about a cancelled session, for which two events call: the catalogue's and enrollment's."""

from datetime import timedelta
from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import Enrollment, Session, people_of_session_id
from services.notifier.domain.mails.session import SESSION_CANCELLED, SESSION_CANCELLED_PEOPLE
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.known import known_account, known_session, people_with_status, require_all_about
from services.notifier.use_cases.queue_mails import NewMail, queue_for_people

GROUPING_DELAY: Final = timedelta(seconds=10)
"""Events that touch several people arrive one by one: the employers' mail waits until all have arrived."""


async def tell_of_cancelled_session(tx: Transaction, request: Enrollment, reason: str) -> None:
    """Tell the person, and once for all people of the structure the employers.

    The causes are the same for both events, so that only the first of them queues the mails. A session that was put
    back can be cancelled again, which is another cause.
    """
    await require_all_about(tx, request)
    session = await known_session(tx, request.session_id)
    await tx.copies.end_with_session(request.id, session.reinstated)
    mail = NewMail(
        spec=SESSION_CANCELLED,
        cause=f"session cancelled:{session.reinstated}:{request.id}",
        subject_id=request.id,
        facts={"reason": reason},
    )
    await queue_for_people(tx, mail, Audience.PERSON, [await known_account(tx, request.account_id)])
    employers = await people_with_status(tx, request.structure_id, Audience.EMPLOYER)
    others = [employer for employer in employers if employer.id != request.account_id]
    await queue_for_people(tx, _for_employers(request, session, reason), Audience.EMPLOYER, others)


def _for_employers(request: Enrollment, session: Session, reason: str) -> NewMail:
    subject_id = people_of_session_id(session_id=session.id, structure_id=request.structure_id)
    facts = {
        "session_id": str(session.id),
        "structure_id": str(request.structure_id),
        "cancellation": session.reinstated,
        "reason": reason,
    }
    return NewMail(
        spec=SESSION_CANCELLED_PEOPLE,
        cause=f"session cancelled:{session.reinstated}:{subject_id}",
        subject_id=subject_id,
        facts=facts,
        delay=GROUPING_DELAY,
    )
