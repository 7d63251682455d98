"""The acting person, and the conditions under which an attachment exists for them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, any_, exists, literal, or_, true

from services.identity.storage.tables import attachments
from shared.errors import NotFound

_REFERENT = attachments.alias("of_referent")


class NotStaff(NotFound):
    """A person who is not staff asked for something that is for staff only."""

    def __init__(self, account_id: UUID) -> None:
        super().__init__()
        self.account_id = account_id


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, with the staff mark that the account has in this transaction."""

    account_id: UUID
    is_staff: bool

    def must_be_staff(self) -> None:
        """Raise NotStaff, which is a NotFound, for everybody else: what is for staff does not exist for others."""
        if not self.is_staff:
            raise NotStaff(self.account_id)


def is_own(actor: Actor) -> ColumnElement[bool]:
    """The attachment is the person's own."""
    return attachments.c.account_id == actor.account_id


def is_of_their_structure(actor: Actor) -> ColumnElement[bool]:
    """The person is a referent of the attachment's structure."""
    return exists().where(
        _REFERENT.c.account_id == actor.account_id,
        _REFERENT.c.structure_id == attachments.c.structure_id,
        literal("referent") == any_(_REFERENT.c.statuses),
    )


def may_see(actor: Actor) -> ColumnElement[bool]:
    """Staff see all attachments, others their own and those of structures that they are a referent of."""
    return true() if actor.is_staff else or_(is_own(actor), is_of_their_structure(actor))


def may_manage(actor: Actor) -> ColumnElement[bool]:
    """Staff decide about all attachments, referents about those of their structures."""
    return true() if actor.is_staff else is_of_their_structure(actor)
