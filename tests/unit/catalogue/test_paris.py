"""Days, months and numbers as people read them."""

from datetime import UTC, date, datetime

import pytest

from services.catalogue.domain.paris import counted, day_in_words, month_in_words

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(("moment", "words"), [
    (datetime(2026, 3, 3, 9, 0, tzinfo=UTC), "3 mars"),
    (datetime(2026, 8, 1, 9, 0, tzinfo=UTC), "1er août"),
    # already the next year in Paris
    (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "1er janvier 2027"),
])  # fmt: skip
def test_a_day_has_its_year_only_if_it_is_another_one(moment: datetime, words: str) -> None:
    assert day_in_words(moment, now=NOW) == words


def test_a_month_has_its_year() -> None:
    assert month_in_words(date(2027, 2, 1)) == "février 2027"


@pytest.mark.parametrize(("number", "words"), [(0, "0 place"), (1, "1 place"), (2, "2 places")])
def test_a_number_has_the_right_plural(number: int, words: str) -> None:
    assert counted(number, "place", "places") == words
