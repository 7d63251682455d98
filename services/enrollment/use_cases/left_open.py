"""What becomes of open requests whose person was disabled, or is no beneficiary of the structure any more.

A referent of the structure or staff choose: keep them, or cancel all of them.
"""

from datetime import datetime
from uuid import UUID

from services.enrollment.domain.paris import moment
from services.enrollment.domain.states import CancelledBy
from services.enrollment.storage.access import Actor
from services.enrollment.storage.left_open import Choice, LeftOpen, OpenRequest
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.cascade import cancel_together
from shared.contracts.proposals import RequestsLeftOpen
from shared.errors import NotFound, Refused


class AlreadyChosen(Refused):
    """The choice was made, or is needed no more."""

    def __init__(self, left_open: LeftOpen) -> None:
        super().__init__(left_open.id)
        self.left_open = left_open

    @property
    def sentence(self) -> str:
        at = self.left_open.decided_at
        if at is None:
            return "Il n'y a plus rien à choisir : le compte ou le statut a été rendu à la personne."
        what = "annuler" if self.left_open.decision == "cancel" else "garder"
        return f"Le choix a déjà été fait le {moment(at)} : {what} ces demandes."


async def look_again(tx: Transaction, account_id: UUID, *, now: datetime) -> None:
    """Find out what an event about a person has left open, and what it has settled.

    It reads the copies and not the event, so the order in which events arrive does not matter.
    """
    for found in await tx.left_open.look_again(account_id, now):
        tx.emit(
            RequestsLeftOpen(
                occurred_at=now,
                id=found.id,
                account_id=found.account_id,
                structure_id=found.structure_id,
                because=found.because,
                enrollment_ids=found.enrollment_ids,
            )
        )


async def choose(
    tx: Transaction, left_open_id: UUID, choice: Choice, *, actor: Actor, now: datetime, reason: str
) -> LeftOpen:
    """Keep the requests, or cancel all that are open. Raises NotFound and AlreadyChosen.

    The rights of the person are read again at the end, when no lock is waited for any more.
    """
    left_open = await tx.left_open.one(left_open_id, actor, lock=True)
    if left_open.decision is not None or left_open.ended_at is not None:
        raise AlreadyChosen(left_open)
    structure_id = left_open.structure.id
    await tx.left_open.decide(left_open_id, choice, by=actor.account_id, reason=reason, now=now)
    if choice == "cancel":
        keys = await tx.left_open.keys(left_open.person.id, structure_id)
        role: CancelledBy = "referent" if structure_id in actor.referent_of else "staff"
        await cancel_together(
            tx, keys, because=left_open.because, acting_as=role, by=actor.account_id, now=now, reason=reason
        )
    rights = await tx.people.actor(actor.account_id)
    if rights is None:
        raise NotFound
    return await tx.left_open.one(left_open_id, rights)


async def open_requests(
    tx: Transaction, account_id: UUID, structure_id: UUID | None, *, actor: Actor
) -> list[OpenRequest]:
    """What is open of a person, for staff and for the referents of the structure. Raises NotFound for others.

    Referents who do not name a structure get the requests in all of theirs.
    """
    if actor.is_staff:
        return await tx.left_open.requests(account_id, None if structure_id is None else [structure_id])
    wanted = actor.referent_of if structure_id is None else actor.referent_of & {structure_id}
    if not wanted:
        raise NotFound
    return await tx.left_open.requests(account_id, wanted)
