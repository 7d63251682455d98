"""The query parameters of the lists of attachments."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import Depends, Query

from services.identity.api.fields import Words
from services.identity.domain.attachment_moves import State
from services.identity.domain.attachments import Status
from services.identity.storage.attachment_pages import AttachmentFilters, Key, Scope, Sort
from shared.http.pagination import BY_NAME, BY_TIME, SortKey

_KEYS: Final[dict[Sort, SortKey[Any]]] = {
    "requested_at": BY_TIME,
    "confirmed_at": BY_TIME,
    "closed_at": BY_TIME,
    "name": BY_NAME,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenOrder:
    """How the list is sorted, and the last item of the page before."""

    sort: Sort
    descending: bool
    after: Key | None

    @property
    def sort_key(self) -> SortKey[Any]:
        return _KEYS[self.sort]


async def _filters(
    *,
    scope: Scope = "mine",
    q: Words = "",
    account_id: UUID | None = None,
    structure_id: UUID | None = None,
    state: State | None = None,
    status: Annotated[Status | None, Query(description="Of active attachments")] = None,
    unconfirmed: Annotated[
        bool | None, Query(description="First users, who became referents without a decision, and wait for one")
    ] = None,
) -> AttachmentFilters:
    return AttachmentFilters(
        scope=scope,
        words=q,
        account_id=account_id,
        structure_id=structure_id,
        state=state,
        status=status,
        unconfirmed=unconfirmed,
    )


async def _order(
    *,
    sort: Annotated[Sort, Query(description="`name`: of the person; `closed_at`: when it was refused or ended")] = (
        "requested_at"
    ),
    direction: Annotated[
        Literal["asc", "desc"] | None, Query(description="By default, `asc` for `name` and `desc` for times")
    ] = None,
    cursor: Annotated[str | None, Query(max_length=1000, description="`next` of the previous page")] = None,
) -> ChosenOrder:
    descending = (direction or ("asc" if sort == "name" else "desc")) == "desc"
    after = None if cursor is None else _KEYS[sort].read(cursor)
    return ChosenOrder(sort=sort, descending=descending, after=after)


Filters = Annotated[AttachmentFilters, Depends(_filters)]
Order = Annotated[ChosenOrder, Depends(_order)]
