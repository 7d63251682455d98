"""Pages that tell how many items there are in all."""

from collections.abc import Callable, Sequence
from typing import Generic, Self, TypeVar

from pydantic import Field

from shared.http.pagination import Page, SortKey

Item = TypeVar("Item")
Record = TypeVar("Record")
Key = TypeVar("Key")


class CountedPage(Page[Item], Generic[Item]):
    """Some items, the cursor of the next page when there are more, and the number of all that the filters leave."""

    total: int = Field(examples=[42])

    @classmethod
    def counted(
        cls,
        found: Sequence[Record],
        limit: int,
        *,
        total: int,
        view: Callable[[Record], Item],
        sort_key: SortKey[Key],
        key: Callable[[Record], Key],
    ) -> Self:
        page = Page[Item].of(found, limit, view=view, sort_key=sort_key, key=key)
        return cls(items=page.items, next=page.next, total=total)
