"""Who acts, and what an object answers to whom it is not for."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is acting, from the copies: a mark taken away stops working as soon as the news has come. No id: a visitor."""

    account_id: UUID | None
    is_staff: bool


VISITOR: Final = Actor(None, is_staff=False)
