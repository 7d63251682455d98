"""A search reads a bounded part of the catalogue at a time, and its pages together give what a plain model gives."""

from collections.abc import AsyncIterator
from datetime import datetime
from itertools import chain
from uuid import UUID

import pytest

from services.catalogue.storage import session_words
from services.catalogue.storage.access import VISITOR
from services.catalogue.storage.session_facets import SessionFacets
from services.catalogue.storage.session_filter import SessionFilter
from services.catalogue.storage.session_list import SessionList
from tests.integration.catalogue.catalogue_service import NOW, CatalogueService, slot

TITLES = ("Lire le braille", "Lire un CV", "Mener un entretien", "Lire un contrat")


class Shelf:
    """Two sessions of each training, in turns."""

    def __init__(self, service: CatalogueService) -> None:
        self.service = service
        self.titles: dict[UUID, str] = {}

    async def fill(self) -> None:
        plain = {"summary": "Trois jours.", "objectives": "Savoir.", "content": "Loi."}
        axis = await self.service.axis()
        trainings = [await self.service.training(axis, title=title, **plain) for title in TITLES]
        for day, training in enumerate([*trainings, *reversed(trainings)]):
            session = await self.service.session(training, slots=[slot(10 + day)])
            self.titles[UUID(session["id"])] = training["title"]

    def model(self, *words: str, newest_first: bool = False) -> list[UUID]:
        found = [each for each, title in self.titles.items() if all(word in title.lower() for word in words)]
        return found[::-1] if newest_first else found

    async def read(self, *words: str, newest_first: bool = False, is_bounded: bool = True) -> list[list[UUID]]:
        """The pages of two sessions."""
        parts: list[list[UUID]] = []
        after: tuple[datetime, UUID] | None = None
        async with self.service.database.engine.connect() as connection:
            while True:
                page = await SessionList(connection).page(
                    SessionFilter(since=NOW, words=words), VISITOR, now=NOW, after=after, limit=2,
                    newest_first=newest_first, is_bounded=is_bounded,
                )  # fmt: skip
                shown = page.sessions[:2]
                parts.append([each.id for each in shown])
                if len(page.sessions) > 2:
                    after = (shown[-1].starts_at, shown[-1].id)
                elif page.stopped_after:
                    after = page.stopped_after
                else:
                    return parts


@pytest.fixture
async def shelf(service: CatalogueService) -> AsyncIterator[Shelf]:
    """The bound is in the text of a statement that is built once: those of a test are not older, and not used later."""
    made = Shelf(service)
    await made.fill()
    session_words._trainings.cache_clear()
    yield made
    session_words._trainings.cache_clear()


@pytest.mark.parametrize("most_trainings", [0, 1, 500])
async def test_the_pages_of_a_search_hold_all_sessions_with_the_words_once(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, most_trainings: int
) -> None:
    monkeypatch.setattr(session_words, "MOST_TRAININGS", most_trainings)
    for words in (("lire",), ("braille",), ("cv",), ("lire", "un"), ("er",), ("tricot",), ("zz",)):
        for looked_through, newest_first in ((1, False), (2, True), (3, False), (8, True)):
            monkeypatch.setattr(session_words, "LOOKED_THROUGH", looked_through)
            found = await shelf.read(*words, newest_first=newest_first)
            assert [*chain(*found)] == shelf.model(*words, newest_first=newest_first), (words, looked_through)
        every = await shelf.read(*words, is_bounded=False)
        assert [*chain(*every)] == shelf.model(*words), words


async def test_a_short_or_frequent_word_is_not_looked_for_beyond_the_bound(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_words, "MOST_TRAININGS", 1)
    monkeypatch.setattr(session_words, "LOOKED_THROUGH", 2)
    # "braille" is in one training; "cv" has no group of three letters; "lire" is in three trainings
    assert [len(page) for page in await shelf.read("braille")] == [2]
    assert [len(page) for page in await shelf.read("cv")] == [1, 0, 0, 1, 0]
    assert [len(page) for page in await shelf.read("lire")] == [2, 1, 1, 2, 0]


async def test_an_empty_part_leads_to_the_next_and_its_counts_are_not_exact(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_words, "LOOKED_THROUGH", 1)
    page = await shelf.service.get("/sessions?q=cv&facets=true")
    assert (page["items"], page["total"], page["total_is_exact"]) == ([], 0, False)
    following = await shelf.service.get(f"/sessions?q=cv&cursor={page['next']}")
    assert [UUID(each["id"]) for each in following["items"]] == shelf.model("cv")[:1]
    async with shelf.service.database.engine.connect() as connection:
        counts = await SessionFacets(connection).counts(SessionFilter(since=NOW, words=("braille",)), VISITOR)
    assert (counts.total, counts.is_exact) == (2, True)
