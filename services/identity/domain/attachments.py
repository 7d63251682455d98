"""What an attachment is and which moves it allows. The functions return facts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.errors import Refused


class State(StrEnum):
    """Where an attachment is in its life."""

    REQUESTED = "requested"
    ACTIVE = "active"
    REFUSED = "refused"
    ENDED = "ended"


class Move(StrEnum):
    """What a referent or staff may do with it."""

    CONFIRM = "confirm"
    REFUSE = "refuse"
    CONFIRM_FIRST = "confirm first"
    CHANGE = "change"
    END = "end"


class Status(StrEnum):
    """What an active attachment allows, as in the procedure of the agency."""

    BENEFICIARY = "beneficiary"
    EMPLOYER = "employer"
    REFERENT = "referent"


# fmt: off
TRANSITIONS: Final[Mapping[tuple[State, Move], State]] = {
    # from             move                 to
    (State.REQUESTED, Move.CONFIRM):       State.ACTIVE,
    (State.REQUESTED, Move.REFUSE):        State.REFUSED,
    (State.ACTIVE,    Move.CONFIRM_FIRST): State.ACTIVE,
    (State.ACTIVE,    Move.CHANGE):        State.ACTIVE,
    (State.ACTIVE,    Move.END):           State.ENDED,
}
# fmt: on

_MEANWHILE: Final[Mapping[State, str]] = {
    State.REQUESTED: "Ce rattachement attend encore une réponse : confirmez-le ou refusez-le d'abord.",
    State.ACTIVE: "Ce rattachement a déjà été confirmé.",
    State.REFUSED: "Ce rattachement a été refusé : la personne peut en demander un autre.",
    State.ENDED: "Ce rattachement a pris fin : la personne peut en demander un autre.",
}


class IllegalMove(Refused):
    """The attachment is not in a state that this move starts from."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state = state

    @property
    def sentence(self) -> str:
        return _MEANWHILE[self.state]


class LastReferent(Refused):
    """The structure would be left without a referent."""

    sentence = "Cette personne est la seule référente de la structure : nommez d'abord une autre personne référente."


class NotUnconfirmed(Refused):
    """The person is not a first user whom nobody has confirmed yet, or wants to confirm themselves."""

    sentence = "Cette personne n'est pas une première personne référente que vous pouvez confirmer ou retirer."


class AlreadyAttached(Refused):
    """The person has an open attachment to this structure."""

    sentence = "Vous avez déjà un rattachement, demandé ou actif, à cette structure."


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
    """The person belongs to the structure, with the statuses of the attachment."""

    attachment: Attachment
    before: tuple[Status, ...]
    by: UUID


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
    """An active attachment has other statuses than `before`."""

    attachment: Attachment
    before: tuple[Status, ...]
    by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentEnded:
    """The person no longer belongs to the structure."""

    attachment: Attachment
    before: tuple[Status, ...]
    by: UUID
    reason: str


AttachmentRequest = FirstUserAttached | AttachmentRequested
AttachmentDecision = AttachmentConfirmed | FirstUserConfirmed | AttachmentRefused | StatusesChanged | AttachmentEnded
AttachmentFact = AttachmentRequest | AttachmentDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureToJoin:
    """What a new attachment depends on: who is in the structure already, and the address that it is known by."""

    id: UUID
    has_people: bool
    unconfirmed_referent: UUID | None
    contact_email: str | None


def request_attachment(attachment_id: UUID, *, account_id: UUID, structure: StructureToJoin) -> AttachmentRequest:
    """Begin an attachment: active for the first user of the structure, for everybody else a request."""
    requested = Attachment(
        id=attachment_id, version=1, account_id=account_id, structure_id=structure.id, state=State.REQUESTED
    )
    if structure.has_people:
        return AttachmentRequested(attachment=requested, unconfirmed_referent=structure.unconfirmed_referent)
    first = replace(requested, state=State.ACTIVE, statuses=(Status.REFERENT,), unconfirmed=True)
    return FirstUserAttached(attachment=first, contact_email=structure.contact_email)


def confirm(attachment: Attachment, statuses: Collection[Status], *, by: UUID) -> AttachmentConfirmed:
    """Raises IllegalMove."""
    confirmed = replace(_moved(attachment, Move.CONFIRM, statuses), confirmed_by=by)
    return AttachmentConfirmed(attachment=confirmed, before=attachment.statuses, by=by)


def confirm_first(attachment: Attachment, *, by: UUID) -> FirstUserConfirmed:
    """Somebody else knows the first user, whose statuses stay. Raises IllegalMove or NotUnconfirmed."""
    moved = _moved(attachment, Move.CONFIRM_FIRST, attachment.statuses)
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
        ended += [_ended(other, by=by, reason=reason) for other in following]
        accounts = {other.account_id for other in following}
        left = [other for other in left if other not in following]
    return ended


def refuse(attachment: Attachment, *, by: UUID, reason: str) -> AttachmentRefused:
    """Raises IllegalMove."""
    refused = _moved(attachment, Move.REFUSE, ())
    return AttachmentRefused(attachment=refused, before=attachment.statuses, by=by, reason=reason)


def change_statuses(
    attachment: Attachment, statuses: Collection[Status], *, other_referents: int, by: UUID
) -> StatusesChanged:
    """Replace all statuses; raises IllegalMove or LastReferent."""
    changed = _moved(attachment, Move.CHANGE, statuses)
    _keep_a_referent(attachment, changed, other_referents)
    return StatusesChanged(attachment=changed, before=attachment.statuses, by=by)


def end(attachment: Attachment, *, other_referents: int, by: UUID, reason: str) -> AttachmentEnded:
    """Raises IllegalMove or LastReferent."""
    fact = _ended(attachment, by=by, reason=reason)
    _keep_a_referent(attachment, fact.attachment, other_referents)
    return fact


def _ended(attachment: Attachment, *, by: UUID, reason: str) -> AttachmentEnded:
    ended = replace(_moved(attachment, Move.END, ()), unconfirmed=False)
    return AttachmentEnded(attachment=ended, before=attachment.statuses, by=by, reason=reason)


def _moved(attachment: Attachment, move: Move, statuses: Collection[Status]) -> Attachment:
    target = TRANSITIONS.get((attachment.state, move))
    if target is None:
        raise IllegalMove(attachment.state)
    return replace(attachment, version=attachment.version + 1, state=target, statuses=tuple(sorted(set(statuses))))


def _keep_a_referent(before: Attachment, after: Attachment, other_referents: int) -> None:
    if Status.REFERENT in before.statuses and Status.REFERENT not in after.statuses and other_referents == 0:
        raise LastReferent
