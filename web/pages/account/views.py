"""What the templates of one's own account get."""

from dataclasses import dataclass

from web.client.account import SignInSession
from web.dates import Dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place where the reader is signed in."""

    id: str
    client: str
    began: str
    used: str
    is_here: bool


def place(session: SignInSession, dates: Dates) -> Place:
    return Place(
        id=str(session.id),
        client=session.client,
        began=dates.moment(session.started_at),
        used=dates.moment(session.last_used_at),
        is_here=session.current,
    )
