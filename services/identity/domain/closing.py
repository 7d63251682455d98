"""Close a structure, merge it into another one, and open it again. The functions return facts.

The attachments of a closed structure end. In a merger each of them continues in the other structure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from services.identity.domain.attachment_moves import Move, State
from services.identity.domain.attachments import (
    Attachment,
    AttachmentConfirmed,
    AttachmentEnded,
    AttachmentRequested,
    StatusesChanged,
    after_move,
)
from services.identity.domain.structures import Structure
from shared.errors import Refused

ITSELF: Final = "Choisissez une autre structure que celle que vous fermez."
CLOSED_TOO: Final = "Cette structure est fermée : choisissez-en une autre."


class StructureIsClosed(Refused):
    """The structure was closed already."""

    sentence = "Cette structure est déjà fermée."


class StructureIsOpen(Refused):
    """Only a closed structure is opened again."""

    sentence = "Cette structure n'est pas fermée."


class CannotMerge(Refused):
    """The chosen structure cannot take the people of the other one."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self._sentence = sentence

    @property
    def sentence(self) -> str:
        return self._sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureClosed:
    """Staff closed a structure."""

    structure: Structure
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureMerged:
    """Staff closed a structure, and another one goes on with its people."""

    structure: Structure
    into: Structure
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureReopened:
    """Staff opened a closed structure again, without the people that it had."""

    structure: Structure
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleReceived:
    """Another structure, `origin`, was merged into this one, which goes on with its people.

    `people` belonged to it; `already_here` are those of them who belonged to this one too. `waiting` people had asked
    to join it, and wait for an answer here.
    """

    structure: Structure
    origin: Structure
    people: tuple[UUID, ...]
    already_here: tuple[UUID, ...]
    waiting: int
    reason: str


ClosingFact = StructureClosed | StructureMerged | StructureReopened | PeopleReceived
Continued = AttachmentConfirmed | AttachmentRequested | StatusesChanged


def close(structure: Structure, *, reason: str, at: datetime) -> StructureClosed:
    """Raises StructureIsClosed."""
    return StructureClosed(structure=_closed(structure, at), reason=reason)


def merge(structure: Structure, into: Structure, *, reason: str, at: datetime) -> StructureMerged:
    """Raises StructureIsClosed or CannotMerge."""
    closed = replace(_closed(structure, at), merged_into=into.id)
    if into.id == structure.id:
        raise CannotMerge(ITSELF)
    if into.closed:
        raise CannotMerge(CLOSED_TOO)
    return StructureMerged(structure=closed, into=into, reason=reason)


def receive(
    fact: StructureMerged, attachments: Sequence[Attachment], there: Mapping[UUID, Attachment]
) -> PeopleReceived:
    """What a merger brings to the other structure. `there`: the open attachments that it had before, by account."""
    people = tuple(each.account_id for each in attachments if each.state is State.ACTIVE)
    asking = {each.account_id for each in attachments if each.state is State.REQUESTED}
    return PeopleReceived(
        structure=replace(fact.into, version=fact.into.version + 1),
        origin=fact.structure,
        people=people,
        already_here=tuple(each for each in people if each in there and there[each].state is State.ACTIVE),
        waiting=len(asking - there.keys()),
        reason=fact.reason,
    )


def reopen(structure: Structure, *, reason: str) -> StructureReopened:
    """Raises StructureIsOpen."""
    if not structure.closed:
        raise StructureIsOpen
    reopened = replace(structure, version=structure.version + 1, closed_at=None, merged_into=None)
    return StructureReopened(structure=reopened, reason=reason)


def end_with_structure(attachment: Attachment, fact: StructureClosed | StructureMerged, *, by: UUID) -> AttachmentEnded:
    """The end of an attachment, asked for or active, to a structure that is closed. Raises IllegalMove."""
    return AttachmentEnded(
        attachment=replace(after_move(attachment, Move.CLOSE, ()), unconfirmed=False),
        before=attachment.statuses,
        by=by,
        reason=fact.reason,
        structure_closed=True,
        continues_in=fact.structure.merged_into,
    )


def continue_there(
    attachment: Attachment,
    there: Attachment | None,
    *,
    attachment_id: UUID,
    structure_id: UUID,
    unconfirmed_referent: UUID | None,
    by: UUID,
) -> Continued | None:
    """What a person of a merged structure gets in the other one; None if nothing changes there for this person.

    `attachment` is the one that ends, `there` the open one of the same person in the other structure. A person whom
    nobody has confirmed stays unconfirmed.
    """
    if attachment.state is State.REQUESTED:
        if there is not None:
            return None
        requested = Attachment(
            id=attachment_id,
            version=1,
            account_id=attachment.account_id,
            structure_id=structure_id,
            state=State.REQUESTED,
        )
        return AttachmentRequested(attachment=requested, unconfirmed_referent=unconfirmed_referent)
    origin = attachment.structure_id
    if there is None:
        active = replace(attachment, id=attachment_id, version=1, structure_id=structure_id)
        return AttachmentConfirmed(attachment=active, before=(), by=by, continues_from=origin)
    if there.state is State.REQUESTED:
        active = replace(
            after_move(there, Move.CONFIRM, attachment.statuses),
            unconfirmed=attachment.unconfirmed,
            confirmed_by=attachment.confirmed_by,
        )
        return AttachmentConfirmed(attachment=active, before=(), by=by, continues_from=origin)
    changed = after_move(there, Move.CHANGE, {*there.statuses, *attachment.statuses})
    if changed.statuses == there.statuses:
        return None
    return StatusesChanged(attachment=changed, before=there.statuses, by=by, continues_from=origin)


def _closed(structure: Structure, at: datetime) -> Structure:
    if structure.closed:
        raise StructureIsClosed
    return replace(structure, version=structure.version + 1, closed_at=at)
