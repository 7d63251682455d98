"""Who acts, and who may read the mails: the agency's staff alone. For everybody else there are none."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shared.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The acting person, as this service's copies know them. `account_id` is None for the installation itself."""

    account_id: UUID | None
    is_staff: bool


INSTALLATION: Final = Actor(account_id=None, is_staff=True)
"""The mailbox of an embedded installation: whoever can open the installation may read its mails."""


def require_staff(actor: Actor) -> None:
    """Raises NotFound for everybody else, so that they cannot find out whether a mail exists."""
    if not actor.is_staff:
        raise NotFound
