"""Who acts. What a person may not see does not exist for them."""

from dataclasses import dataclass
from uuid import UUID

from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody signed in, as identity's own tables know them in this transaction."""

    account_id: UUID
    is_staff: bool

    def must_be_staff(self) -> None:
        """Raise NotFound for everybody else: the desk's doors are invisible to them."""
        if not self.is_staff:
            raise NotFound

    @property
    def acting_as(self) -> str:
        """The word of the trace."""
        return "staff" if self.is_staff else "person"
