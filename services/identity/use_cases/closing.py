"""Staff close a structure, merge it into another one, or open it again.

The rows of the structures are locked first, so that nobody joins a structure, or is confirmed in it, while it closes.
"""

from datetime import datetime
from uuid import UUID, uuid4

from services.identity.domain import closing as domain
from services.identity.domain.closing import CannotMerge, StructureClosed, StructureMerged
from services.identity.domain.structures import Structure
from services.identity.storage.access import Actor
from services.identity.storage.history import staff_or
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.record import record_attachment, record_structure
from shared.errors import NotFound, WrongFields


async def close(tx: Transaction, actor: Actor, structure_id: UUID, reason: str, *, now: datetime) -> Structure:
    """End all attachments to the structure. Raises StructureIsClosed."""
    structure = await tx.structures.for_staff(structure_id, actor)
    return await _record_closing(tx, actor, domain.close(structure, reason=reason, at=now), now)


async def merge(
    tx: Transaction, actor: Actor, structure_id: UUID, into_id: UUID, reason: str, *, now: datetime
) -> Structure:
    """Close the structure; its people go on in the other one. Raises StructureIsClosed or WrongFields."""
    actor.must_be_staff()
    # two mergers of the same structures lock them in the same order
    locked = {each: await tx.structures.find(each, lock=True) for each in sorted({structure_id, into_id})}
    structure, into = locked[structure_id], locked[into_id]
    if structure is None:
        raise NotFound
    if into is None:
        raise WrongFields([("into", "Cette structure n'est pas répertoriée.")])
    try:
        fact = domain.merge(structure, into, reason=reason, at=now)
    except CannotMerge as error:
        raise WrongFields([("into", error.sentence)]) from error
    return await _record_closing(tx, actor, fact, now)


async def reopen(tx: Transaction, actor: Actor, structure_id: UUID, reason: str, *, now: datetime) -> Structure:
    """Let people join the structure again; the attachments that it had stay ended. Raises StructureIsOpen."""
    structure = await tx.structures.for_staff(structure_id, actor)
    fact = domain.reopen(structure, reason=reason)
    return await record_structure(tx, fact, author=staff_or("person", actor), now=now)


async def _record_closing(
    tx: Transaction, actor: Actor, fact: StructureClosed | StructureMerged, now: datetime
) -> Structure:
    author = staff_or("person", actor)
    structure = await record_structure(tx, fact, author=author, now=now)
    await tx.invitations.use(structure.id)
    attachments = await tx.attachments.open_of_structure(structure.id)
    for attachment in attachments:
        ended = domain.end_with_structure(attachment, fact, by=actor.account_id)
        await record_attachment(tx, ended, author=author, now=now)
    if isinstance(fact, StructureClosed):
        return structure
    into_id = fact.into.id
    there = {each.account_id: each for each in await tx.attachments.open_of_structure(into_id)}
    unconfirmed_referent = (await tx.attachments.to_join(into_id, now=now)).unconfirmed_referent
    for attachment in attachments:
        continued = domain.continue_there(
            attachment,
            there.get(attachment.account_id),
            attachment_id=uuid4(),
            structure_id=into_id,
            unconfirmed_referent=unconfirmed_referent,
            by=actor.account_id,
        )
        if continued is not None:
            await record_attachment(tx, continued, author=author, now=now)
    await record_structure(tx, domain.receive(fact, attachments, there), author=author, now=now)
    return structure
