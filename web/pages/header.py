"""What the head of each page shows of the reader."""

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus

from fastapi import HTTPException

from web.client import enrollment
from web.client.api import Api, or_none
from web.client.errors import Refused, SignInNeeded
from web.client.identity import ME, Me


@dataclass(frozen=True, slots=True)
class Header:
    """The reader; `me` is None for a visitor, and while identity is away. `missing` are services that are away.

    `reader` has the roles of the reader and what waits for them; None while enrollment is away.
    """

    me: Me | None = None
    is_signed_in: bool = False
    missing: tuple[str, ...] = field(default=())
    reader: enrollment.Reader | None = None

    @property
    def is_staff(self) -> bool:
        """Whether the menu of the agency is shown; one of the two services is enough to know it."""
        return bool((self.me and self.me.is_staff) or (self.reader and self.reader.roles.staff))

    @property
    def may_request(self) -> bool:
        """Whether sessions are offered for the cart; while we do not know, they are."""
        return self.reader is None or self.reader.roles.beneficiary


async def read_header(api: Api) -> Header:
    """All that the head of a page needs. A session that has ended makes a visitor of the reader."""
    if not api.is_signed_in:
        return Header()
    try:
        me, reader = await asyncio.gather(or_none(api(ME)), or_none(_reader(api)))
    except SignInNeeded:
        return Header()
    missing = tuple(name for name, part in (("identity", me), ("enrollment", reader)) if part is None)
    return Header(me=me, is_signed_in=True, missing=missing, reader=reader)


async def read_staff_header(api: Api) -> Header:
    """The head of a page that is only for staff, although others may read its data too."""
    header = await read_header(api)
    if not header.is_signed_in:
        raise SignInNeeded
    if header.me and not header.me.is_staff:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return header


async def _reader(api: Api) -> enrollment.Reader:
    """Enrollment does not know yet who has just got an account: they have no role there."""
    try:
        return await api(enrollment.ME)
    except Refused:
        roles = enrollment.Roles(beneficiary=False, employer=False, referent=False, trainer=False, staff=False)
        work = enrollment.Work(**dict.fromkeys(enrollment.Work.model_fields, 0))
        return enrollment.Reader(roles=roles, counts=work)
