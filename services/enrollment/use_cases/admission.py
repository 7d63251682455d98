"""Add to a sheet a person who came without holding a seat."""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from services.enrollment.domain.attendance import recordable
from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.facts import Requested
from services.enrollment.domain.offers import OwnRequest
from services.enrollment.domain.states import Seat
from services.enrollment.storage.access import Actor
from services.enrollment.storage.candidates import MOST_CANDIDATES, Candidate
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.announce import announce
from services.enrollment.use_cases.load import load_locked_training
from services.enrollment.use_cases.record import record
from services.enrollment.use_cases.sheet import LockedSheet, open_sheet
from shared.errors import NotFound, Refused, WrongFields

CAME: Final = "Venue à la session sans demande ; ajoutée à l'émargement."


class AlreadyOnSheet(Refused):
    """The person is on the sheet already."""

    sentence = "Cette personne est déjà sur la feuille d'émargement."


class SessionIsCancelled(Refused):
    """Nobody came to a session that did not take place."""

    sentence = "Cette session est annulée : personne ne peut y être ajouté."


class OtherRequestOpen(Refused):
    """The person has an open request for another session of the training, and nobody may have two."""

    sentence = (
        "Cette personne a une demande en cours pour une autre session de cette formation : "
        "elle doit d'abord être retirée ou déplacée vers cette session."
    )


async def candidates(tx: Transaction, session_id: UUID, q: str, *, actor: Actor, now: datetime) -> list[Candidate]:
    """Beneficiaries whose name contains `q` and who are not on the sheet, from the day of the first slot on."""
    await tx.trained_sessions.one(session_id, actor)
    plan = await tx.sheets.plan(session_id)
    recordable(plan.slots[0], now=now)
    return await tx.candidates.named(q, session_id=session_id, most=MOST_CANDIDATES)


async def admit(
    tx: Transaction, session_id: UUID, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str | None
) -> None:
    """Add the person of a request for this session, whatever was decided about it. Raises NotFound."""
    opened = await _opened(tx, session_id, actor, now=now, reason=reason)
    enrollment = await tx.candidates.request(enrollment_id, session_id=session_id)
    if enrollment is None:
        raise NotFound
    await _admit(tx, opened, enrollment, actor=actor, now=now, reason=reason)


async def admit_unexpected(
    tx: Transaction,
    session_id: UUID,
    *,
    account_id: UUID,
    structure_id: UUID,
    actor: Actor,
    now: datetime,
    reason: str | None,
) -> None:
    """Add a beneficiary of a structure. A person who has no request for this session gets one in the same act."""
    opened = await _opened(tx, session_id, actor, now=now, reason=reason)
    if await tx.people.standing(account_id=account_id, structure_id=structure_id) is None:
        raise WrongFields([("structure_id", "Cette personne n'est pas bénéficiaire dans cette structure.")])
    enrollment = await tx.candidates.newest_request(account_id=account_id, session_id=session_id)
    if enrollment is None:
        enrollment = await _request(tx, opened, account_id=account_id, structure_id=structure_id, now=now)
    await _admit(tx, opened, enrollment, actor=actor, now=now, reason=reason)


async def _opened(tx: Transaction, session_id: UUID, actor: Actor, *, now: datetime, reason: str | None) -> LockedSheet:
    opened = await open_sheet(tx, session_id, actor, reason)
    if not opened.session.plan.scheduled:
        raise SessionIsCancelled
    recordable(opened.plan.slots[0], now=now)
    return opened


async def _request(
    tx: Transaction, opened: LockedSheet, *, account_id: UUID, structure_id: UUID, now: datetime
) -> Enrollment:
    """Make the request of a person who came without one. Raises OtherRequestOpen."""
    enrollment = Enrollment(
        id=uuid4(),
        version=1,
        account_id=account_id,
        structure_id=structure_id,
        training_id=opened.training_id,
        session_id=opened.session.id,
        requested_at=now,
        employer_asked_at=now,
    )
    requested = Requested(enrollment=enrollment, motivation=CAME, cart_id=uuid4(), cart_size=1)
    if not await tx.carts.turn_into_requests([requested]):
        raise OtherRequestOpen
    tx.emit(announce(requested, now=now))
    return enrollment


async def _admit(
    tx: Transaction, opened: LockedSheet, enrollment: Enrollment, *, actor: Actor, now: datetime, reason: str | None
) -> None:
    if enrollment.seat is Seat.HELD:
        raise AlreadyOnSheet
    if enrollment.account_id == actor.account_id:
        raise OwnRequest
    if not enrollment.is_open and await tx.candidates.has_open_request(
        account_id=enrollment.account_id, training_id=enrollment.training_id
    ):
        raise OtherRequestOpen
    training = await load_locked_training(tx, opened.training_id, opened.locked, now=now)
    facts = training.admit(enrollment, by=actor.account_id, acting_as=opened.acting_as, note=reason)
    await record(tx, facts, now=now)
