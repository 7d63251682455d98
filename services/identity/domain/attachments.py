"""What an attachment is and which moves it allows. The functions return facts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.identity.domain.attachment_moves import (
    TRANSITIONS,
    IllegalMove,
    LastReferent,
    LastReferentNeedsReason,
    Move,
    NotUnconfirmed,
    OwnLastReferent,
    State,
)

LEFT: Final = "La personne a quitté la structure."
TAKEN_BACK: Final = "La personne a retiré sa demande."
"""The reason of a person who gives none."""
CONFIRMED_BY_REMOVED: Final = "La personne qui avait confirmé ce rattachement ne fait pas partie de la structure."
"""The reason of all whom a removed first user had confirmed: the words about that person are not for them."""


class Status(StrEnum):
    """What an active attachment allows, as in the procedure of the agency."""

    BENEFICIARY = "beneficiary"
    EMPLOYER = "employer"
    REFERENT = "referent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """The link of one account to one structure; `statuses` is empty unless it is active.

    `unconfirmed`: the first user of the structure, whom neither staff nor another person of the structure has confirmed
    yet. `confirmed_by`: who made it active, or confirmed the first user.
    """

    id: UUID
    version: int
    account_id: UUID
    structure_id: UUID
    state: State
    statuses: tuple[Status, ...] = ()
    unconfirmed: bool = False
    confirmed_by: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstUserAttached:
    """The first user of a structure is its referent at once, without a decision.

    `contact_email`: the address that the structure is known by, if there is one; its owner is told.
    """

    attachment: Attachment
    contact_email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRequested:
    """A referent of the structure has to decide. `unconfirmed_referent`: a first user whom nobody has confirmed."""

    attachment: Attachment
    unconfirmed_referent: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentConfirmed:
    """The person belongs to the structure, with the statuses of the attachment.

    `continues_from`: the structure of the person that was merged into this one.
    """

    attachment: Attachment
    before: tuple[Status, ...]
    by: UUID
    continues_from: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstUserConfirmed:
    """Staff, or another referent of the structure, know the first user."""

    attachment: Attachment
    before: tuple[Status, ...]
    by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRefused:
    """The person does not belong to the structure."""

    attachment: Attachment
    before: tuple[Status, ...]
    by: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusesChanged:
    """An active attachment has other statuses than `before`.

    `left_without_referent`: staff took the status from the last referent of the structure, for this `reason`.
    `continues_from`: the statuses that were added are those in a structure that was merged into this one.
    """

    attachment: Attachment
    before: tuple[Status, ...]
    by: UUID
    reason: str | None = None
    left_without_referent: bool = False
    continues_from: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentEnded:
    """The person no longer belongs to the structure.

    `left_without_referent`: it was its last referent. `taken_back`: nobody had answered the person's request yet.
    `structure_closed`: all attachments to the structure ended. `continues_in`: the structure that it was merged into.
    """

    attachment: Attachment
    before: tuple[Status, ...]
    by: UUID
    reason: str
    left_without_referent: bool = False
    taken_back: bool = False
    structure_closed: bool = False
    continues_in: UUID | None = None


AttachmentRequest = FirstUserAttached | AttachmentRequested
AttachmentDecision = AttachmentConfirmed | FirstUserConfirmed | AttachmentRefused | StatusesChanged | AttachmentEnded
AttachmentFact = AttachmentRequest | AttachmentDecision


def confirm(attachment: Attachment, statuses: Collection[Status], *, by: UUID) -> AttachmentConfirmed:
    """Raises IllegalMove."""
    confirmed = replace(after_move(attachment, Move.CONFIRM, statuses), confirmed_by=by)
    return AttachmentConfirmed(attachment=confirmed, before=attachment.statuses, by=by)


def confirm_first(attachment: Attachment, *, by: UUID) -> FirstUserConfirmed:
    """Somebody else knows the first user, whose statuses stay. Raises IllegalMove or NotUnconfirmed."""
    moved = after_move(attachment, Move.CONFIRM_FIRST, attachment.statuses)
    if not attachment.unconfirmed or by == attachment.account_id:
        raise NotUnconfirmed
    confirmed = replace(moved, unconfirmed=False, confirmed_by=by)
    return FirstUserConfirmed(attachment=confirmed, before=attachment.statuses, by=by)


def remove_first(
    attachment: Attachment, people: Sequence[Attachment], *, by: UUID, reason: str
) -> list[AttachmentEnded]:
    """Undo what an unconfirmed first user did: end this attachment, and all that exist only because of it.

    `people`: the active attachments of the structure. Those that this person confirmed end too, and those that these
    people confirmed, and so on. Raises IllegalMove or NotUnconfirmed.
    """
    ended = [_ended(attachment, by=by, reason=reason)]
    if not attachment.unconfirmed:
        raise NotUnconfirmed
    left = [other for other in people if other.id != attachment.id]
    accounts = {attachment.account_id}
    while following := [other for other in left if other.confirmed_by in accounts]:
        ended += [_ended(other, by=by, reason=CONFIRMED_BY_REMOVED) for other in following]
        accounts = {other.account_id for other in following}
        left = [other for other in left if other not in following]
    alone = not any(Status.REFERENT in other.statuses for other in left)
    return [replace(ended[0], left_without_referent=alone), *ended[1:]]


def refuse(attachment: Attachment, *, by: UUID, reason: str) -> AttachmentRefused:
    """Raises IllegalMove."""
    refused = after_move(attachment, Move.REFUSE, ())
    return AttachmentRefused(attachment=refused, before=attachment.statuses, by=by, reason=reason)


def change_statuses(
    attachment: Attachment,
    statuses: Collection[Status],
    *,
    other_referents: int,
    by: UUID,
    by_staff: bool = False,
    reason: str | None = None,
) -> StatusesChanged | None:
    """Replace all statuses; None if the attachment has exactly these. Staff may take the status of the last referent.

    Raises IllegalMove, LastReferent, or LastReferentNeedsReason.
    """
    changed = after_move(attachment, Move.CHANGE, statuses)
    if changed.statuses == attachment.statuses:
        return None
    is_last = _is_last_referent(attachment, changed, other_referents)
    if is_last and not by_staff:
        raise LastReferent
    if is_last and reason is None:
        raise LastReferentNeedsReason
    return StatusesChanged(
        attachment=changed, before=attachment.statuses, by=by, reason=reason, left_without_referent=is_last
    )


def end(
    attachment: Attachment, *, other_referents: int, by: UUID, reason: str, by_staff: bool = False
) -> AttachmentEnded:
    """Staff may end that of the last referent. Raises IllegalMove, LastReferent, or OwnLastReferent."""
    fact = _ended(attachment, by=by, reason=reason)
    is_last = _is_last_referent(attachment, fact.attachment, other_referents)
    if is_last and not by_staff:
        raise OwnLastReferent if by == attachment.account_id else LastReferent
    return replace(fact, left_without_referent=is_last)


def leave(attachment: Attachment, *, other_referents: int, reason: str | None) -> AttachmentEnded:
    """The person leaves the structure. Raises IllegalMove or OwnLastReferent."""
    if attachment.state is not State.ACTIVE:
        raise IllegalMove(attachment.state, own=True)
    return end(attachment, other_referents=other_referents, by=attachment.account_id, reason=reason or LEFT)


def take_back(attachment: Attachment, *, reason: str | None) -> AttachmentEnded:
    """The person no longer asks to belong to the structure. Raises IllegalMove."""
    if attachment.state is not State.REQUESTED:
        raise IllegalMove(attachment.state, own=True)
    ended = after_move(attachment, Move.TAKE_BACK, ())
    return AttachmentEnded(
        attachment=ended,
        before=attachment.statuses,
        by=attachment.account_id,
        reason=reason or TAKEN_BACK,
        taken_back=True,
    )


def _ended(attachment: Attachment, *, by: UUID, reason: str) -> AttachmentEnded:
    ended = replace(after_move(attachment, Move.END, ()), unconfirmed=False)
    return AttachmentEnded(attachment=ended, before=attachment.statuses, by=by, reason=reason)


def after_move(attachment: Attachment, move: Move, statuses: Collection[Status]) -> Attachment:
    """The attachment after a move, with these statuses. Raises IllegalMove."""
    target = TRANSITIONS.get((attachment.state, move))
    if target is None:
        raise IllegalMove(attachment.state)
    return replace(attachment, version=attachment.version + 1, state=target, statuses=tuple(sorted(set(statuses))))


def _is_last_referent(before: Attachment, after: Attachment, other_referents: int) -> bool:
    return Status.REFERENT in before.statuses and Status.REFERENT not in after.statuses and other_referents == 0
