"""What each page calls: as docs/pages.md says, at most three calls, and no more of them for longer lists."""

import pytest

from docs import pages_table
from docs.pages_table import PageCalls
from tests.architecture.tree import ROOT
from tests.web.routes import paths

FROM_EVERY_SERVICE = ["/agence/echanges", "/compte/donnees/archive.zip"]


@pytest.fixture(scope="module")
def pages() -> list[PageCalls]:
    return pages_table.all_pages()


def test_the_document_is_up_to_date(pages: list[PageCalls]) -> None:
    assert (ROOT / "docs" / "pages.md").read_text() == pages_table.written(pages), "run `make docs`"


def test_every_page_is_in_it_and_was_shown(pages: list[PageCalls]) -> None:
    others = {"/static/{path:path}", "/brand.css", "/health/live", "/health/ready", "/metrics"}
    assert {page.path for page in pages} == set(paths("GET")) - others
    assert [page.path for page in pages if page.status not in {200, 303}] == []


def test_no_page_makes_many_calls_or_reads_the_head_twice(pages: list[PageCalls]) -> None:
    assert [page.path for page in pages if len(page.calls) > 3 or page.grows] == FROM_EVERY_SERVICE
    head = {"GET identity/me", "GET enrollment/me"}
    assert [page.path for page in pages if head & set(page.calls)] == []
