"""Record the presences of each slot, then close the attendance sheet.

The closing publishes the attendance of each person, so that their employer is informed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, TypedDict
from uuid import UUID

from services.enrollment.domain import decisions
from services.enrollment.domain.attendance import (
    Attendance,
    RecordedMeanwhile,
    Slot,
    UndecidedPeople,
    attendance_until,
    attendances_of,
    closable,
    recordable,
    recorded_by_other,
    wrong_arrival,
)
from services.enrollment.domain.decisions import ByTrainer
from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.facts import AttendanceRecorded, Cancelled, SheetBegun, SheetClosed
from services.enrollment.domain.offers import OwnRequest
from services.enrollment.domain.states import Approval
from services.enrollment.storage.access import Actor
from services.enrollment.storage.attendance import NewPresence, Participant, RecordedPresence
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.load import load_locked_training
from services.enrollment.use_cases.record import record
from services.enrollment.use_cases.sheet import (
    LockedSheet,
    Sheet,
    holds_a_seat,
    is_undecided,
    open_sheet,
    presences_by_slot,
    sheet,
    was_expected,
)
from shared.errors import NotFound, WrongField, refuse

NOT_VALIDATED: Final = "La session a eu lieu ; l'inscription n'avait pas été validée."
WITHOUT_SEAT: Final = "La session a eu lieu sans qu'une place se libère."
WITHOUT_AGREEMENT: Final = "La session a eu lieu avant une décision de l'employeur."
"""For every reader: the person, the employers, the trainers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of a request that holds a seat and that nobody has validated."""

    act: Literal["validate", "cancel"]
    reason: str | None


class _Closing(TypedDict):
    """Who closes a sheet, when and why: the arguments of every move that the closing makes."""

    by: UUID
    at: datetime
    acting_as: ByTrainer
    note: str | None


async def record_presences(
    tx: Transaction,
    session_id: UUID,
    slot_id: UUID,
    added: Sequence[NewPresence],
    *,
    seen: Mapping[UUID, datetime | None],
    actor: Actor,
    now: datetime,
    reason: str | None,
) -> Sheet:
    """Store presences of one slot, from its day on. Requests that are not in `added` keep their presence.

    `seen`: when the presence that the person saw was recorded, None if there was none. Raises RecordedMeanwhile.
    """
    opened = await open_sheet(tx, session_id, actor, reason)
    slot = next((slot for slot in opened.plan.slots if slot.id == slot_id), None)
    if slot is None:
        raise NotFound
    recordable(slot, now=now)
    on_sheet = {each.enrollment.id for each in await tx.sheets.people(session_id) if was_expected(each, slot)}
    refuse(
        [
            (f"presences.{place}.enrollment_id", "Cette personne n'est pas inscrite.")
            for place, each in enumerate(added)
            if each.enrollment_id not in on_sheet
        ]
        + wrong_arrivals("presences", added, [slot])
    )
    recorded = {
        request: of_request[slot_id]
        for request, of_request in (await tx.sheets.presences(session_id)).items()
        if slot_id in of_request
    }
    _not_recorded_meanwhile(added, seen, recorded, by=actor.account_id)
    changed = [each for each in (_kept(each, recorded.get(each.enrollment_id)) for each in added) if each is not None]
    await tx.sheets.record(changed, by=actor.account_id, at=now, note=reason)
    if opened.plan.version == 0 and changed:
        await tx.sheets.begin(session_id)
        begun = SheetBegun(session_id=session_id, version=1, begun_by=actor.account_id)
        await record(tx, [begun], now=now)
    return await sheet(tx, session_id, actor=actor)


def _not_recorded_meanwhile(
    added: Sequence[NewPresence],
    seen: Mapping[UUID, datetime | None],
    recorded: Mapping[UUID, RecordedPresence],
    *,
    by: UUID,
) -> None:
    """Raise RecordedMeanwhile if somebody else recorded another presence since the person read the sheet."""
    others = {
        each.enrollment_id: recorded[each.enrollment_id]
        for each in added
        if each.enrollment_id in seen and each.enrollment_id in recorded
    }
    sentences = {
        each.enrollment_id: recorded_by_other(
            other.presence.status,
            name=f"{other.recorded_by.first_name} {other.recorded_by.last_name}",
            at=other.recorded_at,
        )
        for each in added
        if (other := others.get(each.enrollment_id))
        and other.recorded_at != seen[each.enrollment_id]
        and other.recorded_by.id != by
        and other.presence.status is not each.presence.status
    }
    if sentences:
        raise RecordedMeanwhile(sentences)


def _kept(added: NewPresence, recorded: RecordedPresence | None) -> NewPresence | None:
    """The presence with the remark that it keeps; None if all of it is recorded already."""
    if recorded is None:
        return added
    remark = recorded.remark if added.keeps_remark else added.remark
    is_same = (added.presence, remark) == (recorded.presence, recorded.remark)
    return None if is_same else replace(added, remark=remark)


def wrong_arrivals(field: str, added: Sequence[NewPresence], slots: Iterable[Slot]) -> list[WrongField]:
    """What is wrong with the arrivals of presences, all of which are of these slots."""
    by_id = {slot.id: slot for slot in slots}
    sentences = [wrong_arrival(each.presence, by_id[each.presence.slot_id]) for each in added]
    return [(f"{field}.{place}.arrived_at", sentence) for place, sentence in enumerate(sentences) if sentence]


async def close(
    tx: Transaction,
    session_id: UUID,
    outcomes: Mapping[UUID, Outcome],
    *,
    actor: Actor,
    now: datetime,
    reason: str | None,
) -> Sheet:
    """Close the sheet: it becomes the attendance of everybody who holds a seat.

    `outcomes` says what becomes of each of them whom nobody has validated. The other open requests are cancelled, so
    that these people may request another session of the training. Raises UndecidedPeople.
    """
    opened = await open_sheet(tx, session_id, actor, reason)
    closable(opened.plan.slots, now=now)
    people = await tx.sheets.people(session_id)
    _decided(people, outcomes, actor)
    closing = _Closing(by=actor.account_id, at=now, acting_as=opened.acting_as, note=reason)
    cancelled = [
        decisions.cancel(
            each.enrollment,
            by=actor.account_id,
            at=now,
            reason=outcomes[each.enrollment.id].reason or NOT_VALIDATED,
            acting_as=opened.acting_as,
        )
        for each in people
        if is_undecided(each.enrollment) and outcomes[each.enrollment.id].act == "cancel"
    ]
    gone = {fact.enrollment.id for fact in cancelled}
    present = [each.enrollment for each in people if holds_a_seat(each.enrollment) and each.enrollment.id not in gone]
    left_early = [each.enrollment for each in people if each.gave_up_at is not None]
    recorded = await _attendances(tx, opened, present, left_early, closing)
    ended = await _left_over(tx, session_id, {each.enrollment.id for each in people}, now=now)
    training = await load_locked_training(tx, opened.training_id, opened.locked, now=now)
    version = opened.plan.version + 1
    await tx.sheets.change(
        session_id, "close", version=version, by=actor.account_id, acting_as=opened.acting_as, at=now, note=reason
    )
    closed = SheetClosed(session_id=session_id, version=version, closed_by=actor.account_id)
    await record(tx, [*recorded, *training.close_attendance(session_id, [*cancelled, *ended]), closed], now=now)
    return await sheet(tx, session_id, actor=actor)


def _decided(people: Sequence[Participant], outcomes: Mapping[UUID, Outcome], actor: Actor) -> None:
    """Raise UndecidedPeople unless each undecided person has an outcome, and nobody validates their own request."""
    undecided = {each.enrollment.id: each for each in people if is_undecided(each.enrollment)}
    refuse(
        [
            (f"undecided.{place}.enrollment_id", "Cette personne n'attend pas de validation.")
            for place, request in enumerate(outcomes)
            if request not in undecided
        ]
    )
    left = {request: each.full_name for request, each in undecided.items() if request not in outcomes}
    if left:
        raise UndecidedPeople(left)
    own = {request for request, each in undecided.items() if each.enrollment.account_id == actor.account_id}
    if any(outcomes[request].act == "validate" for request in own):
        raise OwnRequest


async def _attendances(
    tx: Transaction,
    opened: LockedSheet,
    present: Sequence[Enrollment],
    left_early: Sequence[Enrollment],
    closing: _Closing,
) -> list[AttendanceRecorded]:
    """The attendance of each person who held a seat, and of those who gave up after they had been there.

    After a reopening, only of those for whom it has changed.
    """
    presences = presences_by_slot(await tx.sheets.presences(opened.session.id))
    whole = attendances_of(opened.slot_ids, presences, [enrollment.id for enrollment in present])
    until = {each.id: attendance_until(opened.slot_ids, presences.get(each.id, {})) for each in left_early}
    attendances = {**whole, **{request: attendance for request, attendance in until.items() if attendance}}
    return [
        _attendance(enrollment, attendances[enrollment.id], closing)
        for enrollment in [*present, *left_early]
        if enrollment.id in attendances and enrollment.attendance != attendances[enrollment.id]
    ]


def _attendance(enrollment: Enrollment, attendance: Attendance, closing: _Closing) -> AttendanceRecorded:
    if enrollment.attendance is not None:
        return decisions.correct(enrollment, attendance, **closing)
    if enrollment.approval in {Approval.VALIDATED, Approval.ABANDONED}:
        return decisions.attend(enrollment, attendance, **closing)
    validated = decisions.validate(enrollment, rank=None, **closing)
    attended = decisions.attend(validated.enrollment, attendance, **closing)
    return AttendanceRecorded(
        enrollment=attended.enrollment, lines=(*validated.lines, *attended.lines), attendance=attendance
    )


async def _left_over(tx: Transaction, session_id: UUID, on_sheet: set[UUID], *, now: datetime) -> list[Cancelled]:
    """Cancel the open requests of the session that hold no seat: time has decided about them."""
    keys = [key.id for key in await tx.enrollments.open_of_session(session_id) if key.id not in on_sheet]
    return [
        decisions.cancel(
            enrollment,
            by=None,
            at=now,
            reason=WITHOUT_AGREEMENT if enrollment.approval is Approval.AWAITING_EMPLOYER else WITHOUT_SEAT,
            acting_as="clock",
        )
        for enrollment in await tx.enrollments.some(keys)
    ]
