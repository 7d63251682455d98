"""Pages with cursors: rows that are added before a page do not shift it. Clients treat cursors as opaque."""

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Generic, Self, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

from shared.errors import WrongFields

Item = TypeVar("Item")
Record = TypeVar("Record")
Key = TypeVar("Key")
Limit = Annotated[int, Query(ge=1, le=100, description="Items per page")]

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
Moment = Annotated[AwareDatetime, Field(ge=EARLIEST, le=LATEST)]
"""A time that PostgreSQL can compare in any time zone."""
SortText = Annotated[str, StringConstraints(max_length=400, pattern=r"^[^\x00]*$")]
Version = Annotated[int, Field(ge=0, lt=2**63)]
"""Fits into a bigint."""


class SortKey(Generic[Key]):
    """The sort key of a list, which is what its cursors hold: `BY_TIME: SortKey[tuple[Moment, UUID]]`.

    An instance is a dependency: `after: Annotated[TimeKey | None, Depends(BY_TIME)]` is the key of the last item of the
    previous page, None for the first page. A cursor that `write` did not make raises WrongFields.
    """

    def __init__(self, kind: Any) -> None:  # noqa: ANN401 - a tuple of annotated types
        self._adapter: TypeAdapter[Key] = TypeAdapter(kind)

    async def __call__(
        self, cursor: Annotated[str | None, Query(max_length=1000, description="`next` of the previous page")] = None
    ) -> Key | None:
        """Read the query parameter `cursor`."""
        return None if cursor is None else self.read(cursor)

    def read(self, cursor: str) -> Key:
        """The sort key that a cursor holds."""
        try:
            return self._adapter.validate_json(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        except (ValidationError, ValueError) as error:
            sentence = "Ce curseur n'est pas valide : reprenez depuis la première page."
            raise WrongFields([("cursor", sentence)]) from error

    def write(self, key: Key) -> str:
        """The cursor of a sort key."""
        return base64.urlsafe_b64encode(self._adapter.dump_json(key)).decode().rstrip("=")


TimeKey = tuple[Moment, UUID]
NameKey = tuple[SortText, UUID]
BY_TIME: Final[SortKey[TimeKey]] = SortKey(TimeKey)
BY_NAME: Final[SortKey[NameKey]] = SortKey(NameKey)


class Page(BaseModel, Generic[Item]):
    """Some items and, when there are more, the cursor of the next page."""

    items: list[Item]
    next: str | None = Field(None, examples=["WyIyMDI3LTAzLTAyVDA5OjAwOjAwWiIsIDFd"])

    @classmethod
    def of(
        cls,
        found: Sequence[Record],
        limit: int,
        *,
        view: Callable[[Record], Item],
        sort_key: SortKey[Key],
        key: Callable[[Record], Key],
    ) -> Self:
        """Make a page of up to `limit` records. Storage reads one more than that: if it is there, so is a next page."""
        more = sort_key.write(key(found[limit - 1])) if len(found) > limit else None
        return cls(items=[view(record) for record in found[:limit]], next=more)
