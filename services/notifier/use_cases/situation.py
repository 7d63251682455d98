"""Loads the current copies that a mail is about, just before it leaves."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never
from uuid import UUID

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import Attachment, RequestLine
from services.notifier.domain.mail import HeldEntries, Mail, Situation
from services.notifier.domain.mails.conditions import TRAINERS
from services.notifier.domain.mails.spec import About, CalendarEffect, MailSpec
from services.notifier.storage.transaction import Transaction


async def situation_of(tx: Transaction, spec: MailSpec, mail: Mail) -> Situation:
    recipient_id = mail.recipient_account_id
    situation = await _subject(tx, spec, mail)
    if spec.newest_only:
        situation = replace(situation, superseded=await tx.queue.has_newer(mail.id))
    if situation.structure is not None and mail.audience is Audience.DESK:
        held = await tx.copies.reachable_statuses(situation.structure.id)
        situation = replace(situation, statuses_held=held)
    if recipient_id is None:
        return situation
    if mail.audience in TRAINERS and spec.about in {About.REQUEST, About.FACTS}:
        situation = await _as_trainers_know(tx, situation, mail.subject_id, recipient_id)
    if spec.replaces:
        replaces = await tx.told.was_sent(mail.subject_id, recipient_id, spec.replaces)
        situation = replace(situation, replaces=replaces)
    situation = replace(situation, recipient=await tx.copies.account(recipient_id))
    if situation.structure is None:
        return situation
    statuses = await tx.copies.statuses(account_id=recipient_id, structure_id=situation.structure.id)
    return replace(situation, recipient_statuses=statuses)


async def _as_trainers_know(tx: Transaction, situation: Situation, subject_id: UUID, trainer_id: UUID) -> Situation:
    """Of several requests, only those in sessions that the trainer still has, and of which the trainer was told."""
    if not situation.lines:
        return replace(situation, was_told=await tx.told.trainer_was_told(subject_id, trainer_id))
    lines = [
        line
        for line in situation.lines
        if trainer_id in line.session.trainer_ids and await tx.told.trainer_was_told(line.enrollment.id, trainer_id)
    ]
    return replace(situation, lines=tuple(lines), was_told=bool(lines))


async def _subject(tx: Transaction, spec: MailSpec, mail: Mail) -> Situation:  # noqa: PLR0911 - a case a subject
    match spec.about:
        case About.NOTHING:
            return Situation()
        case About.ATTACHMENT:
            return await _attachment(tx, spec, mail)
        case About.CART:
            return Situation(lines=await tx.copies.cart(mail.subject_id))
        case About.ATTENDANCE_SHEET:
            return await _attendance_sheet(tx, mail)
        case About.REQUEST:
            return await _request(tx, spec, mail)
        case About.SESSION:
            return await _session(tx, mail)
        case About.FACTS:
            return await _facts(tx, spec, mail)
        case _:
            assert_never(spec.about)


async def _attachment(tx: Transaction, spec: MailSpec, mail: Mail) -> Situation:
    attachment = await tx.copies.attachment(mail.subject_id)
    if attachment is None:
        return Situation()
    situation = Situation(
        attachment=attachment,
        structure=await tx.copies.structure(attachment.structure_id),
        person=await tx.copies.account(attachment.account_id),
    )
    return await _with_included(tx, situation, attachment, spec, mail) if spec.includes else situation


async def _with_included(
    tx: Transaction, situation: Situation, attachment: Attachment, spec: MailSpec, mail: Mail
) -> Situation:
    """The mails to the person about requests that ended with the attachment and that wait still, and these requests."""
    lines: list[RequestLine] = []
    included: list[UUID] = []
    for waiting in await tx.told.waiting_to_say_what_ended(attachment.account_id, spec.includes):
        requests = await tx.copies.requests(waiting.request_ids)
        if all(line.enrollment.structure_id == attachment.structure_id for line in requests):
            included.append(waiting.mail_id)
            lines.extend(requests)
    return replace(
        situation,
        included=tuple(included),
        lines=tuple(lines),
        held_of_lines=await _held(tx, lines, mail),
    )


async def _held(tx: Transaction, lines: Sequence[RequestLine], mail: Mail) -> dict[UUID, HeldEntries]:
    """The calendar entries of each request that the recipient has."""
    return {line.enrollment.id: await tx.calendars.held(line.enrollment.id, mail.calendar_key) for line in lines}


async def _attendance_sheet(tx: Transaction, mail: Mail) -> Situation:
    session_id, structure_id = UUID(mail.facts["session_id"]), UUID(mail.facts["structure_id"])
    return Situation(
        session=await tx.copies.session(session_id),
        structure=await tx.copies.structure(structure_id),
        lines=await tx.copies.attendance_sheet(session_id=session_id, structure_id=structure_id),
    )


async def _request(tx: Transaction, spec: MailSpec, mail: Mail) -> Situation:
    enrollment = await tx.copies.enrollment(mail.subject_id)
    if enrollment is None:
        return Situation()
    other_session = mail.facts.get("from_session_id")
    return Situation(
        enrollment=enrollment,
        session=await tx.copies.session(enrollment.session_id),
        structure=await tx.copies.structure(enrollment.structure_id),
        person=await tx.copies.account(enrollment.account_id),
        held=await tx.calendars.held(enrollment.id, mail.calendar_key),
        occupancy=await tx.copies.occupancy(enrollment.session_id),
        other_session=None if other_session is None else await tx.copies.session(UUID(other_session)),
        motivation=await tx.motivations.of(enrollment.id) if spec.motivation else None,
        proposal=await tx.told.proposal_of(enrollment.id) if spec.motivation else None,
    )


async def _session(tx: Transaction, mail: Mail) -> Situation:
    session_id = mail.subject_id
    return Situation(
        session=await tx.copies.session(session_id),
        held=await tx.calendars.held(session_id, mail.calendar_key),
        occupancy=await tx.copies.occupancy(session_id),
        sheet_closed=await tx.copies.sheet_is_closed(session_id),
        lines=await _lines(tx, mail),
    )


async def _facts(tx: Transaction, spec: MailSpec, mail: Mail) -> Situation:
    """What the ids among the facts identify."""
    ids = {name: UUID(mail.facts[name]) for name in _IDS if mail.facts.get(name)}
    session_id, structure_id = ids.get("session_id"), ids.get("structure_id")
    person_id, other_session_id = ids.get("person_id"), ids.get("from_session_id")
    lines = await _lines(tx, mail)
    has_entries = spec.calendar is not CalendarEffect.NONE and mail.audience is Audience.PERSON
    return Situation(
        session=None if session_id is None else await tx.copies.session(session_id),
        structure=None if structure_id is None else await tx.copies.structure(structure_id),
        person=None if person_id is None else await tx.copies.account(person_id),
        other_session=None if other_session_id is None else await tx.copies.session(other_session_id),
        lines=lines,
        held_of_lines=await _held(tx, lines if has_entries else (), mail),
    )


_IDS = ("session_id", "structure_id", "person_id", "from_session_id")


async def _lines(tx: Transaction, mail: Mail) -> tuple[RequestLine, ...]:
    """The requests that the facts name, or those of others that a cancellation of a session ended."""
    if "cancellation" in mail.facts:
        ended = await tx.copies.ended_with_session(
            session_id=UUID(mail.facts["session_id"]),
            structure_id=UUID(mail.facts["structure_id"]),
            cancellation=mail.facts["cancellation"],
        )
        return tuple(line for line in ended if line.person.id != mail.recipient_account_id)
    ids = [UUID(request_id) for request_id in mail.facts.get("enrollment_ids", ())]
    return await tx.copies.requests(ids) if ids else ()
