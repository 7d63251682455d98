"""What the notifier does with enrollment's events about attendance sheets."""

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import people_of_session_id
from services.notifier.domain.mails.session import ATTENDANCE, ATTENDANCE_CORRECTED, CERTIFICATE
from services.notifier.domain.mails.trainer import ATTENDANCE_OVERDUE
from services.notifier.storage import tables
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.about_requests import mail_about, request_of
from services.notifier.use_cases.cancelled_session import GROUPING_DELAY
from services.notifier.use_cases.known import people_with_status
from services.notifier.use_cases.queue_mails import (
    NewMail,
    queue_about_request,
    queue_for_people,
    queue_for_trainers,
)
from shared.contracts.attendance import AttendanceOverdue, SheetSnapshot
from shared.contracts.enrollment import AttendanceRecorded
from shared.messaging.subscriptions import Subscriptions

subscriptions = Subscriptions[Transaction]()
subscriptions.keep(SheetSnapshot, into=tables.sheets)


@subscriptions.on(AttendanceRecorded)
async def when_attendance_is_closed(message: AttendanceRecorded, tx: Transaction) -> None:
    """Send the employers the presences, in one mail for the structure, and the person where the certificate is."""
    request = await request_of(tx, message.enrollment)
    presences = {str(slot.slot_id): slot.present for slot in message.slots}
    excused = sum(bool(slot.excused) and not slot.present for slot in message.slots)
    await tx.copies.set_attendance(request.id, presences, excused=excused)
    facts = {"corrected": message.corrected}
    if message.attended:
        await queue_about_request(tx, mail_about(CERTIFICATE, message, facts), request)
    elif message.corrected:
        await queue_about_request(tx, mail_about(ATTENDANCE_CORRECTED, message), request)
    sheet = NewMail(
        spec=ATTENDANCE,
        cause=f"{message.wire_name}:{request.id}:{request.version}",
        subject_id=people_of_session_id(session_id=request.session_id, structure_id=request.structure_id),
        facts={"session_id": str(request.session_id), "structure_id": str(request.structure_id), **facts},
        delay=GROUPING_DELAY,
    )
    employers = await people_with_status(tx, request.structure_id, Audience.EMPLOYER)
    await queue_for_people(tx, sheet, Audience.EMPLOYER, employers)


@subscriptions.on(AttendanceOverdue)
async def when_attendance_is_overdue(message: AttendanceOverdue, tx: Transaction) -> None:
    """Remind the trainers, or the desk if there is none."""
    mail = mail_about(ATTENDANCE_OVERDUE, message, {"ended_at": message.ended_at.isoformat()})
    await queue_for_trainers(tx, mail, message.session_id)
