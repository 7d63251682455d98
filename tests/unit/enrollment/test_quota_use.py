"""The use of the yearly quota, in the words that an employer reads beside a request."""

from datetime import UTC, datetime

import pytest

from services.enrollment.domain.rules.situation import Count, ThisYear
from services.enrollment.domain.rules.yearly_quota import YearlyQuota, quota_use
from tests.unit.enrollment.examples import NOW

USED = ThisYear(of_all=Count(actions=4, trainings=3), reserved=Count(actions=1, trainings=1))
SEVERAL = ThisYear(reserved=Count(actions=3, trainings=2))


@pytest.mark.parametrize(
    ("value", "used", "starts_at", "members_only", "sentence"),
    [
        (
            YearlyQuota(),
            SEVERAL,
            NOW,
            True,
            "3 actions réservées sur 5 cette année, dont 2 formations sur 3, avec cette demande.",
        ),
        (
            YearlyQuota(),
            USED,
            NOW,
            False,
            "1 action réservée sur 5 cette année, dont 1 formation sur 3 ; cette demande n'y compte pas.",
        ),
        (
            YearlyQuota(actions=6, trainings=4, counts="all"),
            USED,
            datetime(2026, 12, 31, 23, 30, tzinfo=UTC),  # 2027 in Paris
            False,
            "4 actions sur 6 en 2027, dont 3 formations sur 4, avec cette demande.",
        ),
    ],
)
def test_the_use_of_the_quota_is_a_sentence(
    value: YearlyQuota, used: ThisYear, starts_at: datetime, members_only: bool, sentence: str
) -> None:
    use = quota_use(value, used, starts_at=starts_at, members_only=members_only, now=NOW)
    assert use.sentence == sentence
