"""What the head of each page shows of the reader."""

from dataclasses import dataclass, field

from web.client.api import Api, or_none
from web.client.errors import SignInNeeded
from web.client.identity import ME, Me


@dataclass(frozen=True, slots=True)
class Header:
    """The reader; `me` is None for a visitor, and while identity is away. `missing` are services that are away."""

    me: Me | None = None
    is_signed_in: bool = False
    missing: tuple[str, ...] = field(default=())


async def read_header(api: Api) -> Header:
    """One call for all that the head of a page needs. A session that has ended makes a visitor of the reader."""
    if not api.is_signed_in:
        return Header()
    try:
        me = await or_none(api(ME))
    except SignInNeeded:
        return Header()
    return Header(me=me, is_signed_in=True, missing=() if me else ("identity",))
