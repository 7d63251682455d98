"""What identity publishes about the erasure of an account."""

from typing import Final
from uuid import UUID

from shared.contracts.message import Message, event

NAME_OF_ERASED: Final = {"first_name": "Compte", "last_name": "supprimé"}
"""What stands in the place of the name of a person whose account was erased."""


@event("identity.account_erasure_requested.v1")
class AccountErasureRequested(Message):
    """The erasure of an account was asked for. Whoever knows obligations of the person answers with them, or with none.

    The answer to it without obligations cannot be taken back: from then on the account can do nothing any more there.
    """

    erasure_id: UUID
    account_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        return self.erasure_id

    @property
    def aggregate_version(self) -> int:
        return 1


@event("identity.account_erased.v1")
class AccountErased(Message):
    """The person's data no longer exists: every service erases what it has of it. The account stays as a tombstone."""

    account_id: UUID
    version: int

    @property
    def aggregate_id(self) -> UUID:
        return self.account_id

    @property
    def aggregate_version(self) -> int:
        return self.version
